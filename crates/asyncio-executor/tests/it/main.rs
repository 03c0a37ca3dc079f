//! Tests of the public interface.

mod close;
mod contexts;
mod debug;
mod exception_handler;
mod exceptions;
mod many_readers;
mod order;
mod panics;
mod polling;
mod readers;
mod running;
mod signals;
mod support;
mod threads;
mod timers;
mod virtual_time;
mod wakers;
mod watchdog;
