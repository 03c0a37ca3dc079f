//! The smallest program on tokio, as `#[tokio::main(flavor = "current_thread")]` makes it.

use tokio::runtime::Builder;

fn main() -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {});
    Ok(())
}
