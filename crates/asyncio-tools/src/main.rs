//! The command `asyncio`.

fn main() -> std::process::ExitCode {
    asyncio_tools::main()
}
