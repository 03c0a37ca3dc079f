//! SYNC-05: set wakes every waiter, even if clear follows at once.

use std::rc::Rc;

use asyncio::{Event, Result};

async fn waiter(event: Rc<Event>, name: &'static str) -> Result<()> {
    match event.wait().await {
        Ok(()) => println!("{name} goes on, set {}", event.is_set()),
        Err(_) => println!("{name} cancelled, set {}", event.is_set()),
    }
    Ok(())
}

async fn program() -> Result<()> {
    let event = Rc::new(Event::new());
    println!("set {}", event.is_set());
    let names = ["a", "b", "c", "d"];
    let tasks = names.map(|name| asyncio::create_task(waiter(event.clone(), name)));
    asyncio::sleep(0).await?;
    tasks[1].cancel();
    event.set();
    tasks[2].cancel();
    event.clear();
    let late = asyncio::create_task(waiter(event.clone(), "late"));
    asyncio::gather(tasks).await?;
    println!("late done {}", late.done());
    event.set();
    event.set();
    event.wait().await?;
    println!("does not wait");
    late.await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
