//! Tests of the crate.

mod connect;
mod contract;
mod resolve;
mod server;
mod staggered;
mod support;
mod tcp;
mod unix;
