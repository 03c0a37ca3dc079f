//! SYNC-11: a bounded semaphore refuses one release too many.

use std::rc::Rc;

use asyncio::{BoundedSemaphore, Result};

fn release(semaphore: &BoundedSemaphore) {
    match semaphore.release() {
        Ok(()) => println!("released, locked {}", semaphore.locked()),
        Err(e) => println!("ValueError {e}"),
    }
}

async fn worker(semaphore: Rc<BoundedSemaphore>, name: &'static str) -> Result<()> {
    let _permit = semaphore.permit().await?;
    println!("{name} has one");
    asyncio::sleep(0).await
}

async fn program() -> Result<()> {
    let semaphore = Rc::new(BoundedSemaphore::new(2));
    release(&semaphore);
    semaphore.acquire().await?;
    release(&semaphore);
    release(&semaphore);
    asyncio::gather(["a", "b", "c", "d", "e"].map(|n| worker(semaphore.clone(), n))).await?;
    release(&semaphore);
    let none = BoundedSemaphore::new(0);
    println!("locked {}", none.locked());
    release(&none);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
