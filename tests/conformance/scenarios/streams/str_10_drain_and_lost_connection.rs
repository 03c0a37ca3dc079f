//! STR-10: tasks that wait in drain() get the error when the connection is lost.

use asyncio::{Result, StreamWriter};

use crate::net;
use crate::py::Lines;

async fn drain(mut writer: StreamWriter, log: Lines) -> Result<()> {
    match writer.drain().await {
        Ok(()) => log.append("returned"),
        Err(e) => log.append(e.type_name()),
    }
    Ok(())
}

async fn attempt(with_reset: bool) -> Result<()> {
    let (_reader, writer, peer) = net::open_stream().await?;
    let log = Lines::default();
    net::fill(&writer.transport());
    writer.transport().set_write_buffer_limits(Some(0), None)?;
    let tasks = [(); 2].map(|()| asyncio::create_task(drain(writer.clone(), log.clone())));
    asyncio::sleep(0).await?;
    if with_reset {
        net::reset(peer)?;
    } else {
        writer.transport().abort();
        drop(peer);
    }
    asyncio::wait(&tasks).await?;
    println!("{}", log.join(", "));
    Ok(())
}

async fn program() -> Result<()> {
    println!("reset by the peer");
    attempt(true).await?;
    println!("aborted here");
    attempt(false).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
