//! SYNC-14: cancelling one waiter does not break a barrier.

use std::rc::Rc;

use asyncio::{Barrier, Result};

async fn visitor(barrier: Rc<Barrier>, name: &'static str) -> Result<()> {
    match barrier.wait().await {
        Ok(index) => println!("{name} {index}"),
        Err(e) if e.is_cancelled() => println!("{name} cancelled, waiting {}", barrier.n_waiting()),
        Err(e) => return Err(e),
    }
    Ok(())
}

async fn program() -> Result<()> {
    let barrier = Rc::new(Barrier::new(3)?);
    let visit = |n: &'static str| asyncio::create_task(visitor(barrier.clone(), n));
    let [a, b] = ["a", "b"].map(visit);
    asyncio::sleep(0).await?;
    a.cancel();
    a.await?;
    println!(
        "waiting {} broken {}",
        barrier.n_waiting(),
        barrier.broken()
    );
    println!("filled, and one cancelled before it runs");
    let [c, d] = ["c", "d"].map(visit);
    asyncio::sleep(0).await?;
    b.cancel();
    let late = visit("late");
    asyncio::gather((b, c, d)).await?;
    println!(
        "waiting {} broken {}",
        barrier.n_waiting(),
        barrier.broken()
    );
    let (e, f) = (visitor(barrier.clone(), "e"), visitor(barrier.clone(), "f"));
    asyncio::gather((late, e, f)).await?;
    println!("cancelled outside, while it drains");
    let [g, h, i, j, k] = ["g", "h", "i", "j", "k"].map(visit);
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    j.cancel();
    asyncio::gather((g, h, i, j)).await?;
    asyncio::sleep(0).await?;
    println!(
        "waiting {} broken {}",
        barrier.n_waiting(),
        barrier.broken()
    );
    k.cancel();
    k.await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
