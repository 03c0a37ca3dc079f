//! STR-10: drain() raises the error that the reader got.

use asyncio::Result;

use crate::net;

async fn program() -> Result<()> {
    let (mut reader, mut writer, peer) = net::open_stream().await?;
    net::reset(peer)?;
    if let Err(e) = reader.read_to_end().await {
        println!("read {}", e.type_name());
    }
    for _ in 0..2 {
        if let Err(e) = writer.drain().await {
            let same = reader.exception().is_some_and(|exc| exc.same(&e));
            println!("drain {} same {same}", e.type_name());
        }
    }
    println!("closing {}", writer.is_closing());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
