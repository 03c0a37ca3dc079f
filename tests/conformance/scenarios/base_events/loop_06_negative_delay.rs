//! LOOP-06: a delay of 0 or less goes through the timers: after call_soon, most negative first.

use asyncio::EventLoop;

use crate::py;

fn schedule(event_loop: &EventLoop) {
    event_loop.call_later(0, || println!("delay 0"));
    event_loop.call_later(-1, || println!("delay -1"));
    event_loop.call_later(-2, || println!("delay -2"));
    event_loop.call_soon(|| println!("call_soon"));
    event_loop.call_later(0.02, py::stop(event_loop));
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    println!("from outside");
    schedule(&event_loop);
    event_loop.run_forever()?;
    println!("from a callback");
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || schedule(&event_loop)
    });
    event_loop.run_forever()?;
    event_loop.close()?;
    Ok(())
}
