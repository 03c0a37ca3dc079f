//! Structured concurrency beyond asyncio: a crawler that has so much time, so many workers, and says goodbye in any case.
//!
//!     cargo run --example structured

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{CancelScope, Error, TaskGroup, TimeoutError, ValueError};

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    println!("A crawl of 0.25 s, three pages at once");
    let pages = Rc::new(RefCell::new(Vec::new()));
    let finished = asyncio::move_on_after(0.25, async |_| crawl(&pages).await).await?;
    let (seen, outcome) = (
        pages.borrow().len(),
        finished.map_or("time is up", |()| "all seen"),
    );
    println!("  {outcome}, {seen} pages, each connection closed");

    println!("All or nothing");
    let prices = asyncio::try_gather((price("tea", 3), price("milk", 1))).await?;
    println!("  {prices:?}");
    let failed = asyncio::try_gather((price("tea", 3), price("gold", 0))).await;
    println!("  {}; the other one was cancelled", failed.unwrap_err());

    println!("A deadline that nobody ignores");
    let stubborn: asyncio::Result<()> = asyncio::fail_after(0.05, async |_| {
        loop {
            // Again and again, until the scope is left: a timeout() would cancel only the first await.
            if asyncio::sleep(3600.0).await.is_err() {
                asyncio::sleep(3600.0).await?;
            }
        }
    })
    .await;
    let timed_out = stubborn.unwrap_err().is::<TimeoutError>();
    println!("  timed out: {timed_out}");
    Ok(())
}

/// Visits twenty pages. The group waits for all of its tasks, also when the time is up.
async fn crawl(pages: &Rc<RefCell<Vec<u32>>>) -> asyncio::Result<()> {
    let group = TaskGroup::builder().limit(3);
    group
        .run(async |tg| {
            for number in 1..=20 {
                let pages = pages.clone();
                // The loop does not run ahead of the workers.
                tg.create_task_when_free(visit(number, pages)).await?;
            }
            Ok(())
        })
        .await
}

async fn visit(number: u32, pages: Rc<RefCell<Vec<u32>>>) -> asyncio::Result<()> {
    let visited = asyncio::sleep(0.05).await;
    // In a scope that is cancelled each await is, so clean-up that awaits needs a shield, and a deadline of its own.
    let farewell = CancelScope::after(1.0).shielded();
    farewell.run(async |_| asyncio::sleep(0.01).await).await?;
    visited?;
    pages.borrow_mut().push(number);
    Ok(())
}

async fn price(what: &'static str, price: u32) -> asyncio::Result<(&'static str, u32)> {
    asyncio::sleep(0.01 * f64::from(price)).await?;
    match price {
        0 => Err(Error::from(ValueError::with_message(format!(
            "no price for {what}"
        )))),
        _ => Ok((what, price)),
    }
}
