//! LOOP-16: a cancel from another thread that comes first prevents the call.

use std::thread;

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let handle = event_loop.call_soon_threadsafe(|| println!("never"))?;
    event_loop.call_soon_threadsafe(|| println!("still called"))?;
    let thread = thread::spawn({
        let handle = handle.clone();
        move || handle.cancel()
    });
    thread.join().expect("the thread does not panic");
    println!("cancelled {}", handle.cancelled());
    event_loop.proxy().stop()?;
    event_loop.run_forever()?;
    println!("stopped");
    event_loop.close()?;
    Ok(())
}
