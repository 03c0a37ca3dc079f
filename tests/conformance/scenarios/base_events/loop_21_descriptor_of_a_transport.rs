//! LOOP-21: a descriptor that a live transport owns cannot get a reader or writer.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use asyncio::prelude::*;
use asyncio::{EventLoop, Result, TransportSocket};

fn noop() {}

type Attempt = fn(&EventLoop, BorrowedFd<'_>) -> Result<()>;

const ATTEMPTS: [(&str, Attempt); 4] = [
    ("add_reader", |event_loop, fd| {
        event_loop.add_reader(fd, noop)
    }),
    ("remove_reader", |event_loop, fd| {
        event_loop.remove_reader(fd)?;
        Ok(())
    }),
    ("add_writer", |event_loop, fd| {
        event_loop.add_writer(fd, noop)
    }),
    ("remove_writer", |event_loop, fd| {
        event_loop.remove_writer(fd)?;
        Ok(())
    }),
];

fn attempt(event_loop: &EventLoop, sock: &TransportSocket) -> io::Result<()> {
    for (name, attempt) in ATTEMPTS {
        sock.with_fd(|fd| {
            if let Err(e) = attempt(event_loop, fd) {
                let text = e.to_string().replace(&fd.as_raw_fd().to_string(), "N");
                println!("{name} {}({text} ...)", e.type_name());
            }
            Ok(())
        })?;
    }
    Ok(())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (ours, theirs) = UnixStream::pair()?;
    let connecting = event_loop.create_connection(|| (), None, None);
    let (transport, _) = connecting.sock(ours).await?;
    let info = transport.get_extra_info();
    let sock = info.socket().expect("it has one");
    attempt(&event_loop, sock)?;
    transport.close();
    let removed = sock.with_fd(|fd| Ok(event_loop.remove_reader(fd)))??;
    println!("while it closes: removed {removed}");
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    drop(theirs);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
