//! LOOP-18: without a handler the default one logs the message as an error.

use asyncio::{EventLoop, ExceptionContext, ValueError};

use crate::py;

fn emit(level: &str, message: &str) {
    println!("{level} {}", message.lines().next().unwrap_or_default());
}

fn handler(event_loop: &EventLoop, context: &ExceptionContext) {
    println!("handler {}", context.message());
    event_loop.default_exception_handler(context);
}

pub fn main() -> asyncio::Result<()> {
    py::print_log(emit);
    let event_loop = asyncio::new_event_loop()?;
    println!(
        "no handler {}",
        event_loop.get_exception_handler().is_none()
    );
    event_loop.call_exception_handler(&ExceptionContext::new("with a message"));
    let error = ValueError::with_message("boom").into();
    let context = ExceptionContext::new("with an exception").with_exception(error);
    event_loop.call_exception_handler(&context);

    println!("a handler that defers");
    event_loop.set_exception_handler(handler);
    println!(
        "no handler {}",
        event_loop.get_exception_handler().is_none()
    );
    event_loop.call_exception_handler(&ExceptionContext::new("deferred"));

    println!("none again");
    event_loop.restore_exception_handler(None);
    event_loop.call_exception_handler(&ExceptionContext::new("direct"));
    event_loop.close()?;
    Ok(())
}
