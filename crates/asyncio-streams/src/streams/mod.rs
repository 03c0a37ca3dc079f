//! The counterpart of `asyncio.streams`.

mod client_connected;
mod flow_control;
mod incoming;
mod line;
mod link;
mod open;
mod protocol;
mod reader;
mod separators;
mod writer;

pub use client_connected::ClientConnectedOutput;
pub use flow_control::FlowControl;
pub use open::{OpenConnection, StartServer, open_connection, start_server};
pub use protocol::StreamReaderProtocol;
pub use reader::{StreamFeeder, StreamReader};
pub use separators::{Separator, Separators};
pub use writer::StreamWriter;
