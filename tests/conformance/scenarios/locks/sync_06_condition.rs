//! SYNC-06: a condition's wait frees the lock, waits, and has the lock again when it returns.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{Condition, Result};

type Items = Rc<RefCell<Vec<i32>>>;

async fn consumer(condition: Rc<Condition>, items: Items, name: &'static str) -> Result<()> {
    let mut guard = condition.lock().await?;
    println!("{name} waits");
    guard.wait_for(|| !items.borrow().is_empty()).await?;
    let item = items.borrow_mut().remove(0);
    println!("{name} gets {item} locked {}", condition.locked());
    Ok(())
}

async fn program() -> Result<()> {
    let condition = Rc::new(Condition::new());
    let items = Items::default();
    for outcome in [condition.notify(1), condition.notify_all()] {
        if let Err(e) = outcome {
            println!("RuntimeError {e}");
        }
    }
    if let Err(e) = condition.wait().await {
        println!("{} {e}", e.type_name());
    }
    if let Err(e) = condition.release() {
        println!("RuntimeError {e}");
    }
    let tasks = ["a", "b", "c"]
        .map(|n| asyncio::create_task(consumer(condition.clone(), items.clone(), n)));
    asyncio::sleep(0).await?;
    println!("locked {}", condition.locked());
    {
        let _guard = condition.lock().await?;
        condition.notify(2)?;
        items.borrow_mut().push(1);
        println!("notified 2");
        asyncio::sleep(0).await?;
        println!("main still has the lock");
    }
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    let done = tasks.each_ref().map(|task| task.done().to_string());
    println!("done {}", done.join(" "));
    condition.acquire().await?;
    items.borrow_mut().extend([2, 3]);
    condition.notify_all()?;
    condition.release()?;
    asyncio::gather(tasks).await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
