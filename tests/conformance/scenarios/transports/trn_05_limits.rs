//! TRN-05: the marks of the write buffer: defaults, one of two given, bad values.

use asyncio::{Error, Result};

use crate::{net, py};

async fn program() -> Result<()> {
    let (transport, _protocol, peer) = net::connect(|| ()).await?;
    let show_limits = |title: &str| {
        let (low, high) = transport.get_write_buffer_limits();
        println!("{title}: low {low} high {high}");
    };

    show_limits("default");
    transport.set_write_buffer_limits(Some(0), None)?;
    show_limits("high=0");
    transport.set_write_buffer_limits(None, Some(100))?;
    show_limits("low=100");
    transport.set_write_buffer_limits(Some(1000), None)?;
    show_limits("high=1000");
    transport.set_write_buffer_limits(Some(10), Some(10))?;
    show_limits("both 10");
    if let Err(refused) = transport.set_write_buffer_limits(Some(5), Some(6)) {
        println!("{}", py::error(&Error::from(refused)));
    }
    show_limits("unchanged");
    transport.set_write_buffer_limits(None, None)?;
    show_limits("none given");
    transport.close();
    drop(peer);
    asyncio::sleep(0).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
