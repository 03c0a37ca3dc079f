//! A program that does nothing, by a run of an empty coroutine, or without one: a test counts the system calls of both.

fn main() -> asyncio::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("run") => asyncio::run(async { Ok(()) }),
        _ => Ok(()),
    }
}
