//! `asyncio-bench`: see the library, which is all of it.

use std::process::ExitCode;

fn main() -> ExitCode {
    asyncio_bench::main()
}
