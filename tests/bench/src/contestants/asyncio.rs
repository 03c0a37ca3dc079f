//! asyncio for Rust.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use asyncio_tasks::{Error, EventLoop, LoopTasks, get_running_loop};
use pin_project_lite::pin_project;

use super::{Callbacks, Contestant};

pub(crate) struct Asyncio;

impl Contestant for Asyncio {
    const NAME: &'static str = "asyncio";

    type Task<T: 'static> = asyncio_tasks::Task<T>;
    type Failed = Error;
    type Promise<T: 'static> = asyncio_tasks::Future<T>;
    type Promised<T: 'static> = asyncio_tasks::Future<T>;
    type Broken = Error;

    fn run<T: 'static>(main: impl Future<Output = T> + 'static) -> T {
        asyncio_tasks::run(Coroutine { body: main }).expect("main does not fail")
    }

    fn spawn<T: 'static>(body: impl Future<Output = T> + 'static) -> Self::Task<T> {
        asyncio_tasks::create_task(Coroutine { body })
    }

    async fn yield_now() {
        asyncio_tasks::sleep(0.0).await.expect("nobody cancels");
    }

    fn promise<T: 'static>() -> (Self::Promise<T>, Self::Promised<T>) {
        let future = Self::running_loop().create_future();
        (future.clone(), future)
    }

    fn complete<T: 'static>(promise: Self::Promise<T>, value: T) {
        promise.set_result(value).expect("completed once");
    }
}

impl Callbacks for Asyncio {
    type EventLoop = EventLoop;

    fn running_loop() -> EventLoop {
        get_running_loop().expect("called from within the loop")
    }

    fn call_soon(event_loop: &EventLoop, callback: impl FnOnce() + 'static) {
        event_loop.call_soon(callback);
    }
}

pin_project! {
    /// A body as a coroutine: its output is a `Result`.
    struct Coroutine<F> {
        #[pin]
        body: F,
    }
}

impl<F: Future> Future for Coroutine<F> {
    type Output = asyncio_tasks::Result<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().body.poll(cx).map(Ok)
    }
}
