//! Tasks, wake-ups, futures and callbacks, without I/O.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::rc::Rc;
use std::task::Poll;

use super::TaskWorkload;
use crate::contestants::{Callbacks, Contestant};

/// Starts all tasks, then awaits them all.
#[derive(Clone, Copy)]
pub(super) struct SpawnJoin(pub(super) u64);

impl TaskWorkload for SpawnJoin {
    const MEASURES: &'static [&'static str] = &["ns per task"];

    fn operations(self) -> u64 {
        self.0
    }

    async fn run<C: Contestant>(self) -> u64 {
        let tasks: Vec<_> = (0..self.0)
            .map(|_| C::spawn(async { black_box(1) }))
            .collect();
        sum::<C>(tasks).await
    }
}

/// Starts a task and awaits it before the next one.
#[derive(Clone, Copy)]
pub(super) struct SpawnAwait(pub(super) u64);

impl TaskWorkload for SpawnAwait {
    const MEASURES: &'static [&'static str] = &["ns per task"];

    fn operations(self) -> u64 {
        self.0
    }

    async fn run<C: Contestant>(self) -> u64 {
        let mut sum = 0;
        for _ in 0..self.0 {
            sum += C::join(C::spawn(async { black_box(1) })).await;
        }
        sum
    }
}

/// Tasks that let each other run, by the runtime's own means.
#[derive(Clone, Copy)]
pub(super) struct Yield(Shares);

impl Yield {
    pub(super) fn new(tasks: u64, yields: u64) -> Self {
        Yield(Shares::new(tasks, yields))
    }
}

impl TaskWorkload for Yield {
    const MEASURES: &'static [&'static str] = &["ns per yield"];

    fn operations(self) -> u64 {
        self.0.total()
    }

    async fn run<C: Contestant>(self) -> u64 {
        let tasks = self.0.spawn::<C, _>(|each| async move {
            let mut done = 0;
            for _ in 0..each {
                C::yield_now().await;
                done += black_box(1);
            }
            done
        });
        sum::<C>(tasks).await
    }
}

/// Tasks that wake themselves, by nothing but their wakers.
#[derive(Clone, Copy)]
pub(super) struct Wake(Shares);

impl Wake {
    pub(super) fn new(tasks: u64, wakes: u64) -> Self {
        Wake(Shares::new(tasks, wakes))
    }
}

impl TaskWorkload for Wake {
    const MEASURES: &'static [&'static str] = &["ns per wake-up"];

    fn operations(self) -> u64 {
        self.0.total()
    }

    async fn run<C: Contestant>(self) -> u64 {
        let tasks = self.0.spawn::<C, _>(|each| {
            let mut done = 0;
            poll_fn(move |cx| {
                if done == each {
                    return Poll::Ready(done);
                }
                done += black_box(1);
                cx.waker().wake_by_ref();
                Poll::Pending
            })
        });
        sum::<C>(tasks).await
    }
}

/// Tasks that await a new one-shot future each time, and one task that completes them all.
#[derive(Clone, Copy)]
pub(super) struct Futures(Shares);

impl Futures {
    pub(super) fn new(tasks: u64, futures: u64) -> Self {
        Futures(Shares::new(tasks, futures))
    }
}

impl TaskWorkload for Futures {
    const MEASURES: &'static [&'static str] = &["ns per future"];

    fn operations(self) -> u64 {
        self.0.total()
    }

    async fn run<C: Contestant>(self) -> u64 {
        let promises = Rc::new(RefCell::new(Vec::new()));
        let waiters = self
            .0
            .spawn::<C, _>(|each| await_futures::<C>(promises.clone(), each));
        C::join(C::spawn(complete_futures::<C>(promises, self.0.total()))).await;
        sum::<C>(waiters).await
    }
}

type Promises<C> = Rc<RefCell<Vec<<C as Contestant>::Promise<u64>>>>;

async fn await_futures<C: Contestant>(promises: Promises<C>, count: u64) -> u64 {
    let mut sum = 0;
    for _ in 0..count {
        let (promise, promised) = C::promise();
        promises.borrow_mut().push(promise);
        sum += C::receive(promised).await;
    }
    sum
}

/// Completes what waiters have left, turn by turn, until there were so many.
async fn complete_futures<C: Contestant>(promises: Promises<C>, count: u64) {
    let mut taken = Vec::new();
    let mut completed = 0;
    while completed < count {
        std::mem::swap(&mut taken, &mut promises.borrow_mut());
        for promise in taken.drain(..) {
            C::complete(promise, black_box(1));
            completed += 1;
        }
        C::yield_now().await;
    }
}

/// Callbacks that schedule each other, in several chains.
#[derive(Clone, Copy)]
pub(super) struct CallSoon(Shares);

impl CallSoon {
    pub(super) const MEASURES: &'static [&'static str] = &["ns per callback"];

    pub(super) fn new(chains: u64, callbacks: u64) -> Self {
        CallSoon(Shares::new(chains, callbacks))
    }

    pub(super) fn operations(self) -> u64 {
        self.0.total()
    }

    pub(super) async fn run<C: Callbacks>(self) -> u64 {
        let (promise, promised) = C::promise();
        let chains = Rc::new(Chains::<C> {
            event_loop: C::running_loop(),
            called: Cell::new(0),
            total: self.0.total(),
            finished: Cell::new(Some(promise)),
        });
        for _ in 0..self.0.tasks {
            schedule(&chains, self.0.each);
        }
        C::receive(promised).await
    }
}

struct Chains<C: Callbacks> {
    event_loop: C::EventLoop,
    called: Cell<u64>,
    total: u64,
    /// Completed by the last callback.
    finished: Cell<Option<C::Promise<u64>>>,
}

/// Schedules the first of the `left` callbacks of a chain.
fn schedule<C: Callbacks>(chains: &Rc<Chains<C>>, left: u64) {
    let chain = chains.clone();
    C::call_soon(&chains.event_loop, move || {
        let called = chain.called.get() + black_box(1);
        chain.called.set(called);
        if left > 1 {
            schedule(&chain, left - 1);
        } else if called == chain.total {
            let finished = chain.finished.take().expect("there is one last callback");
            C::complete(finished, called);
        }
    });
}

/// Operations that are divided among tasks.
#[derive(Clone, Copy)]
struct Shares {
    tasks: u64,
    each: u64,
}

impl Shares {
    fn new(tasks: u64, operations: u64) -> Self {
        let each = operations / tasks;
        Shares { tasks, each }
    }

    fn total(self) -> u64 {
        self.tasks * self.each
    }

    fn spawn<C: Contestant, F>(self, body: impl Fn(u64) -> F) -> Vec<C::Task<u64>>
    where
        F: Future<Output = u64> + 'static,
    {
        (0..self.tasks).map(|_| C::spawn(body(self.each))).collect()
    }
}

async fn sum<C: Contestant>(tasks: Vec<C::Task<u64>>) -> u64 {
    let mut sum = 0;
    for task in tasks {
        sum += C::join(task).await;
    }
    sum
}
