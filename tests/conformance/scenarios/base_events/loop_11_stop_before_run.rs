//! LOOP-11: stop() before run_forever() runs one iteration, due timers included, without waiting.

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    event_loop.call_later(0, || println!("due timer"));
    let far = event_loop.call_later(3600, || println!("far timer"));
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || {
            println!("ready");
            event_loop.call_soon(|| println!("added by ready"));
        }
    });
    event_loop.stop();
    event_loop.run_forever()?;
    println!("first run over");
    event_loop.stop();
    event_loop.run_forever()?;
    println!("second run over");
    event_loop.stop();
    event_loop.run_forever()?;
    println!("third run over, nothing left");
    far.cancel();
    event_loop.close()?;
    Ok(())
}
