//! One crate alone: the locks of asyncio on two other executors at once, and no event loop.
//!
//!     cargo run --release --example pick_one_crate
//!
//! `asyncio-sync` and `asyncio-queue` need no loop of ours. One lock here is shared by a thread that runs futures' executor
//! and one that runs smol's.

use std::sync::Arc;
use std::thread;

use asyncio_queue::Queue;
use asyncio_sync::{CancelledError, Event, Lock};

struct Shared {
    lock: Lock,
    start: Event,
    results: Queue<String>,
}

fn main() {
    let shared = Arc::new(Shared {
        lock: Lock::new(),
        start: Event::new(),
        results: Queue::new(1),
    });
    let futures = thread::spawn({
        let shared = shared.clone();
        move || futures_executor::block_on(work("futures", &shared))
    });
    let smol = thread::spawn({
        let shared = shared.clone();
        move || {
            let executor = async_executor::LocalExecutor::new();
            futures_executor::block_on(executor.run(work("smol", &shared)))
        }
    });
    futures_executor::block_on(async {
        shared.start.set();
        for _ in 0..6 {
            println!(
                "{}",
                shared.results.get().await.expect("nobody shuts it down")
            );
        }
    });
    for thread in [futures, smol] {
        // Nothing cancels a waiter here, so there is no error.
        thread.join().unwrap().unwrap();
    }
    println!("locked: {}", shared.lock.locked());
}

async fn work(name: &str, shared: &Shared) -> Result<(), CancelledError> {
    shared.start.wait().await?;
    for n in 1..=3 {
        let _guard = shared.lock.lock().await?;
        // Only one of the threads is here.
        shared
            .results
            .put(format!("{name} {n}"))
            .await
            .unwrap_or_else(|error| panic!("{error}"));
    }
    Ok(())
}
