//! LOOP-18: an error in the exception handler is logged and goes no further.

use asyncio::{EventLoop, ExceptionContext, ValueError};

use crate::py;

fn emit(level: &str, message: &str) {
    println!("{level} {}", message.lines().next().unwrap_or_default());
}

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) -> asyncio::Result<()> {
    println!("handler {}", context.message());
    Err(ValueError::with_message("from the handler").into())
}

fn report(event_loop: &EventLoop) {
    event_loop.call_exception_handler(&ExceptionContext::new("reported"));
    println!("call_exception_handler returned");
}

pub fn main() -> asyncio::Result<()> {
    py::print_log(emit);
    let event_loop = asyncio::new_event_loop()?;
    event_loop.set_exception_handler(handler);
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || report(&event_loop)
    });
    event_loop.call_soon(py::stop(&event_loop));
    event_loop.run_forever()?;
    println!("stopped");
    event_loop.close()?;
    Ok(())
}
