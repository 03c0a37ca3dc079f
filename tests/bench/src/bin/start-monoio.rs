//! The smallest program on monoio, which takes io_uring where that is to be had.

use monoio::{FusionDriver, RuntimeBuilder};

fn main() -> std::io::Result<()> {
    let mut runtime = RuntimeBuilder::<FusionDriver>::new()
        .enable_timer()
        .build()?;
    runtime.block_on(async {});
    Ok(())
}
