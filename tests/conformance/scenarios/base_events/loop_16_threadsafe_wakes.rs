//! LOOP-16: call_soon_threadsafe wakes a loop that waits, and keeps the order of its calls.

use std::sync::mpsc;
use std::thread;

use asyncio::{EventLoopProxy, RuntimeError};

fn work(proxy: &EventLoopProxy, started: &mpsc::Receiver<()>) -> Result<(), RuntimeError> {
    started.recv().expect("the loop starts");
    for number in 0..3 {
        proxy.call_soon_threadsafe(move || println!("from the thread {number}"))?;
    }
    proxy.stop()
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let (start, started) = mpsc::channel();
    let thread = thread::spawn({
        let proxy = event_loop.proxy();
        move || work(&proxy, &started)
    });
    event_loop.call_soon(move || start.send(()));
    event_loop.run_forever()?;
    thread.join().expect("the thread does not panic")?;
    println!("stopped");
    event_loop.close()?;
    Ok(())
}
