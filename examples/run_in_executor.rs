//! Work that blocks, beside the loop: `to_thread`, a pool of one's own, and a coroutine that a thread asks for.
//!
//! ```sh
//! cargo run --release --example run_in_executor
//! ```

use std::thread;
use std::time::Duration;

use asyncio::ThreadPoolExecutor;
use asyncio::prelude::*;

/// What a library does that knows nothing of asyncio.
fn slow_sum(numbers: std::ops::Range<u64>) -> u64 {
    thread::sleep(Duration::from_millis(20));
    numbers.sum()
}

/// Shows that the loop goes on.
async fn heartbeat() -> asyncio::Result<()> {
    for beat in 1.. {
        println!("beat {beat}");
        asyncio::sleep(0.01).await?;
    }
    Ok(())
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let heart = asyncio::create_task(heartbeat());

    // One call, on a thread of the loop's own pool. What the job returns is inside of what the loop returns.
    let text = asyncio::to_thread(|| std::fs::read_to_string("/proc/self/comm")).await?;
    println!("this program is {:?}", text.unwrap_or_default().trim());

    // Many calls, two at a time, results in order.
    let event_loop = asyncio::get_running_loop()?;
    let pool = ThreadPoolExecutor::new(2);
    let jobs = (0..4).map(|n| event_loop.run_in_executor(&pool, move || slow_sum(0..n * 1000)));
    let sums: Vec<u64> = asyncio::gather(jobs).await?;
    println!("sums {sums:?}");

    // A timeout ends the wait, not the job: threads cannot be interrupted.
    let nap = asyncio::to_thread(|| thread::sleep(Duration::from_millis(40)));
    match asyncio::wait_for(nap, 0.01).await {
        Err(error) if error.is::<asyncio::TimeoutError>() => println!("the nap takes too long"),
        other => other?,
    }

    // The other way round: a thread has the loop run a coroutine, and blocks for the result.
    let proxy = event_loop.proxy();
    let answer = asyncio::to_thread(move || {
        let future = proxy.run_coroutine_threadsafe(|| async {
            asyncio::sleep(0.01).await?;
            Ok(42)
        });
        future.result(5.0)
    });
    println!("the thread was told {}", answer.await??);

    heart.cancel();
    Ok(())
    // The end of `main` waits for the nap.
}
