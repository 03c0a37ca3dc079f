//! LOOP-17: an error in a callback goes to the exception handler and the loop goes on.

use asyncio::{EventLoop, ExceptionContext, ValueError};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    println!("handler {}", &context.message()[..21]);
    println!(
        "exception {}",
        context.exception().map_or_else(String::new, py::err)
    );
    println!("handle is given {}", context.contains("handle"));
}

fn fail(message: &'static str) -> asyncio::Result<()> {
    println!("fail {message}");
    Err(ValueError::with_message(message).into())
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    event_loop.set_exception_handler(handler);
    event_loop.call_soon(|| fail("ready"));
    event_loop.call_soon(|| println!("next handle"));
    event_loop.call_later(0, || fail("timer"));
    event_loop.call_later(0.02, py::stop(&event_loop));
    event_loop.run_forever()?;
    println!("stopped");
    event_loop.close()?;
    Ok(())
}
