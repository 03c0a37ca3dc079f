//! [`Server`]: listening sockets and the connections that came from them.
//!
//! Mirrors `Server` and `create_server` of `asyncio.base_events`, and the accepting of `asyncio.selector_events`.

mod accept;
mod create;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use asyncio_executor::{Context, EventLoop, Result, RuntimeError, copy_context};
use asyncio_tasks::{Future, LoopTasks, sleep};

use crate::per_loop::{Open, PerLoop};
use crate::protocols::ProtocolObject;
use crate::trsock::TransportSocket;

use accept::Listener;

pub use create::CreateServer;

/// What listens for connections and gives each a protocol: `asyncio.Server`, made by `create_server`.
///
/// A cheap clone. A server that is serving does so until it is closed, whether or not there are handles to it.
///
/// ```
/// use asyncio_transports::{LoopTransports, Protocol, Transport, get_running_loop, run};
///
/// struct Greeter;
///
/// impl Protocol for Greeter {
///     fn connection_made(&mut self, transport: Transport) {
///         transport.write(b"hello");
///         transport.close();
///     }
/// }
///
/// run(async {
///     let event_loop = get_running_loop()?;
///     let server = event_loop.create_server(|| Greeter, "127.0.0.1", 0).await?;
///     server
///         .scope(async |server| {
///             println!("listening on {}", server.sockets()[0].local_addr()?);
///             Ok(())
///         })
///         .await
/// })?;
/// # Ok::<(), asyncio_transports::Error>(())
/// ```
#[derive(Clone)]
pub struct Server(Rc<ServerState>);

pub(crate) struct ServerState {
    event_loop: EventLoop,
    /// `None` once the server is closed.
    listeners: RefCell<Option<Vec<Rc<Listener>>>>,
    factory: RefCell<Box<Factory>>,
    backlog: u32,
    /// In a copy of which each connection runs.
    context: Context,
    /// How many connections came from it and are not over.
    clients: Cell<usize>,
    /// Who waits for the server's end; `None` when it has come.
    waiters: RefCell<Option<Vec<Future<()>>>>,
    activity: Cell<Activity>,
    /// What `serve_forever` waits for.
    forever: RefCell<Option<Future<()>>>,
}

type Factory = dyn FnMut() -> Rc<dyn ProtocolObject>;

/// Whether connections are accepted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Activity {
    /// Not yet, or not any more.
    Idle,
    /// They are.
    Serving,
}

impl Server {
    fn new(
        event_loop: &EventLoop,
        sockets: Vec<TransportSocket>,
        factory: Box<Factory>,
        backlog: u32,
    ) -> Self {
        let listeners = sockets.into_iter().map(Listener::new).map(Rc::new);
        Server(Rc::new(ServerState {
            event_loop: event_loop.clone(),
            listeners: RefCell::new(Some(listeners.collect())),
            factory: RefCell::new(factory),
            backlog,
            context: copy_context(),
            clients: Cell::new(0),
            waiters: RefCell::new(Some(Vec::new())),
            activity: Cell::new(Activity::Idle),
            forever: RefCell::default(),
        }))
    }

    /// The listening sockets; none once the server is closed: `Server.sockets`.
    pub fn sockets(&self) -> Vec<TransportSocket> {
        let listeners = self.0.listeners.borrow();
        let open = listeners.iter().flatten();
        open.map(|listener| listener.socket().clone()).collect()
    }

    /// Whether connections are accepted: `Server.is_serving`.
    pub fn is_serving(&self) -> bool {
        self.0.activity.get() == Activity::Serving
    }

    /// The loop to which it belongs: `Server.get_loop`.
    pub fn get_loop(&self) -> EventLoop {
        self.0.event_loop.clone()
    }

    /// Begins to accept connections; does nothing if it was done before: `Server.start_serving`.
    ///
    /// # Cancel safety
    ///
    /// The server is serving from the first poll on.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the server is closed, `OSError` if a socket cannot listen, `CancelledError`.
    pub async fn start_serving(&self) -> Result<()> {
        self.0.start_serving(self)?;
        sleep(0.0).await
    }

    /// Accepts connections until the task is cancelled or the server is closed: `Server.serve_forever`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled, it closes the server and its connections and waits until they are gone. Dropped, it leaves the
    /// server serving.
    ///
    /// # Errors
    ///
    /// Always: `CancelledError` in the end; `RuntimeError` if the server is closed or somebody else waits here.
    pub async fn serve_forever(&self) -> Result<()> {
        /// Makes room for another `serve_forever`.
        struct Leave<'a>(&'a ServerState);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.forever.take();
            }
        }
        if self.0.forever.borrow().is_some() {
            let text = format!("server {self:?} is already being awaited on serve_forever()");
            return Err(RuntimeError::with_message(text).into());
        }
        self.0.start_serving(self)?;
        let forever = self.0.event_loop.create_future();
        self.0.forever.replace(Some(forever.clone()));
        let _leave = Leave(&self.0);
        let ended = forever.await;
        if ended.as_ref().is_err_and(|error| error.is_cancelled()) {
            self.close();
            self.close_clients();
            self.wait_closed().await?;
        }
        ended
    }

    /// Stops listening; the connections go on: `Server.close`. Does nothing the second time.
    pub fn close(&self) {
        self.0.close();
    }

    /// Closes every connection that came from the server, what is buffered is still sent: `Server.close_clients`.
    pub fn close_clients(&self) {
        for client in self.0.clients() {
            client.close();
        }
    }

    /// Aborts every connection that came from the server: `Server.abort_clients`.
    pub fn abort_clients(&self) {
        for client in self.0.clients() {
            client.abort();
        }
    }

    /// Waits until the server is closed and its connections are gone: `Server.wait_closed`.
    ///
    /// # Cancel safety
    ///
    /// Only the wait is cancelled.
    ///
    /// # Errors
    ///
    /// `CancelledError`.
    pub async fn wait_closed(&self) -> Result<()> {
        let waiter = match &mut *self.0.waiters.borrow_mut() {
            None => return Ok(()),
            Some(waiters) => {
                let waiter = self.0.event_loop.create_future();
                waiters.push(waiter.clone());
                waiter
            }
        };
        waiter.await
    }

    /// Runs `body`, closes the server and waits for its end: `async with server`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled, `body` decides; dropped, the server is closed.
    ///
    /// # Errors
    ///
    /// That of `body`, or `CancelledError` of the wait.
    pub async fn scope<T>(&self, body: impl AsyncFnOnce(&Server) -> Result<T>) -> Result<T> {
        struct Close<'a>(&'a Server);
        impl Drop for Close<'_> {
            fn drop(&mut self) {
                self.0.close();
            }
        }
        let close = Close(self);
        let outcome = body(self).await;
        drop(close);
        self.wait_closed().await?;
        outcome
    }
}

impl PartialEq for Server {
    /// Whether both are handles to the same server.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// `<Server sockets=[...]>`
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Server sockets={:?}>", self.sockets())
    }
}

impl ServerState {
    fn start_serving(self: &Rc<Self>, server: &Server) -> Result<()> {
        let Some(listeners) = self.listeners.borrow().clone() else {
            return Err(RuntimeError::with_message(format!("server {server:?} is closed")).into());
        };
        if self.activity.replace(Activity::Serving) == Activity::Serving {
            return Ok(());
        }
        for listener in listeners {
            listener.listen(self.backlog)?;
            listener.watch(self)?;
        }
        Ok(())
    }

    fn close(&self) {
        let Some(listeners) = self.listeners.take() else {
            return;
        };
        for listener in listeners {
            listener.close(&self.event_loop);
        }
        self.activity.set(Activity::Idle);
        if let Some(forever) = self.forever.take() {
            forever.cancel();
        }
        self.wake_waiters();
    }

    fn is_closed(&self) -> bool {
        self.listeners.borrow().is_none()
    }

    fn clients(&self) -> Vec<Rc<dyn Open>> {
        match self.clients.get() {
            0 => Vec::new(),
            count => PerLoop::of(&self.event_loop).clients(self, count),
        }
    }

    /// Counts a connection as one of the server until the returned value is dropped.
    pub(crate) fn attach(self: &Rc<Self>) -> Attachment {
        self.clients.set(self.clients.get() + 1);
        Attachment(self.clone())
    }

    fn wake_waiters(&self) {
        if !self.is_closed() || self.clients.get() > 0 {
            return;
        }
        for waiter in self.waiters.take().into_iter().flatten() {
            if !waiter.done() {
                // It is pending, so this succeeds.
                let _ = waiter.set_result(());
            }
        }
    }
}

/// Makes a connection one of a server.
pub(crate) struct Attachment(Rc<ServerState>);

impl Attachment {
    pub(crate) fn is_to(&self, server: &ServerState) -> bool {
        std::ptr::eq(&*self.0, server)
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        self.0.clients.set(self.0.clients.get() - 1);
        self.0.wake_waiters();
    }
}
