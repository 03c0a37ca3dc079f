//! What a server does with a new connection: the `client_connected_cb` of `asyncio.start_server`.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use asyncio_tasks::{
    AnyTask, CallbackOutput, ContextCell, Error, EventLoop, ExceptionContext, LoopTasks, Result,
    Task, TaskMaking, caught, current_task,
};
use asyncio_transports::Transport;
use asyncio_transports::layer::LoopLayer;
use pin_project_lite::pin_project;

use super::reader::StreamReader;
use super::writer::StreamWriter;

/// A server's handler, of whatever type.
pub(crate) trait ClientConnected {
    /// Calls the handler with a new connection.
    fn call(&self, reader: StreamReader, writer: StreamWriter);
}

/// A pointer of one word, because every connection of the server has one until it is made.
pub(crate) type SharedHandler = Rc<Box<dyn ClientConnected>>;

pub(crate) struct Handler<F, Kind> {
    handler: F,
    kind: PhantomData<Kind>,
}

impl<F, R, Kind> Handler<F, Kind>
where
    F: Fn(StreamReader, StreamWriter) -> R + 'static,
    R: ClientConnectedOutput<Kind>,
    Kind: 'static,
{
    pub(crate) fn shared(handler: F) -> SharedHandler {
        let kind = PhantomData;
        Rc::new(Box::new(Handler { handler, kind }))
    }
}

impl<F, R, Kind> ClientConnected for Handler<F, Kind>
where
    F: Fn(StreamReader, StreamWriter) -> R,
    R: ClientConnectedOutput<Kind>,
{
    fn call(&self, reader: StreamReader, writer: StreamWriter) {
        let client = Client(writer.clone());
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
        let event_loop = client.event_loop().clone();
        if event_loop.task_making() == TaskMaking::Factory {
            // Which may make of the coroutine what it likes.
            let task = event_loop.create_task(self);
            task.add_done_callback(move |task| client.judge(&task.as_any()));
            return;
        }
        let context = ContextCell::copy_current();
        event_loop.create_task(Handling {
            handler: self,
            watch: Watch(Some((client, context))),
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
        watch: Watch,
    }
}

impl<C: Future<Output = Result<()>>> Future for Handling<C> {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.project();
        ready!(this.handler.poll(cx))?;
        this.watch.ended_well();
        Poll::Ready(Ok(()))
    }
}

/// Looks at how a handler's task has ended, as a callback that was added to it first would: one for each connection would
/// cost more memory than all else that is kept of the handler. In its context, a copy of the connection's.
struct Watch(Option<(Client, ContextCell)>);

impl Watch {
    /// Unless the task was asked to cancel, which then is how it ends, there is nothing to be looked at.
    fn ended_well(&mut self) {
        if own_task().is_none_or(|task| task.cancelling() == 0) {
            self.0 = None;
        }
    }
}

impl Drop for Watch {
    /// The coroutine is dropped when it has ended, before its task has. The callback keeps the writer, so that the
    /// handler's error comes before the warning that it left its writer unclosed.
    fn drop(&mut self) {
        if let Some((client, context)) = self.0.take()
            && let Some(task) = own_task()
        {
            let event_loop = client.event_loop().clone();
            event_loop.schedule_in(context, Location::caller(), move || client.judge(&task));
        }
    }
}

/// The handler's task, in its step.
fn own_task() -> Option<AnyTask> {
    current_task().ok()?
}

/// A connection while its handler runs.
#[derive(Debug)]
#[doc(hidden)]
pub struct Client(StreamWriter);

impl Client {
    fn event_loop(&self) -> &EventLoop {
        self.0.event_loop()
    }

    /// The handler's task is done.
    fn judge(&self, task: &AnyTask) {
        match task.exception() {
            Ok(None) => {}
            Ok(Some(error)) => failed(self.event_loop(), &self.0.transport(), error),
            Err(_cancelled) => self.0.transport().close(),
        }
    }

    /// The handler itself failed, and no task.
    fn failed(self, error: Error) {
        if error.is_base_exception() {
            return self.event_loop().raise(error);
        }
        failed(self.event_loop(), &self.0.transport(), error);
    }
}

fn failed(event_loop: &EventLoop, transport: &Transport, error: Error) {
    let report = ExceptionContext::new("Unhandled exception in client_connected_cb")
        .with_exception(error)
        .with("transport", transport.clone());
    event_loop.call_exception_handler(&report);
    transport.close();
}
