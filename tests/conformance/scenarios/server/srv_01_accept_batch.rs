//! SRV-01: up to backlog + 1 connections are accepted per event.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{EventLoop, Future, Protocol, Result, Transport};

use crate::net::HOST;

struct Side {
    ticks: Rc<RefCell<Vec<u32>>>,
    tick: Rc<Ticker>,
    done: Future<()>,
}

impl Protocol for Side {
    fn connection_made(&mut self, transport: Transport) {
        self.ticks.borrow_mut().push(self.tick.count.get());
        if self.ticks.borrow().len() == 5 {
            self.done.set_result(()).unwrap();
        }
        transport.close();
    }
}

struct Ticker {
    event_loop: EventLoop,
    count: Cell<u32>,
    running: Cell<bool>,
}

impl Ticker {
    /// Counts the loop's iterations.
    fn tick(self: Rc<Self>) {
        self.count.set(self.count.get() + 1);
        if self.running.get() {
            self.event_loop.clone().call_soon(|| self.tick());
        }
    }
}

async fn attempt(backlog: u32) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let ticks: Rc<RefCell<Vec<u32>>> = Rc::default();
    let done = event_loop.create_future();
    let tick = Rc::new(Ticker {
        event_loop: event_loop.clone(),
        count: Cell::new(0),
        running: Cell::new(true),
    });
    let listener = TcpListener::bind((HOST, 0))?;
    let address = listener.local_addr()?;
    let clients: Result<Vec<_>, _> = (0..5).map(|_| TcpStream::connect(address)).collect();
    let clients = clients?;
    let counting = tick.clone();
    event_loop.call_soon(|| counting.tick());
    let factory = {
        let (ticks, tick, done) = (ticks.clone(), tick.clone(), done.clone());
        move || Side {
            ticks: ticks.clone(),
            tick: tick.clone(),
            done: done.clone(),
        }
    };
    let server = event_loop.create_server(factory, None, None);
    let server = server.sock(listener).backlog(backlog).await?;
    done.await?;
    tick.running.set(false);
    let mut groups = BTreeMap::new();
    for tick in &*ticks.borrow() {
        *groups.entry(*tick).or_insert(0) += 1;
    }
    let groups: Vec<String> = groups.values().map(ToString::to_string).collect();
    println!("backlog {backlog} accepted together: {}", groups.join(" "));
    server.close();
    server.wait_closed().await?;
    drop(clients);
    Ok(())
}

async fn program() -> Result<()> {
    attempt(100).await?;
    attempt(1).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
