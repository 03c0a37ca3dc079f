//! LOOP-01: call_soon is FIFO, and what a callback adds runs in the next iteration.

use crate::py;

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let first = {
        let event_loop = event_loop.clone();
        move || {
            println!("first");
            event_loop.call_soon(|| println!("added by first"));
            event_loop.stop();
        }
    };
    let second = {
        let event_loop = event_loop.clone();
        move || {
            println!("second");
            event_loop.call_soon(|| println!("added by second"));
        }
    };
    event_loop.call_soon(first);
    event_loop.call_soon(second);
    event_loop.call_soon(|| println!("third"));
    event_loop.run_forever()?;
    println!("stopped after one iteration");
    event_loop.call_soon(py::stop(&event_loop));
    event_loop.run_forever()?;
    event_loop.close()?;
    Ok(())
}
