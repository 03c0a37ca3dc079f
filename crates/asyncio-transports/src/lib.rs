#![doc = include_str!("../README.md")]

mod connect;
mod error;
mod flow_control;
mod loop_transports;
mod per_loop;
mod protocols;
mod read_buffer;
mod resolve;
mod selector_events;
mod server;
mod staggered;
mod transports;
mod trsock;
mod write_buffer;

pub use asyncio_tasks::*;

pub use connect::{ConnectAcceptedSocket, CreateConnection};
pub use loop_transports::LoopTransports;
pub use protocols::{
    AnyProtocol, BufferedProtocol, IntoProtocol, Protocol, ProtocolObject, ProtocolRef, Receives,
    kind,
};
pub use resolve::{Host, Hosts};
pub use server::{CreateServer, Server};
pub use staggered::staggered_race;
pub use transports::{Transport, TransportObject};
pub use trsock::{AddressFamily, ExtraInfo, SocketKind, TransportSocket};
