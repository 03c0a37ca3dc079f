//! LOOP-05: timers run in order of their deadline, whatever the order of creation.

use crate::py;

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let start = event_loop.time();
    event_loop.call_at(start + 0.03, || println!("30 ms"));
    event_loop.call_at(start + 0.01, || println!("10 ms"));
    event_loop.call_at(start + 0.04, py::stop(&event_loop));
    event_loop.call_at(start + 0.02, || println!("20 ms"));
    event_loop.call_at(start, || println!("0 ms"));
    event_loop.run_forever()?;
    event_loop.close()?;
    Ok(())
}
