//! Inspection from outside: a loop that tells other processes of its user what its tasks do, over a Unix socket.
//!
//! What `python -m asyncio ps` reads from another process's memory, a loop tells here by itself, if its program wants it to.
//! The loop serves the socket between its callbacks, without a thread: while a callback blocks it, nobody answers.
//! `docs/inspection.md` describes the protocol.

mod client;
mod snapshot;
mod socket;
mod timing;

use std::cell::{Cell, RefCell};
use std::env;
use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::rc::{Rc, Weak};
use std::time::Duration;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{EventLoop, Result, RuntimeError, StepObserver, log};

use client::{Client, Progress, Ready};
use snapshot::Snapshot;
use socket::SocketFile;
use timing::Timing;

/// The socket of one loop: its one extension of this type.
#[derive(Default)]
pub(crate) struct Inspection(RefCell<Option<Rc<Inspector>>>);

impl Inspection {
    /// Starts to serve at `path`, in place of any earlier one.
    pub(crate) fn start(event_loop: &EventLoop, path: &Path) -> Result<()> {
        if event_loop.is_closed() {
            return Err(RuntimeError::with_message("Event loop is closed").into());
        }
        let inspector = Inspector::new(event_loop, path)?;
        let inspection: Rc<Inspection> = event_loop.extension();
        let old = inspection.0.replace(Some(inspector));
        Inspection::end(event_loop, old);
        Ok(())
    }

    pub(crate) fn stop(event_loop: &EventLoop) {
        let inspection: Rc<Inspection> = event_loop.extension();
        let old = inspection.0.take();
        Inspection::end(event_loop, old);
    }

    fn end(event_loop: &EventLoop, inspector: Option<Rc<Inspector>>) {
        if let Some(inspector) = inspector {
            event_loop.remove_observer(&inspector.observer);
            event_loop.unwatch_reader(&inspector.listener);
            event_loop.release(&inspector.listener);
            for Admitted { client, .. } in inspector.clients.take() {
                client.leave(event_loop);
            }
        }
    }
}

/// Starts to serve as the program says, or else as the environment does. What the environment asks for is not worth a
/// failure: child processes inherit it.
pub(crate) fn begin(event_loop: &EventLoop, path: Option<&Path>) -> Result<()> {
    if let Some(path) = path {
        return Inspection::start(event_loop, path);
    }
    let path = env::var_os("ASYNCIO_INSPECT").filter(|path| !path.is_empty());
    let started = path.map(|path| Inspection::start(event_loop, path.as_ref()));
    if let Some(Err(error)) = started {
        log::warning(format_args!("ASYNCIO_INSPECT: {error}"));
    }
    Ok(())
}

/// What serves the socket. Dropped with the loop, which has forgotten its descriptors then.
struct Inspector {
    listener: UnixListener,
    clients: RefCell<Vec<Admitted>>,
    next_client: Cell<u64>,
    timing: Rc<Timing>,
    observer: Rc<dyn StepObserver>,
    /// Comes last: the file is removed when nobody listens any more.
    _file: SocketFile,
}

struct Admitted {
    number: u64,
    client: Rc<Client>,
}

impl Inspector {
    fn new(event_loop: &EventLoop, path: &Path) -> Result<Rc<Self>> {
        let (listener, file) = socket::listen(path)?;
        let timing = Rc::new(Timing::default());
        let inspector = Rc::new(Inspector {
            listener,
            clients: RefCell::default(),
            next_client: Cell::new(0),
            observer: timing.clone(),
            timing,
            _file: file,
        });
        Inspector::watch(&inspector, event_loop)?;
        event_loop.add_observer(inspector.observer.clone());
        Ok(inspector)
    }

    fn watch(this: &Rc<Self>, event_loop: &EventLoop) -> Result<()> {
        let weak = Rc::downgrade(this);
        event_loop.claim(&this.listener);
        let accept: Ready = Box::new(move || {
            if let Some(this) = weak.upgrade() {
                this.accept();
            }
        });
        event_loop.watch_reader(&this.listener, accept)
    }

    /// Lets in who waits at the door, some at a time.
    fn accept(self: &Rc<Self>) {
        for _ in 0..AT_A_TIME {
            let admitted = match self.listener.accept() {
                Ok((stream, _)) => self.admit(stream),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => return self.pause(&error),
            };
            if let Err(error) = admitted {
                log::warning(format_args!("inspection refused a client: {error}"));
            }
        }
    }

    /// The process is out of descriptors or memory: the door stays shut for a second, or it would be knocked at for ever.
    fn pause(self: &Rc<Self>, error: &io::Error) {
        log::warning(format_args!("inspection cannot accept: {error}"));
        let event_loop = EventLoop::current();
        event_loop.unwatch_reader(&self.listener);
        let weak = Rc::downgrade(self);
        event_loop.call_later(PAUSE, move || match weak.upgrade() {
            Some(this) => Inspector::watch(&this, &EventLoop::current()),
            None => Ok(()),
        });
    }

    fn admit(self: &Rc<Self>, stream: UnixStream) -> Result<()> {
        socket::check_peer(&stream)?;
        stream.set_nonblocking(true)?;
        if self.clients.borrow().len() >= MAX_CLIENTS && !self.drop_stalled() {
            // Dropped unanswered, which clients take as a reason to try again.
            return Ok(());
        }
        let number = self.next_client.get();
        self.next_client.set(number + 1);
        let client = Rc::new(Client::new(stream));
        self.clients.borrow_mut().push(Admitted {
            number,
            client: client.clone(),
        });
        let weak = Rc::downgrade(self);
        client.watch_reader(Box::new(move || drive(&weak, number)))
    }

    /// Of the clients that have not moved for a while, drops the one that has not for longest. Whether there is one.
    fn drop_stalled(&self) -> bool {
        let stalled = {
            let clients = self.clients.borrow();
            let ages = clients
                .iter()
                .map(|admitted| (admitted.client.idle(), admitted.number));
            ages.max().filter(|(idle, _)| *idle >= STALLED)
        };
        stalled.is_some_and(|(_, number)| {
            self.leave(number);
            true
        })
    }

    fn leave(&self, number: u64) {
        if let Some(client) = self.client(number) {
            let is_other = |admitted: &Admitted| admitted.number != number;
            self.clients.borrow_mut().retain(is_other);
            client.leave(&EventLoop::current());
        }
    }

    fn client(&self, number: u64) -> Option<Rc<Client>> {
        let clients = self.clients.borrow();
        let found = clients.iter().find(|admitted| admitted.number == number);
        found.map(|admitted| admitted.client.clone())
    }
}

/// The client's descriptor is ready.
fn drive(inspector: &Weak<Inspector>, number: u64) {
    let Some(inspector) = inspector.upgrade() else {
        return;
    };
    let Some(client) = inspector.client(number) else {
        return;
    };
    let answer = || Snapshot::new(&EventLoop::current(), inspector.timing.clone());
    let progress = match client.advance(answer) {
        Ok(Progress::Answered) => {
            let weak = Rc::downgrade(&inspector);
            client.watch_writer(Box::new(move || drive(&weak, number)))
        }
        Ok(Progress::More) => Ok(()),
        Ok(Progress::Over) => return inspector.leave(number),
        Err(error) => Err(error.into()),
    };
    // Who goes away in the middle is no news to anybody.
    if progress.is_err() {
        inspector.leave(number);
    }
}

/// So many new clients an iteration; the rest come with the next one.
const AT_A_TIME: usize = 16;
/// Each may keep an answer waiting, so that there must be an end to it.
const MAX_CLIENTS: usize = 64;
/// A client that has taken nothing for so long makes room for another.
const STALLED: Duration = Duration::from_secs(1);
/// In seconds; as servers do.
const PAUSE: f64 = 1.0;
