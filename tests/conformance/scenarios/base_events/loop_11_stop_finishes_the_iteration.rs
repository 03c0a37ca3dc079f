//! LOOP-11: stop() lets the current iteration finish; what it added waits for the next run.

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || {
            println!("first");
            event_loop.stop();
            event_loop.call_soon(|| println!("added after stop"));
            println!("running {}", event_loop.is_running());
        }
    });
    event_loop.call_soon(|| println!("second"));
    event_loop.run_forever()?;
    println!("returned: running {}", event_loop.is_running());
    event_loop.stop();
    event_loop.run_forever()?;
    println!("returned again");
    event_loop.close()?;
    Ok(())
}
