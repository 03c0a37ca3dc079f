//! LOOP-17: KeyboardInterrupt leaves run_forever at once; the handles behind it run later.

use asyncio::{EventLoop, ExceptionContext, KeyboardInterrupt};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    println!("never reported {}", context.message());
}

fn interrupt() -> asyncio::Result<()> {
    println!("interrupt");
    Err(KeyboardInterrupt::with_message("stop it").into())
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    event_loop.set_exception_handler(handler);
    event_loop.call_soon(interrupt);
    event_loop.call_soon(|| println!("behind the interrupt"));
    match event_loop.run_forever() {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("caught KeyboardInterrupt"),
        other => other?,
    }
    println!("running {}", event_loop.is_running());
    event_loop.call_soon(py::stop(&event_loop));
    event_loop.run_forever()?;
    println!("stopped");
    event_loop.close()?;
    Ok(())
}
