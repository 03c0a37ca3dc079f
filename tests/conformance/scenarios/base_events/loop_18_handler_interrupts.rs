//! LOOP-18: only KeyboardInterrupt leaves an exception handler, and with it run_forever.

use asyncio::{EventLoop, ExceptionContext, KeyboardInterrupt};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) -> asyncio::Result<()> {
    println!("handler {}", context.message());
    Err(KeyboardInterrupt::new().into())
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    event_loop.set_exception_handler(handler);
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || event_loop.call_exception_handler(&ExceptionContext::new("reported"))
    });
    event_loop.call_soon(|| println!("behind"));
    match event_loop.run_forever() {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("caught KeyboardInterrupt"),
        other => other?,
    }
    event_loop.call_soon(py::stop(&event_loop));
    event_loop.run_forever()?;
    event_loop.close()?;
    Ok(())
}
