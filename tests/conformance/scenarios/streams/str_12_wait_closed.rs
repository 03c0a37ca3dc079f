//! STR-12: wait_closed() raises the error of connection_lost(), each time it is called.

use asyncio::Result;

use crate::net;

async fn program() -> Result<()> {
    let (_reader, mut writer, peer) = net::open_stream().await?;
    writer.close();
    writer.wait_closed().await?;
    writer.wait_closed().await?;
    println!("closed without an error");
    drop(peer);

    let (_reader, writer, peer) = net::open_stream().await?;
    net::reset(peer)?;
    for _ in 0..2 {
        if let Err(e) = writer.wait_closed().await {
            println!("{}", e.type_name());
        }
    }
    println!("closing {}", writer.is_closing());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
