//! STR-01: a limit of zero is refused.

use asyncio::{Error, Result, StreamReader};

use crate::net::HOST;
use crate::py;

async fn program() -> Result<()> {
    if let Err(e) = asyncio::open_connection(HOST, 1).limit(0).await {
        println!("{}", py::error(&e));
    }
    if let Err(e) = StreamReader::new(0) {
        println!("{}", py::error(&Error::from(e)));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
