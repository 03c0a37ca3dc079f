//! How a server takes its connections. Mirrors `_accept_connection` of `asyncio.selector_events`.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::panic::Location;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{
    ContextCell, Error, EventLoop, ExceptionContext, Result, RuntimeError, TimerHandle, caught,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::ServerState;
use crate::error::refused;
use crate::protocols::ProtocolObject;
use crate::selector_events::socket::{Connection, StreamTransport};
use crate::trsock::TransportSocket;

/// One listening socket.
pub(super) struct Listener {
    socket: TransportSocket,
    /// Set while accepting is put off.
    retry: RefCell<Option<TimerHandle>>,
}

impl Listener {
    pub(super) fn new(socket: TransportSocket) -> Self {
        Listener {
            socket,
            retry: RefCell::default(),
        }
    }

    pub(super) fn socket(&self) -> &TransportSocket {
        &self.socket
    }

    pub(super) fn listen(&self, backlog: u32) -> Result<()> {
        let backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
        let listened = self
            .socket
            .with_fd(|fd| Ok(rustix::net::listen(fd, backlog)?));
        listened.map_err(|error| refused(format_args!("listen on {:?}", self.socket), error))?;
        Ok(())
    }

    /// Has the loop accept what comes.
    pub(super) fn watch(self: &Rc<Self>, server: &Rc<ServerState>) -> Result<()> {
        let (listener, accepting) = (self.clone(), server.clone());
        let ready = move || accepting.accept_ready(&listener);
        self.socket
            .with_fd(|fd| Ok(server.event_loop.watch_reader(fd, ready)))?
    }

    pub(super) fn close(&self, event_loop: &EventLoop) {
        let retry = self.retry.take();
        if let Some(retry) = retry {
            retry.cancel();
        }
        let _ = self.socket.with_fd(|fd| Ok(event_loop.unwatch_reader(fd)));
        self.socket.close();
    }

    /// Has the loop accept again after a while: until then the system would report the same connection again and
    /// again.
    fn pause(self: &Rc<Self>, server: &Rc<ServerState>) {
        if self.retry.borrow().is_some() {
            return;
        }
        let _ = self
            .socket
            .with_fd(|fd| Ok(server.event_loop.unwatch_reader(fd)));
        let (listener, accepting) = (self.clone(), server.clone());
        let retry = server.event_loop.call_later(ACCEPT_RETRY_DELAY, move || {
            listener.retry.take();
            listener.watch(&accepting)
        });
        self.retry.replace(Some(retry));
    }
}

impl ServerState {
    /// Takes the connections that wait, up to one more than the backlog (SRV-01).
    fn accept_ready(self: &Rc<Self>, listener: &Rc<Listener>) -> Result<()> {
        for turn in 0..=self.backlog {
            if turn == 1 && !listener.socket.with_fd(has_another)? {
                break;
            }
            match listener.socket.with_fd(accept) {
                Ok((fd, peername)) => self.admit(fd, peername),
                Err(error) => match error.raw_os_error().map(Errno::from_raw_os_error) {
                    Some(Errno::CONNABORTED) => {}
                    Some(Errno::AGAIN | Errno::INTR) => break,
                    Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => {
                        self.out_of_resources(listener, error);
                        break;
                    }
                    _ => {
                        let request = format_args!("accept a connection on {:?}", listener.socket);
                        return Err(refused(request, error).into());
                    }
                },
            }
            if self.is_closed() {
                break;
            }
        }
        Ok(())
    }

    /// Accepts no more for a while (SRV-02).
    ///
    /// DIFFERENCE: CPython goes on trying, and reports backlog + 1 times.
    fn out_of_resources(self: &Rc<Self>, listener: &Rc<Listener>, error: io::Error) {
        listener.pause(self);
        let report = ExceptionContext::new("socket.accept() out of system resource")
            .with_exception(error.into())
            .with("socket", listener.socket.clone());
        self.event_loop.call_exception_handler(&report);
    }

    /// Has the connection set up in the next iteration, in a context of its own (SRV-03).
    fn admit(self: &Rc<Self>, fd: OwnedFd, peername: Option<SocketAddr>) {
        let context = ContextCell::from(self.context.snapshot());
        let server = self.clone();
        let set_up = move || server.set_up(fd, peername);
        self.event_loop
            .schedule_in(context, Location::caller(), set_up);
    }

    fn set_up(self: &Rc<Self>, fd: OwnedFd, peername: Option<SocketAddr>) -> Result<()> {
        let protocol = match caught(|| self.make_protocol()) {
            Ok(protocol) => protocol,
            Err(error) => return self.set_up_failed(error),
        };
        let socket = TransportSocket::connected(fd, peername);
        let connection = Connection {
            socket,
            protocol,
            context: ContextCell::share_current(),
            server: Some(self.clone()),
        };
        StreamTransport::start(&self.event_loop, connection, None);
        Ok(())
    }

    fn make_protocol(&self) -> Result<Rc<dyn ProtocolObject>> {
        let protocol = (self.factory.borrow_mut())();
        match self.is_closed() {
            true => Err(RuntimeError::with_message("the server was closed").into()),
            false => Ok(protocol),
        }
    }

    /// Nobody waits for the connection, so only who debugs hears of it (SRV-13).
    fn set_up_failed(&self, error: Error) -> Result<()> {
        if error.is_base_exception() {
            return Err(error);
        }
        if self.event_loop.get_debug() {
            let message = "Error on transport creation for incoming connection";
            let report = ExceptionContext::new(message).with_exception(error);
            self.event_loop.call_exception_handler(&report);
        }
        Ok(())
    }
}

/// Whether another connection waits. To ask costs an eighth of accepting in vain, for which the system makes a socket
/// first and then destroys it; so it pays to ask when there was one, and to go on without when there are many.
fn has_another(listener: BorrowedFd<'_>) -> io::Result<bool> {
    let mut asked = [PollFd::from_borrowed_fd(listener, PollFlags::IN)];
    match poll(&mut asked, Some(&Timespec::default())) {
        Ok(ready) => Ok(ready > 0),
        // To try is the other way to know.
        Err(_interrupted) => Ok(true),
    }
}

/// The next connection, as a non-blocking socket that child processes do not inherit.
#[cfg(not(target_vendor = "apple"))]
fn accept(listener: BorrowedFd<'_>) -> io::Result<(OwnedFd, Option<SocketAddr>)> {
    use rustix::net::{SocketFlags, acceptfrom_with};

    let (fd, peer) = acceptfrom_with(listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC)?;
    Ok((fd, peer.and_then(|peer| peer.try_into().ok())))
}

#[cfg(target_vendor = "apple")]
fn accept(listener: BorrowedFd<'_>) -> io::Result<(OwnedFd, Option<SocketAddr>)> {
    let (socket, peer) = socket2::SockRef::from(&listener).accept()?;
    socket.set_nonblocking(true)?;
    Ok((socket.into(), peer.as_socket()))
}

/// Seconds without accepting when there are no resources for a connection: CPython's number.
const ACCEPT_RETRY_DELAY: f64 = 1.0;
