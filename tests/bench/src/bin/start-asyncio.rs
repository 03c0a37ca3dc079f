//! The smallest program on asyncio.

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    Ok(())
}
