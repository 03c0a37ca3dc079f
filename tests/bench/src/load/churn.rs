//! [`Churn`]: a connection for each request.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::epoll::{self, CreateFlags, Event, EventFlags};

use super::{BUFFER_SIZE, Connection, EVENTS, Exchange, Requests, timed, wait};
use crate::Result;

/// Connections to a server that closes each after one reply.
pub(crate) struct Churn {
    address: SocketAddr,
    epoll: OwnedFd,
    events: Vec<Event>,
    connections: Vec<Option<Connection>>,
    requests: Requests,
    buffer: Box<[u8]>,
}

impl Churn {
    /// With so many connections at a time.
    pub(crate) fn new(address: SocketAddr, requests: Requests, at_a_time: usize) -> Result<Self> {
        Ok(Churn {
            address,
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(EVENTS),
            connections: (0..at_a_time).map(|_| None).collect(),
            requests,
            buffer: vec![0; BUFFER_SIZE].into(),
        })
    }

    /// Opens connections for so long, and checks the reply on each.
    pub(crate) fn exchange(&mut self, time: Duration) -> Result<Exchange> {
        timed(|| self.converse(time))
    }

    fn converse(&mut self, time: Duration) -> Result<u64> {
        let start = Instant::now();
        let mut open = self.connections.len();
        let mut replies = 0;
        for number in 0..open {
            self.open(number)?;
        }
        while open > 0 {
            wait(&self.epoll, &mut self.events)?;
            let is_over = start.elapsed() >= time;
            for index in 0..self.events.len() {
                let event = self.events[index];
                let number = event.data.u64() as usize;
                if !self.proceed(number, event.flags)? {
                    continue;
                }
                replies += 1;
                if is_over {
                    open -= 1;
                } else {
                    self.open(number)?;
                }
            }
        }
        Ok(replies)
    }

    fn open(&mut self, number: usize) -> io::Result<()> {
        let requests = &mut self.requests;
        let mut connection = Connection::open(None, self.address, requests, &self.epoll, number)?;
        connection.begin(requests)?;
        self.connections[number] = Some(connection);
        Ok(())
    }

    /// Goes on with a connection; true if it had its reply and is closed now.
    fn proceed(&mut self, number: usize, flags: EventFlags) -> io::Result<bool> {
        let Some(connection) = &mut self.connections[number] else {
            return Ok(false);
        };
        if !connection.is_answered(&self.requests) {
            connection.proceed(flags, &self.requests, &mut self.buffer)?;
        }
        // The end may come together with the reply.
        let is_over = flags.contains(EventFlags::RDHUP) && connection.is_answered(&self.requests);
        if is_over && let Some(connection) = self.connections[number].take() {
            connection.reset()?;
        }
        Ok(is_over)
    }
}
