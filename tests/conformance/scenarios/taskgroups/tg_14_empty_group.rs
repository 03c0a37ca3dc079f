//! TG-14: leaving a group without children does not suspend.

use asyncio::{Result, TaskGroup};

use crate::py;

async fn quick() -> Result<()> {
    Ok(())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = py::Lines::default();
    event_loop.call_soon(log.appender("callback"));
    let ended = TaskGroup::run(async |_| {
        log.append("body");
        Ok(())
    });
    ended.await?;
    log.append("after the group");
    asyncio::sleep(0).await?;
    println!("{}", log.join(", "));

    log.clear();
    let ended = TaskGroup::run(async |group| {
        group.create_task(quick()).await?;
        asyncio::sleep(0).await?;
        event_loop.call_soon(log.appender("callback"));
        Ok(())
    });
    ended.await?;
    log.append("after the group");
    asyncio::sleep(0).await?;
    println!("{}", log.join(", "));

    log.clear();
    let ended = TaskGroup::run(async |group| {
        group.create_task(quick());
        event_loop.call_soon(log.appender("callback"));
        Ok(())
    });
    ended.await?;
    log.append("after the group");
    println!("{}", log.join(", "));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
