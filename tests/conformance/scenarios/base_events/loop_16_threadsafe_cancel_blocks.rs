//! LOOP-16: a cancel from another thread waits until the running callback has returned.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let (running, is_running) = mpsc::channel();
    let (cancelling, is_cancelling) = mpsc::channel();
    let handle = event_loop.call_soon_threadsafe(move || {
        println!("callback begins");
        running.send(()).expect("the thread listens");
        is_cancelling.recv().expect("the thread answers");
        thread::sleep(Duration::from_millis(20));
        println!("callback ends");
    })?;
    let thread = thread::spawn({
        let (handle, proxy) = (handle.clone(), event_loop.proxy());
        move || {
            is_running.recv().expect("the callback runs");
            cancelling.send(()).expect("the callback listens");
            handle.cancel();
            println!("cancel returned");
            proxy.stop()
        }
    });
    event_loop.run_forever()?;
    thread.join().expect("the thread does not panic")?;
    println!("cancelled {}", handle.cancelled());
    event_loop.close()?;
    Ok(())
}
