//! SYNC-13: reset breaks the waiters and leaves the barrier usable; abort breaks it until reset.

use std::rc::Rc;

use asyncio::{Barrier, BrokenBarrierError, Result, Task};

async fn visitor(barrier: Rc<Barrier>, name: &'static str) -> Result<()> {
    match barrier.wait().await {
        Ok(index) => println!("{name} {index}"),
        Err(e) if e.is::<BrokenBarrierError>() => {
            println!("{name} BrokenBarrierError {e} broken {}", barrier.broken());
        }
        Err(e) => return Err(e),
    }
    Ok(())
}

async fn waiting(barrier: &Rc<Barrier>, names: &[&'static str]) -> Result<Vec<Task<()>>> {
    let visit = |n: &&'static str| asyncio::create_task(visitor(barrier.clone(), n));
    let tasks = names.iter().map(visit).collect();
    asyncio::sleep(0).await?;
    Ok(tasks)
}

async fn program() -> Result<()> {
    let barrier = Rc::new(Barrier::new(3)?);
    println!("reset of an empty barrier");
    barrier.reset().await?;
    println!("reset with waiters");
    let tasks = waiting(&barrier, &["a", "b"]).await?;
    barrier.reset().await?;
    println!(
        "waiting {} broken {}",
        barrier.n_waiting(),
        barrier.broken()
    );
    let late = asyncio::create_task(visitor(barrier.clone(), "late"));
    asyncio::gather(tasks).await?;
    println!("waiting {}", barrier.n_waiting());
    asyncio::sleep(0).await?;
    println!("waiting {}", barrier.n_waiting());
    let (c, d) = (visitor(barrier.clone(), "c"), visitor(barrier.clone(), "d"));
    asyncio::gather((late, c, d)).await?;
    println!("abort");
    let tasks = waiting(&barrier, &["e", "f"]).await?;
    barrier.abort().await?;
    println!(
        "waiting {} broken {}",
        barrier.n_waiting(),
        barrier.broken()
    );
    asyncio::gather(tasks).await?;
    visitor(barrier.clone(), "g").await?;
    barrier.reset().await?;
    println!("broken {}", barrier.broken());
    asyncio::gather(["h", "i", "j"].map(|n| visitor(barrier.clone(), n))).await?;
    println!("reset while draining");
    let tasks = waiting(&barrier, &["k", "l", "m"]).await?;
    barrier.reset().await?;
    asyncio::gather(tasks).await?;
    println!("abort while draining");
    let tasks = waiting(&barrier, &["n", "o", "p"]).await?;
    barrier.abort().await?;
    asyncio::gather(tasks).await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
