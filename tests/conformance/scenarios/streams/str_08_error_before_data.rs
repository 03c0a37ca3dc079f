//! STR-08: after a connection error every read raises it, even if data is buffered.

use std::io::Write;

use asyncio::{Error, Result, StreamReader};

use crate::net;

fn show<T: AsRef<[u8]>>(reader: &StreamReader, attempt: Result<T>) {
    match attempt {
        Ok(data) => println!("{}", net::show(data)),
        Err(e) => {
            let same = reader.exception().is_some_and(|exc| exc.same(&e));
            println!("{} same {same}", e.type_name());
        }
    }
}

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    peer.write_all(b"buffered data")?;
    println!("{}", net::show(reader.read(8).await?));
    net::reset(peer)?;
    let lost = writer.wait_closed().await.err();
    let name = lost.as_ref().map_or("none", Error::type_name);
    println!("wait_closed {name}");
    let attempt = reader.read(5).await;
    show(&reader, attempt);
    let attempt = reader.readexactly(5).await;
    show(&reader, attempt);
    let attempt = reader.readuntil(b"d").await;
    show(&reader, attempt);
    let attempt = reader.readline().await;
    show(&reader, attempt);
    let attempt = reader.read(0).await;
    show(&reader, attempt);
    println!("at_eof {}", reader.at_eof());
    writer.close();
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
