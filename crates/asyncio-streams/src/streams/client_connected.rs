//! What a server does with a new connection: the `client_connected_cb` of `asyncio.start_server`.

use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use asyncio_tasks::{
    CallbackOutput, Error, EventLoop, ExceptionContext, LoopTasks, Result, Task, caught,
};
use asyncio_transports::Transport;
use asyncio_transports::layer::LoopLayer;
use pin_project_lite::pin_project;

use super::reader::StreamReader;
use super::writer::StreamWriter;

/// A server's handler, of whatever type.
pub(crate) trait ClientConnected {
    /// Calls the handler with a new connection.
    fn call(&self, reader: StreamReader, writer: StreamWriter, event_loop: &EventLoop);
}

pub(crate) struct Handler<F, Kind> {
    handler: F,
    kind: PhantomData<Kind>,
}

impl<F, Kind> Handler<F, Kind> {
    pub(crate) fn new(handler: F) -> Self {
        Handler {
            handler,
            kind: PhantomData,
        }
    }
}

impl<F, R, Kind> ClientConnected for Handler<F, Kind>
where
    F: Fn(StreamReader, StreamWriter) -> R,
    R: ClientConnectedOutput<Kind>,
{
    fn call(&self, reader: StreamReader, writer: StreamWriter, event_loop: &EventLoop) {
        let client = Client {
            writer: writer.clone(),
            event_loop: event_loop.clone(),
        };
        match caught(|| Ok((self.handler)(reader, writer))) {
            Ok(output) => output.follow(client),
            Err(error) => client.failed(error),
        }
    }
}

/// What a handler for [`start_server`](crate::start_server) may return: a coroutine, which becomes a task, or, from a
/// plain function, nothing or a `Result`.
///
/// `Kind` is what becomes of it, tells the implementations apart, and is always inferred.
pub trait ClientConnectedOutput<Kind> {
    /// Sees to it that errors are reported and close the connection.
    #[doc(hidden)]
    fn follow(self, client: Client);
}

impl<C: Future<Output = Result<()>> + 'static> ClientConnectedOutput<Task<()>> for C {
    fn follow(self, client: Client) {
        let (transport, event_loop) = (client.writer.transport(), client.event_loop.clone());
        // While it is here, the handler's error comes before the warning that it left its writer unclosed.
        let client = Rc::new(Cell::new(Some(client)));
        let task = event_loop.create_task(Handling {
            handler: self,
            client: client.clone(),
        });
        task.add_done_callback(move |task| {
            match task.exception() {
                Ok(None) => {}
                Ok(Some(error)) => failed(&event_loop, &transport, error),
                Err(_cancelled) => transport.close(),
            }
            drop(client.take());
        });
    }
}

impl<R: CallbackOutput> ClientConnectedOutput<()> for R {
    fn follow(self, client: Client) {
        if let Err(error) = self.into_result() {
            client.failed(error);
        }
    }
}

pin_project! {
    /// A handler's coroutine. Not an `async` block, which would have room for the coroutine twice.
    struct Handling<C> {
        #[pin]
        handler: C,
        client: Rc<Cell<Option<Client>>>,
    }
}

impl<C: Future<Output = Result<()>>> Future for Handling<C> {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.project();
        ready!(this.handler.poll(cx))?;
        drop(this.client.take());
        Poll::Ready(Ok(()))
    }
}

/// A connection while its handler runs.
#[derive(Debug)]
#[doc(hidden)]
pub struct Client {
    writer: StreamWriter,
    event_loop: EventLoop,
}

impl Client {
    /// The handler itself failed, and no task.
    fn failed(self, error: Error) {
        if error.is_base_exception() {
            return self.event_loop.raise(error);
        }
        failed(&self.event_loop, &self.writer.transport(), error);
    }
}

fn failed(event_loop: &EventLoop, transport: &Transport, error: Error) {
    let report = ExceptionContext::new("Unhandled exception in client_connected_cb")
        .with_exception(error)
        .with("transport", transport.clone());
    event_loop.call_exception_handler(&report);
    transport.close();
}
