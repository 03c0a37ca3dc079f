//! The smallest program on glommio.

use glommio::LocalExecutor;

fn main() {
    LocalExecutor::default().run(async {});
}
