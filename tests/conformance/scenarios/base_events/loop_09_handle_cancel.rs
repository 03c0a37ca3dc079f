//! LOOP-09: cancel() is idempotent, drops the callback at once, and is a no-op after the run.

use crate::py;

struct Payload(&'static str);

impl Drop for Payload {
    fn drop(&mut self) {
        println!("dropped {}", self.0);
    }
}

impl Payload {
    fn run(self) {
        println!("run {}", self.0);
    }
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let (ready, timer) = (Payload("ready"), Payload("timer"));
    let ready = event_loop.call_soon(move || ready.run());
    let timer = event_loop.call_later(0, move || timer.run());
    let kept = event_loop.call_soon(|| println!("kept"));

    println!(
        "cancelled before {} {}",
        ready.cancelled(),
        timer.cancelled()
    );
    ready.cancel();
    println!("after ready.cancel()");
    timer.cancel();
    println!("after timer.cancel()");
    ready.cancel();
    timer.cancel();
    println!(
        "cancelled after {} {}",
        ready.cancelled(),
        timer.cancelled()
    );

    event_loop.call_later(0.01, py::stop(&event_loop));
    event_loop.run_forever()?;
    kept.cancel();
    println!("cancel after the run: cancelled {}", kept.cancelled());
    event_loop.close()?;
    Ok(())
}
