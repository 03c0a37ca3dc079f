//! LOOP-07: time() is a monotonic clock in seconds, and call_at takes its values.

use asyncio::EventLoop;

fn fired(event_loop: &EventLoop, start: f64) {
    let now = event_loop.time();
    println!("at or after the deadline {}", now - start >= 0.0199);
    println!("seconds, not milliseconds {}", now - start < 15.0);
    event_loop.stop();
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let samples: Vec<f64> = (0..100).map(|_| event_loop.time()).collect();
    println!("never goes back {}", samples.is_sorted());
    let start = event_loop.time();
    let handle = event_loop.call_at(start + 0.02, {
        let event_loop = event_loop.clone();
        move || fired(&event_loop, start)
    });
    println!("when is what was asked {}", handle.when() == start + 0.02);
    let later = event_loop.call_later(60, || println!("never"));
    let counted = later.when() - start;
    println!(
        "call_later counts from now {}",
        (60.0..65.0).contains(&counted)
    );
    event_loop.run_forever()?;
    later.cancel();
    event_loop.close()?;
    Ok(())
}
