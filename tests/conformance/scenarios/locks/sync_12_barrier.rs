//! SYNC-12: a barrier fills, lets everyone through with an index of their own, and holds newcomers while draining.

use std::rc::Rc;

use asyncio::{Barrier, Result};

async fn visitor(barrier: Rc<Barrier>, name: &'static str, rounds: usize) -> Result<()> {
    for _ in 0..rounds {
        let index = barrier.wait().await?;
        println!("{name} {index} waiting {}", barrier.n_waiting());
    }
    Ok(())
}

async fn entered(barrier: Rc<Barrier>, name: &'static str) -> Result<()> {
    let index = barrier.wait().await?;
    println!("{name} inside as {index}");
    Ok(())
}

async fn program() -> Result<()> {
    if let Err(e) = Barrier::new(0) {
        println!("ValueError {e}");
    }
    let barrier = Rc::new(Barrier::new(3)?);
    let (parties, broken) = (barrier.parties(), barrier.broken());
    println!(
        "parties {parties} waiting {} broken {broken}",
        barrier.n_waiting()
    );
    let [a, b] = ["a", "b"].map(|n| asyncio::create_task(visitor(barrier.clone(), n, 1)));
    asyncio::sleep(0).await?;
    println!("waiting {}", barrier.n_waiting());
    asyncio::gather((visitor(barrier.clone(), "c", 1), a, b)).await?;
    println!("round and round");
    asyncio::gather(["a", "b", "c"].map(|n| visitor(barrier.clone(), n, 3))).await?;
    println!("more visitors than parties");
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let tasks = names.map(|n| asyncio::create_task(visitor(barrier.clone(), n, 1)));
    for _ in 0..8 {
        asyncio::sleep(0).await?;
    }
    println!("waiting {}", barrier.n_waiting());
    let last = asyncio::create_task(entered(barrier.clone(), "i"));
    asyncio::gather([last].into_iter().chain(tasks)).await?;
    println!("waiting {}", barrier.n_waiting());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
