//! LOOP-04: a timer never fires before its time, the clock's resolution apart.

use asyncio::{Clock, EventLoop, SystemClock};

use crate::py;

fn fired(event_loop: &EventLoop, name: &str, when: f64) {
    let early = event_loop.time() < when - SystemClock.resolution();
    println!("{name} early {early}");
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let start = event_loop.time();
    for delay in [0.001, 0.012, 0.0235, 0.0345] {
        let when = start + delay;
        let timer_loop = event_loop.clone();
        event_loop.call_at(when, move || {
            fired(&timer_loop, &format!("timer {delay}"), when)
        });
    }
    event_loop.call_at(start + 0.05, py::stop(&event_loop));
    event_loop.run_forever()?;
    event_loop.close()?;
    Ok(())
}
