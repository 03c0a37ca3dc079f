//! LOOP-15: close() drops queued callbacks without running them.

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
    event_loop.call_soon(move || ready.run());
    event_loop.call_later(10, move || timer.run());
    println!("close");
    event_loop.close()?;
    println!("closed");
    Ok(())
}
