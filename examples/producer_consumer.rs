//! Two producers and three consumers with a bounded queue between them.
//!
//!     cargo run --release --example producer_consumer
//!
//! The consumers read the queue like a stream, which ends when it is shut down and empty.

use std::rc::Rc;

use asyncio::{Queue, Result, TaskGroup};

#[asyncio::main]
async fn main() -> Result<()> {
    // When 3 loaves wait, the bakers wait as well.
    let shelf = Rc::new(Queue::new(3));
    let sold = TaskGroup::run(async |shop| {
        let customers = ["Ada", "Bob", "Cy"].map(|name| shop.create_task(buy(name, shelf.clone())));
        // The inner group ends when all is baked.
        TaskGroup::run(async |bakery| {
            for baker in ["rye", "wheat"] {
                bakery.create_task(bake(baker, shelf.clone()));
            }
            Ok(())
        })
        .await?;
        println!("the bakers go home");
        shelf.shutdown();
        let mut sold = 0;
        for customer in customers {
            sold += customer.await?;
        }
        Ok(sold)
    })
    .await?;
    println!("{sold} loaves were sold");
    Ok(())
}

async fn bake(kind: &'static str, shelf: Rc<Queue<String>>) -> Result<()> {
    for n in 1..=6 {
        asyncio::sleep(0.001).await?;
        shelf.put(format!("{kind} {n}")).await?;
    }
    Ok(())
}

async fn buy(name: &str, shelf: Rc<Queue<String>>) -> Result<usize> {
    let mut bought = 0;
    let mut loaves = shelf.items(); // async for loaf in shelf:
    while let Some(loaf) = loaves.next().await {
        println!("{name} buys {}", loaf?);
        bought += 1;
        asyncio::sleep(0.003).await?;
    }
    Ok(bought)
}
