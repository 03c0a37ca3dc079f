//! RUN-07: what add_signal_handler and remove_signal_handler refuse.

use asyncio::signal::{SIGKILL, SIGSTOP, SIGUSR1};
use asyncio::{EventLoop, Result};

use crate::py;

fn add(what: &str, event_loop: &EventLoop, signal: i32) {
    match event_loop.add_signal_handler(signal, || println!("never called")) {
        Ok(()) => println!("{what} -> None"),
        Err(e) => println!("{what} -> {} {}", e.type_name(), py::text(&e)),
    }
}

fn remove(what: &str, event_loop: &EventLoop, signal: i32) {
    match event_loop.remove_signal_handler(signal) {
        Ok(true) => println!("{what} -> True"),
        Ok(false) => println!("{what} -> False"),
        Err(e) => println!("{what} -> {} {}", e.type_name(), py::text(&e)),
    }
}

fn elsewhere() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    add("other thread, add", &event_loop, SIGUSR1);
    add("other thread, add SIGKILL", &event_loop, SIGKILL);
    add("other thread, add 0", &event_loop, 0);
    remove("other thread, remove", &event_loop, SIGUSR1);
    Ok(event_loop.close()?)
}

pub fn main() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    for signal in [SIGKILL, SIGSTOP, 0, -1, 32, 65] {
        add(&format!("add {signal}"), &event_loop, signal);
        remove(&format!("remove {signal}"), &event_loop, signal);
    }
    remove("remove what was not added", &event_loop, SIGUSR1);
    add("add", &event_loop, SIGUSR1);
    add("add again", &event_loop, SIGUSR1);
    remove("remove", &event_loop, SIGUSR1);
    remove("remove again", &event_loop, SIGUSR1);
    add("a real-time one", &event_loop, 34);
    remove("remove it", &event_loop, 34);
    std::thread::spawn(elsewhere)
        .join()
        .expect("does not panic")?;
    event_loop.close()?;
    add("closed, add", &event_loop, SIGUSR1);
    add("closed, add SIGKILL", &event_loop, SIGKILL);
    add("closed, add 0", &event_loop, 0);
    remove("closed, remove", &event_loop, SIGUSR1);
    Ok(())
}
