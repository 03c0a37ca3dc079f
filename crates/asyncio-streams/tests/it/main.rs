//! What streams do, item by item of asyncio's semantics (STR-01 and so on).

mod cancel;
mod network;
mod reader;
mod server;
mod support;
mod wakers;
mod writer;
