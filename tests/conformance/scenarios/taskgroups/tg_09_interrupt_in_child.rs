//! TG-09: KeyboardInterrupt from a child leaves the loop at once; the shutdown ends everything else.

use asyncio::{KeyboardInterrupt, Result, TaskGroup};

use crate::py;

async fn waiting(log: py::Lines) -> Result<()> {
    let slept = asyncio::sleep(1).await;
    slept.inspect_err(|_| log.append("child cancelled"))
}

async fn interrupt() -> Result<()> {
    asyncio::sleep(0).await?;
    Err(KeyboardInterrupt::with_message("from a child").into())
}

async fn program(log: py::Lines) -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        group.create_task(waiting(log.clone()));
        group.create_task(interrupt());
        let slept = asyncio::sleep(1).await;
        slept.inspect_err(|_| log.append("body cancelled"))
    });
    match ended.await {
        Err(e) if e.is::<KeyboardInterrupt>() => {
            log.append(format!("group raised {}", py::error(&e)));
            Ok(())
        }
        other => other,
    }
}

pub fn main() -> Result<()> {
    let log = py::Lines::default();
    match asyncio::run(program(log.clone())) {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("{}", py::error(&e)),
        other => other?,
    }
    log.sort();
    println!("{}", log.join(", "));
    Ok(())
}
