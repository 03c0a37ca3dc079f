//! STR-10: many tasks may wait in drain(); they go on together when the buffer is low.

use asyncio::{Result, StreamWriter};

use crate::net;
use crate::py::Lines;

async fn drain(mut writer: StreamWriter, name: &'static str, log: Lines) -> Result<()> {
    writer.drain().await?;
    log.append(name);
    Ok(())
}

async fn program() -> Result<()> {
    let (_reader, mut writer, peer) = net::open_stream().await?;
    let log = Lines::default();
    let written = net::fill(&writer.transport());
    writer.transport().set_write_buffer_limits(Some(0), None)?;
    let tasks = ["a", "b", "c", "d"]
        .map(|name| asyncio::create_task(drain(writer.clone(), name, log.clone())));
    asyncio::sleep(0).await?;
    tasks[1].cancel();
    asyncio::wait([&tasks[1]]).await?;
    let waiting = tasks.iter().filter(|task| !task.done());
    println!("still waiting {}", waiting.count());
    let received = net::receive(&peer, written).await?;
    println!("all received {}", received == written);
    asyncio::wait(&tasks).await?;
    println!("{} cancelled {}", log.join(" "), tasks[1].cancelled());
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
