//! Tasks, wake-ups, futures and callbacks, without I/O.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::rc::Rc;
use std::task::Poll;

use super::{Entrant, Group, NANOSECONDS, TaskWorkload, Workload, checks, time};
use crate::Result;
use crate::contestants::{Asyncio, Call, Callbacks, Contestant, ForAll, entrants, fewer};

/// Every workload of this file; `of` scales a number of operations.
pub(super) fn all(of: impl Fn(u64) -> u64) -> Vec<Workload> {
    let mut all = Vec::new();
    for (name, tasks) in SIZES {
        let spawn_join = workload(
            format!("spawn-join-{name}"),
            format!("spawn a task, and await it after {name} are spawned"),
            SpawnJoin::new(of(*tasks), of(400_000)),
        );
        all.push(spawn_join.at("spawn-join", *tasks));
    }
    all.push(workload(
        "spawn-await",
        "spawn a task, and await it before the next one",
        SpawnAwait(of(500_000)),
    ));
    all.push(workload(
        "yield-2",
        "a turn of one of 2 tasks, by the runtime's own yield",
        Yield::new(2, of(1_000_000)),
    ));
    for (name, tasks) in SIZES {
        let yields = workload(
            format!("yield-{name}"),
            format!("a turn of one of {name} tasks, by the runtime's own yield"),
            Yield::new(of(*tasks), of(2_000_000.max(50 * tasks))),
        );
        all.push(yields.at("yield", *tasks));
    }
    for tasks in [2, 1_000] {
        all.push(workload(
            format!("wake-{tasks}"),
            format!("a turn of one of {tasks} tasks, by `wake_by_ref` alone"),
            Wake::new(tasks, of(5_000_000)),
        ));
    }
    all.push(workload(
        "future-1000",
        "create a one-shot future, await it in one of 1000 tasks, and complete it in another one",
        Futures::new(1_000, of(2_000_000)),
    ));
    all.push(call_soon(of(5_000_000)));
    all
}

fn workload(
    name: impl Into<String>,
    operation: impl Into<String>,
    workload: impl ForAll,
) -> Workload {
    Workload::new(
        Group::Tasks,
        name,
        operation,
        NANOSECONDS,
        entrants(&workload),
    )
}

/// For those that have callbacks.
fn call_soon(callbacks: u64) -> Workload {
    let workload = CallSoon::new(1_000, callbacks);
    let main = move || {
        let claimed = (workload.operations(), CallSoon::CLAIM);
        time::<Asyncio>(claimed, workload.run::<Asyncio>(), async { Ok(()) })
    };
    let mut entrants = vec![Entrant::new::<Asyncio>(main)];
    let python = Call::new("call_soon", [workload.0.tasks, fewer(workload.0.each)]);
    entrants.extend(python.entrants());
    Workload::new(
        Group::Tasks,
        "call-soon",
        "a callback that schedules the next one of its chain, in 1000 chains",
        NANOSECONDS,
        entrants,
    )
}

/// From what fits into a processor's caches to what does not.
pub(super) const SIZES: &[(&str, u64)] = &[("1k", 1_000), ("10k", 10_000), ("100k", 100_000)];

/// Starts so many tasks, then awaits them all, time and again.
#[derive(Clone, Copy)]
struct SpawnJoin {
    tasks: u64,
    times: u64,
}

impl SpawnJoin {
    fn new(tasks: u64, total: u64) -> Self {
        let times = (total / tasks).max(1);
        SpawnJoin { tasks, times }
    }
}

impl TaskWorkload for SpawnJoin {
    const CLAIM: &'static str = "a task gives its result";

    fn operations(self) -> u64 {
        self.tasks * self.times
    }

    fn python(self) -> Option<Call> {
        Some(Call::new("spawn_join", [self.tasks, fewer(self.times)]))
    }

    async fn run<C: Contestant>(self) -> u64 {
        let mut done = 0;
        for _ in 0..self.times {
            let tasks: Vec<_> = (0..self.tasks)
                .map(|_| C::spawn(async { black_box(1) }))
                .collect();
            done += sum::<C>(tasks).await;
        }
        done
    }

    fn check<C: Contestant>() -> impl Future<Output = Result> + 'static {
        checks::tasks_run_by_themselves::<C>()
    }
}

/// Starts a task and awaits it before the next one.
#[derive(Clone, Copy)]
struct SpawnAwait(u64);

impl TaskWorkload for SpawnAwait {
    const CLAIM: &'static str = "a task gives its result";

    fn operations(self) -> u64 {
        self.0
    }

    fn python(self) -> Option<Call> {
        Some(Call::new("spawn_await", [fewer(self.0)]))
    }

    async fn run<C: Contestant>(self) -> u64 {
        let mut sum = 0;
        for _ in 0..self.0 {
            sum += C::join(C::spawn(async { black_box(1) })).await;
        }
        sum
    }

    fn check<C: Contestant>() -> impl Future<Output = Result> + 'static {
        checks::tasks_run_by_themselves::<C>()
    }
}

/// Tasks that let each other run, by the runtime's own means.
#[derive(Clone, Copy)]
struct Yield(Shares);

impl Yield {
    fn new(tasks: u64, yields: u64) -> Self {
        Yield(Shares::new(tasks, yields))
    }

    /// All operations if others had turns during so many of them. Not each time: tokio goes on in reverse order with
    /// those who have yielded, so that of two tasks each has two turns in a row.
    fn if_most_moved(self, moved: u64) -> u64 {
        match self.0.tasks == 1 || moved >= self.0.total() / 3 {
            true => self.0.total(),
            false => moved,
        }
    }
}

impl TaskWorkload for Yield {
    const CLAIM: &'static str = "others have turns while a task yields";

    fn operations(self) -> u64 {
        self.0.total()
    }

    fn python(self) -> Option<Call> {
        Some(Call::new("yield_now", [self.0.tasks, fewer(self.0.each)]))
    }

    async fn run<C: Contestant>(self) -> u64 {
        let turns = Rc::new(Cell::new(0));
        let tasks = self.0.spawn::<C, _>(|each| {
            let turns = turns.clone();
            async move {
                let mut moved = 0;
                for _ in 0..each {
                    let turn = turns.get() + 1;
                    turns.set(turn);
                    C::yield_now().await;
                    moved += u64::from(turns.get() != turn);
                }
                moved
            }
        });
        self.if_most_moved(sum::<C>(tasks).await)
    }
}

/// Tasks that wake themselves, by nothing but their wakers.
#[derive(Clone, Copy)]
struct Wake(Shares);

impl Wake {
    fn new(tasks: u64, wakes: u64) -> Self {
        Wake(Shares::new(tasks, wakes))
    }
}

impl TaskWorkload for Wake {
    const CLAIM: &'static str = "a task that was woken is polled again";

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
struct Futures(Shares);

impl Futures {
    fn new(tasks: u64, futures: u64) -> Self {
        Futures(Shares::new(tasks, futures))
    }
}

impl TaskWorkload for Futures {
    const CLAIM: &'static str = "a future gives what it was completed with";

    fn operations(self) -> u64 {
        self.0.total()
    }

    fn python(self) -> Option<Call> {
        Some(Call::new("futures", [self.0.tasks, fewer(self.0.each)]))
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
struct CallSoon(Shares);

impl CallSoon {
    const CLAIM: &'static str = "a callback runs after all that were scheduled before it";

    fn new(chains: u64, callbacks: u64) -> Self {
        CallSoon(Shares::new(chains, callbacks))
    }

    fn operations(self) -> u64 {
        self.0.total()
    }

    async fn run<C: Callbacks>(self) -> u64 {
        let (promise, promised) = C::promise();
        let chains = Rc::new(Chains::<C> {
            event_loop: C::running_loop(),
            called: Cell::new(0),
            total: self.0.total(),
            chains: self.0.tasks,
            in_turn: Cell::new(true),
            finished: Cell::new(Some(promise)),
        });
        for _ in 0..self.0.tasks {
            schedule(&chains, self.0.each);
        }
        let called_at_once = chains.called.get();
        C::receive(promised).await.saturating_sub(called_at_once)
    }
}

struct Chains<C: Callbacks> {
    event_loop: C::EventLoop,
    called: Cell<u64>,
    total: u64,
    /// How many of them are the last of a chain.
    chains: u64,
    /// Whether all the others were called before each of these.
    in_turn: Cell<bool>,
    /// Completed by the last callback.
    finished: Cell<Option<C::Promise<u64>>>,
}

impl<C: Callbacks> Chains<C> {
    /// One chain is at its end, with so many callbacks called in all.
    fn ends(&self, called: u64) {
        if called + self.chains <= self.total {
            self.in_turn.set(false);
        }
        if called == self.total {
            let finished = self.finished.take().expect("there is one last callback");
            C::complete(finished, if self.in_turn.get() { called } else { 0 });
        }
    }
}

/// Schedules the first of the `left` callbacks of a chain.
fn schedule<C: Callbacks>(chains: &Rc<Chains<C>>, left: u64) {
    let chain = chains.clone();
    C::call_soon(&chains.event_loop, move || {
        let called = chain.called.get() + black_box(1);
        chain.called.set(called);
        if left > 1 {
            schedule(&chain, left - 1);
        } else {
            chain.ends(called);
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
