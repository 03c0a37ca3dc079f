//! COMB-03: a shielded task that somebody owns outlives everyone who awaited it.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{Future, Result, Task};

use crate::py;

async fn work(gate: Future<()>, log: py::Lines) -> Result<&'static str> {
    gate.await?;
    log.append("work finished");
    Ok("value")
}

async fn program() -> Result<()> {
    let gate = asyncio::get_running_loop()?.create_future();
    let log = py::Lines::default();
    let owned = Rc::new(RefCell::new(Vec::new()));
    let inner = asyncio::create_task(work(gate.clone(), log.clone()));
    owned.borrow_mut().push(inner.clone());
    inner.add_done_callback({
        let owned = owned.clone();
        move |task| owned.borrow_mut().retain(|other| other != task)
    });
    let waiters = [(); 3].map(|()| asyncio::create_task(wait_for(inner.clone())));
    drop(inner);
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    for waiter in &waiters {
        waiter.cancel();
    }
    asyncio::wait(&waiters).await?;
    let cancelled = waiters.iter().filter(|waiter| waiter.cancelled());
    println!("waiters cancelled {}", cancelled.count());
    println!("owned {}", owned.borrow().len());
    gate.set_result(())?;
    asyncio::sleep(0.01).await?;
    println!("{}", log.join(", "));
    println!("owned {}", owned.borrow().len());
    Ok(())
}

async fn wait_for(inner: Task<&'static str>) -> Result<&'static str> {
    asyncio::shield(&inner).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
