#![doc = include_str!("../README.md")]

mod exceptions;
mod queues;
mod sync;

pub use asyncio_sync::{CancelledError, Error, EventWait, Result, ValueError};

pub use exceptions::{GetError, PutError, QueueEmpty, QueueFull, QueueShutDown};
pub use queues::{
    Fifo, Get, Items, Lifo, LifoQueue, NextItem, Priority, PriorityQueue, Put, Queue, Store,
};
