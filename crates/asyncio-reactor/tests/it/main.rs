//! Tests of the public interface.

mod clock;
mod contract;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod epoll;
mod interest;
mod sim;
mod support;
