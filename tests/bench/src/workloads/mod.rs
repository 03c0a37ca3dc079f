//! The workloads. Those in [`tasks`] are generic over the contestant; [`servers`] is about
//! those with servers.

mod checks;
mod connections;
mod echo;
mod lines;
mod locks;
pub(crate) mod memory;
pub(crate) mod scaling;
mod servers;
mod start;
mod tasks;
mod threads;
mod timers;

use std::future::Future;

use crate::Result;
use crate::clock::thread_cpu;
use crate::contestants::{Call, Contestant, ForAll};
use crate::cores::{Pinned, server_core};
use crate::options::Scale;

/// Something to do, and who does it.
pub(crate) struct Workload {
    pub(crate) group: Group,
    pub(crate) name: String,
    /// What one operation is.
    pub(crate) operation: String,
    /// Where it stands in a plot of cost against size.
    pub(crate) point: Option<Point>,
    /// What the numbers of a sample are.
    pub(crate) measures: &'static [Measure],
    pub(crate) pace: Pace,
    pub(crate) cores: Cores,
    pub(crate) entrants: Vec<Entrant>,
}

/// Workloads that stand in one table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// Tasks, futures and callbacks.
    Tasks,
    /// Timers and timeouts.
    Timers,
    /// Locks and queues.
    Locks,
    /// What another thread gives to the loop.
    Threads,
    /// TCP echo.
    Echo,
    /// Lines of a TCP stream.
    Lines,
    /// Connections that come and go.
    Churn,
    /// Connections on which nothing happens.
    Idle,
    /// Several loops on one port.
    Scaling,
    /// What tasks take of the memory.
    Memory,
    /// What the smallest program costs.
    Start,
}

/// One of the numbers of a sample.
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    pub(crate) better: Better,
}

/// Which of two numbers is the better one.
#[derive(Clone, Copy)]
pub(crate) enum Better {
    Less,
    More,
    /// Neither is: the number helps to judge others.
    Neither,
}

/// A workload as one of several sizes of the same thing.
#[derive(Clone, Copy)]
pub(crate) struct Point {
    pub(crate) plot: &'static str,
    pub(crate) at: u64,
}

/// How many rounds a workload needs.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// As many as the command line asks for.
    Usual,
    /// More, which are short, because they scatter: two of them are comparable only if they follow each other closely.
    Short,
    /// Fewer, because each takes long and they hardly differ.
    Long,
}

/// Who runs on which core.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cores {
    /// Each thread that works has one for itself: if it must wait for it, something else disturbs.
    Own,
    /// There are more threads than cores.
    Shared,
}

/// A contestant, or one of its servers, in one workload.
pub(crate) struct Entrant {
    pub(crate) contestant: &'static str,
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// Does the work once, and returns one number for each of the workload's measures.
    pub(crate) run: Run,
}

/// Does the work of an entrant once.
pub(crate) type Run = Box<dyn Fn() -> Result<Vec<f64>>>;

/// Whether an entrant can be the best.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    /// A runtime.
    Compared,
    /// What is there only to be looked at beside them.
    Shown,
}

/// Processor time of one operation, or time on the wall where several threads work on it.
pub(crate) const NANOSECONDS: &[Measure] = &[Measure {
    name: "ns",
    better: Better::Less,
}];

/// A workload that consists of so many equal operations in one thread.
pub(crate) trait TaskWorkload: Copy + 'static {
    /// What holds for each operation, or else the run is an error.
    const CLAIM: &'static str;

    fn operations(self) -> u64;

    /// The same in Python, with operations that may be fewer.
    fn python(self) -> Option<Call> {
        None
    }

    /// Does the operations and returns for how many of them [`CLAIM`](Self::CLAIM) was seen to hold.
    fn run<C: Contestant>(self) -> impl Future<Output = u64> + 'static;

    /// What is looked at besides, when the time has been taken.
    fn check<C: Contestant>() -> impl Future<Output = Result> + 'static {
        async { Ok(()) }
    }
}

/// Everything that can be measured.
pub(crate) fn all(scale: Scale) -> Vec<Workload> {
    let of = |operations| scale.of(operations);
    let mut all = tasks::all(of);
    all.extend(timers::all(of));
    all.extend(locks::all(of));
    all.extend(threads::all(of));
    all.extend(echo::all(scale));
    all.extend(lines::all(scale));
    all.extend(connections::all(scale));
    all.extend(scaling::all(scale));
    all.extend(memory::all(of));
    all.extend(start::all(scale));
    all
}

impl Workload {
    pub(crate) fn new(
        group: Group,
        name: impl Into<String>,
        operation: impl Into<String>,
        measures: &'static [Measure],
        entrants: Vec<Entrant>,
    ) -> Self {
        Workload {
            group,
            name: name.into(),
            operation: operation.into(),
            point: None,
            measures,
            pace: Pace::Usual,
            cores: Cores::Own,
            entrants,
        }
    }

    /// As a point of a plot.
    pub(crate) fn at(self, plot: &'static str, at: u64) -> Self {
        let point = Some(Point { plot, at });
        Workload { point, ..self }
    }

    pub(crate) fn pace(self, pace: Pace) -> Self {
        Workload { pace, ..self }
    }

    pub(crate) fn cores(self, cores: Cores) -> Self {
        Workload { cores, ..self }
    }
}

impl Group {
    /// As it appears on the command line, and in the marks of `docs/performance.md`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Group::Tasks => "tasks",
            Group::Timers => "timers",
            Group::Locks => "locks",
            Group::Threads => "threads",
            Group::Echo => "echo",
            Group::Lines => "lines",
            Group::Churn => "churn",
            Group::Idle => "idle",
            Group::Scaling => "scaling",
            Group::Memory => "memory",
            Group::Start => "start",
        }
    }
}

impl Better {
    /// Whether there is a better one.
    pub(crate) fn is_judged(self) -> bool {
        !matches!(self, Better::Neither)
    }
}

impl Pace {
    pub(crate) fn rounds(self, asked: usize) -> usize {
        match self {
            Pace::Usual => asked,
            Pace::Short => 3 * asked,
            Pace::Long => asked.div_ceil(3),
        }
    }
}

impl<W: TaskWorkload> ForAll for W {
    fn entrant<C: Contestant>(&self) -> Entrant {
        let workload = *self;
        Entrant::new::<C>(move || {
            let claimed = (workload.operations(), W::CLAIM);
            time::<C>(claimed, workload.run::<C>(), W::check::<C>())
        })
    }

    fn python(&self) -> Option<Call> {
        TaskWorkload::python(*self)
    }
}

impl Entrant {
    /// A contestant.
    pub(crate) fn new<C: Contestant>(run: impl Fn() -> Result<Vec<f64>> + 'static) -> Self {
        Entrant::named(C::NAME, C::NAME, run)
    }

    /// One of several things that a contestant has.
    pub(crate) fn named(
        contestant: &'static str,
        name: &'static str,
        run: impl Fn() -> Result<Vec<f64>> + 'static,
    ) -> Self {
        Entrant {
            contestant,
            name,
            role: Role::Compared,
            run: Box::new(run),
        }
    }

    /// As something that is no runtime.
    pub(crate) fn shown(self) -> Self {
        let role = Role::Shown;
        Entrant { role, ..self }
    }
}

/// Runs `work` on a new runtime, and returns nanoseconds of processor time for each of its operations. It must return
/// their number: for so many held what is claimed. Setting up and tearing down the runtime does not count, nor does
/// `check`.
fn time<C: Contestant>(
    (operations, claim): (u64, &str),
    work: impl Future<Output = u64> + 'static,
    check: impl Future<Output = Result> + 'static,
) -> Result<Vec<f64>> {
    let (held, elapsed) = C::run(async {
        // Not before the runtime has started its threads, which are to stay elsewhere.
        let pinned = Pinned::to(server_core(0))?;
        let start = thread_cpu();
        let held = work.await;
        let elapsed = thread_cpu() - start;
        drop(pinned);
        check.await.map(|()| (held, elapsed))
    })?;
    if held != operations {
        let error = format!("{claim}: that holds for {held} of {operations} operations");
        return Err(error.into());
    }
    Ok(vec![elapsed.as_secs_f64() * 1e9 / operations as f64])
}
