//! No runtime: epoll and the system calls of an echo, as a measure of what the kernel alone costs.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::retry_on_intr;

use super::{READ_SIZE, Server};
use crate::Result;

pub(crate) const NAME: &str = "epoll";

pub(crate) const SERVERS: &[Server] = &[Server { name: NAME, serve }];

fn serve(listening: fn(SocketAddr)) -> Result {
    let epoll = epoll::create(CreateFlags::CLOEXEC)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    watch(&epoll, &listener, LISTENER)?;
    listening(listener.local_addr()?);
    let mut streams = HashMap::new();
    let mut next = LISTENER + 1;
    let mut buffer = vec![0; READ_SIZE];
    let mut events = Vec::<Event>::with_capacity(EVENTS);
    loop {
        events.clear();
        retry_on_intr(|| epoll::wait(&epoll, spare_capacity(&mut events), None))?;
        for event in &events {
            match event.data.u64() {
                LISTENER => {
                    let (stream, _) = listener.accept()?;
                    stream.set_nodelay(true)?;
                    watch(&epoll, &stream, next)?;
                    streams.insert(next, stream);
                    next += 1;
                }
                token => {
                    let stream = streams.get_mut(&token).expect("it is watched");
                    if !echo(stream, &mut buffer)? {
                        streams.remove(&token);
                    }
                }
            }
        }
    }
}

fn watch(epoll: &OwnedFd, source: &impl AsFd, token: u64) -> Result {
    rustix::io::ioctl_fionbio(source, true)?;
    epoll::add(epoll, source, EventData::new_u64(token), EventFlags::IN)?;
    Ok(())
}

/// Sends back what has come; false at the end.
fn echo(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<bool> {
    match stream.read(buffer) {
        Ok(length) => {
            stream.write_all(&buffer[..length])?;
            Ok(length > 0)
        }
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(false),
        Err(error) => Err(error.into()),
    }
}

const LISTENER: u64 = 0;

/// The most events that are taken at a time.
const EVENTS: usize = 1024;
