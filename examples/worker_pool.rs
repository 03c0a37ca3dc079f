//! Workers that share a queue of jobs: `join` waits for the last job, `shutdown` sends the workers home.
//!
//!     cargo run --release --example worker_pool
//!
//! The jobs come out by priority. A job that fails is counted, and the pool goes on.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{PriorityQueue, Result, ValueError};

/// The less, the sooner; then what to do.
type Job = (u32, &'static str);

struct Pool {
    jobs: PriorityQueue<Job>,
    failed: Cell<usize>,
}

#[asyncio::main]
async fn main() -> Result<()> {
    let pool = Rc::new(Pool {
        jobs: PriorityQueue::new(16),
        failed: Cell::new(0),
    });
    for job in [
        (3, "sweep"),
        (1, "extinguish"),
        (2, "cook"),
        (2, "bake"),
        (9, "sing"),
    ] {
        pool.jobs.put(job).await?;
    }
    let workers = [1, 2].map(|n| asyncio::create_task(work(n, pool.clone())));

    pool.jobs.join().await?;
    println!("all jobs are done, {} failed", pool.failed.get());

    pool.jobs.put((5, "wash up")).await?;
    pool.jobs.shutdown(); // What is in the queue is still done.
    asyncio::gather(workers).await?;
    println!("the workers went home");
    Ok(())
}

async fn work(n: u32, pool: Rc<Pool>) -> Result<()> {
    let mut jobs = pool.jobs.items();
    while let Some(job) = jobs.next().await {
        let (priority, what) = job?;
        if let Err(error) = run(what).await {
            pool.failed.set(pool.failed.get() + 1);
            println!("worker {n}: {what} failed: {error}");
        } else {
            println!("worker {n}: {what} ({priority})");
        }
        // Once for each job, or `join` waits forever.
        pool.jobs.task_done()?;
    }
    Ok(())
}

async fn run(what: &str) -> Result<()> {
    asyncio::sleep(0.001).await?;
    if what == "sing" {
        return Err(ValueError::with_message("nobody wants that").into());
    }
    Ok(())
}
