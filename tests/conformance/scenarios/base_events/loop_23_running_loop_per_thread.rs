//! LOOP-23: the running loop is known to its own thread only.

use std::thread;

use asyncio::EventLoop;

use crate::py;

fn ask(place: &str, event_loop: Option<&EventLoop>) {
    match asyncio::get_running_loop() {
        Err(e) => println!("{place} {}", py::err(&e.into())),
        Ok(found) => println!("{place} finds the loop {}", event_loop == Some(&found)),
    }
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    ask("before", Some(&event_loop));
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || {
            ask("callback", Some(&event_loop));
            let thread = thread::spawn(|| ask("thread", None));
            thread.join().expect("the thread does not panic");
            event_loop.stop();
        }
    });
    event_loop.run_forever()?;
    ask("after", Some(&event_loop));
    event_loop.close()?;
    Ok(())
}
