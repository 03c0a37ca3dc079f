//! What the tests share: every executor, a hand-driven future, and a loop whose reports are kept.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use asyncio_reactor::VirtualClock;
use asyncio_sync::Result;
use asyncio_tasks::{EventLoop, ExceptionContext, LoopTasks, create_task};
use futures_util::future::LocalBoxFuture;
use futures_util::task::LocalSpawnExt;

/// Starts a task on the executor of the test.
pub(crate) type Spawn = Rc<dyn Fn(LocalBoxFuture<'static, ()>)>;

/// Runs the same body on our loop, on smol's, on tokio's and on futures' single-threaded executor.
pub(crate) fn on_every_executor<F: Future<Output = ()> + 'static>(body: impl Fn(Spawn) -> F) {
    asyncio_tasks::run({
        let main = body(Rc::new(|task| {
            create_task(async {
                task.await;
                Ok(())
            });
        }));
        async {
            main.await;
            Ok(())
        }
    })
    .unwrap();

    let executor = Rc::new(async_executor::LocalExecutor::new());
    let spawner = executor.clone();
    let main = body(Rc::new(move |task| spawner.spawn(task).detach()));
    futures_executor::block_on(executor.run(main));

    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let main = body(Rc::new(|task| drop(tokio::task::spawn_local(task))));
    tokio::task::LocalSet::new().block_on(&runtime, main);

    let mut pool = futures_executor::LocalPool::new();
    let spawner = pool.spawner();
    let main = body(Rc::new(move |task| spawner.spawn_local(task).unwrap()));
    pool.run_until(main);
}

/// Lets the other tasks of the executor run.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

pub(crate) async fn yields(n: usize) {
    for _ in 0..n {
        yield_now().await;
    }
}

/// Lines that several tasks write.
#[derive(Clone, Default)]
pub(crate) struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// Polls once, woken by nobody.
pub(crate) fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Runs `main` in virtual time, and returns what the exception handler was told as well.
pub(crate) fn run_reported<T: 'static>(
    main: impl Future<Output = Result<T>> + 'static,
) -> (Result<T>, Vec<String>) {
    let builder = EventLoop::builder().clock(VirtualClock::new(1000.0));
    let event_loop = builder.build().unwrap();
    let reports = Log::default();
    event_loop.set_exception_handler({
        let reports = reports.clone();
        move |_: &EventLoop, report: &ExceptionContext| {
            let error = report.exception().map_or("-".into(), ToString::to_string);
            reports.add(format!("{}: {error}", report.message()));
        }
    });
    let outcome = event_loop.run_until_complete(main);
    event_loop.close().unwrap();
    (outcome, reports.take())
}

/// Runs `main`, and checks that nothing was reported.
pub(crate) fn run<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> T {
    let (outcome, reports) = run_reported(main);
    assert_eq!(reports, Vec::<String>::new());
    outcome.unwrap()
}
