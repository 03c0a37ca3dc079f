//! The smallest program on smol with an executor.

use smol::LocalExecutor;

fn main() {
    smol::block_on(LocalExecutor::new().run(async {}));
}
