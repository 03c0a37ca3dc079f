#![doc = include_str!("../README.md")]

mod buffer;
mod exceptions;
mod spare_buffers;
mod streams;

pub use asyncio_transports::*;
pub use bytes::Bytes;

pub use exceptions::{IncompleteReadError, LimitOverrunError};
pub use streams::{
    ClientConnectedOutput, FlowControl, OpenConnection, Separator, Separators, StartServer,
    StreamFeeder, StreamReader, StreamReaderProtocol, StreamWriter, open_connection, start_server,
};
