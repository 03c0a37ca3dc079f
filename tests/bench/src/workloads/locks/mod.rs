//! Locks and bounded queues: each library on its own runtime, and the others' on asyncio's loop, which tells the library
//! from the runtime.

mod libraries;

use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;

use super::{Entrant, Group, NANOSECONDS, Workload, checks, time};
use crate::Result;
use crate::contestants::{
    Asyncio, Call, Contestant, Epoll, Glommio, LocalRuntime, LocalSet, Monoio, Smol, Tokio, Uring,
    fewer,
};
pub(super) use libraries::Library;
use libraries::{GlommioSync, MonoioSync, Own, SmolSync, TokioSync};

/// Every workload of this file; `of` scales a number of operations.
pub(super) fn all(of: impl Fn(u64) -> u64) -> Vec<Workload> {
    let workload = |name, operation, entrants| {
        Workload::new(Group::Locks, name, operation, NANOSECONDS, entrants)
    };
    vec![
        workload(
            "lock-free",
            "take and give back a lock that nobody else wants",
            Free(of(5_000_000)).entrants(),
        ),
        workload(
            "lock-100",
            "hold a lock for a turn of the loop, among 100 tasks that want it",
            Contended(of(1_000_000)).entrants(),
        ),
        workload(
            "queue-1x1",
            "an item through a queue of 64, from one task to another",
            Pipe(1, of(2_000_000)).entrants(),
        ),
        workload(
            "queue-4x4",
            "an item through a queue of 64, from 4 tasks to 4 others",
            Pipe(4, of(2_000_000)).shared(),
        ),
    ]
}

/// A library on a runtime.
struct On<L, C>(PhantomData<(L, C)>);

/// Something to do with any library on any runtime.
trait Work: Copy + 'static {
    /// What holds for each operation, or else the run is an error.
    const CLAIM: &'static str;

    /// Does the operations and returns for how many of them [`CLAIM`](Self::CLAIM) was seen to hold.
    fn run<L: Library, C: Contestant>(self) -> impl Future<Output = u64> + 'static;

    /// What is looked at besides, when the time has been taken.
    fn check<L: Library>() -> impl Future<Output = Result> + 'static;

    fn operations(self) -> u64;

    /// The same in Python, with fewer operations.
    fn python(self) -> Call;

    fn entrants(self) -> Vec<Entrant> {
        [
            On::<Own, Asyncio>::entrant("asyncio", self),
            On::<TokioSync, Tokio<LocalSet>>::entrant("tokio", self),
            On::<TokioSync, Tokio<LocalRuntime>>::entrant("tokio-local", self),
            On::<SmolSync, Smol>::entrant("smol", self),
            On::<MonoioSync, Monoio<Uring>>::entrant("monoio", self),
            On::<MonoioSync, Monoio<Epoll>>::entrant("monoio-epoll", self),
            On::<GlommioSync, Glommio>::entrant("glommio", self),
            On::<TokioSync, Asyncio>::shown("tokio-on-asyncio", self),
            On::<SmolSync, Asyncio>::shown("smol-on-asyncio", self),
            On::<MonoioSync, Asyncio>::shown("monoio-on-asyncio", self),
            On::<GlommioSync, Asyncio>::shown("glommio-on-asyncio", self),
        ]
        .into_iter()
        .flatten()
        .chain(self.python().entrants())
        .collect()
    }
}

impl<L: Library, C: Contestant> On<L, C> {
    /// `None` if the runtime cannot run here.
    fn entrant<W: Work>(name: &'static str, work: W) -> Option<Entrant> {
        let run = move || {
            let claimed = (work.operations(), W::CLAIM);
            time::<C>(claimed, work.run::<L, C>(), W::check::<L>())
        };
        C::is_available().then(|| Entrant::named(name, name, run))
    }

    fn shown(name: &'static str, work: impl Work) -> Option<Entrant> {
        Self::entrant(name, work).map(Entrant::shown)
    }
}

/// One task takes and releases a lock that nobody else wants.
#[derive(Clone, Copy)]
struct Free(u64);

impl Work for Free {
    const CLAIM: &'static str = "a lock is given to who asks for it";

    fn operations(self) -> u64 {
        self.0
    }

    fn python(self) -> Call {
        Call::new("lock_free", [fewer(self.0)])
    }

    async fn run<L: Library, C: Contestant>(self) -> u64 {
        let lock = L::new_lock();
        let mut done = 0;
        for _ in 0..self.0 {
            let _guard = L::lock(&lock).await;
            done += 1;
        }
        done
    }

    fn check<L: Library>() -> impl Future<Output = Result> + 'static {
        checks::locks_exclude::<L>()
    }
}

/// A hundred tasks want the same lock, and let others run while they have it.
#[derive(Clone, Copy)]
struct Contended(u64);

impl Work for Contended {
    const CLAIM: &'static str = "one of 100 tasks is alone within the lock, for a turn of the loop";

    fn operations(self) -> u64 {
        self.0 / TASKS * TASKS
    }

    fn python(self) -> Call {
        Call::new("lock", [TASKS, fewer(self.0 / TASKS)])
    }

    async fn run<L: Library, C: Contestant>(self) -> u64 {
        let lock = Rc::new(L::new_lock());
        let seen = Rc::new(Seen::default());
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let (lock, seen) = (lock.clone(), seen.clone());
                C::spawn(async move {
                    seen.tasks.set(seen.tasks.get() + 1);
                    let mut alone = 0;
                    for _ in 0..self.0 / TASKS {
                        let _guard = L::lock(&lock).await;
                        let was_inside = seen.is_inside.replace(true);
                        C::yield_now().await;
                        seen.is_inside.set(false);
                        alone += u64::from(!was_inside && seen.tasks.get() == TASKS);
                    }
                    alone
                })
            })
            .collect();
        let mut alone = 0;
        for task in tasks {
            alone += C::join(task).await;
        }
        alone
    }

    fn check<L: Library>() -> impl Future<Output = Result> + 'static {
        checks::locks_exclude::<L>()
    }
}

/// What those who want a lock see of each other.
#[derive(Default)]
struct Seen {
    /// How many have asked for it.
    tasks: Cell<u64>,
    /// Whether one has it.
    is_inside: Cell<bool>,
}

const TASKS: u64 = 100;

/// So many producers and consumers at the ends of a queue for 64 items.
#[derive(Clone, Copy)]
struct Pipe(u64, u64);

impl Pipe {
    fn each(self) -> u64 {
        self.1 / self.0
    }

    /// All operations if this is the sum of all items.
    fn if_all_came(self, sum: u64) -> u64 {
        match sum == self.0 * (0..self.each()).sum::<u64>() {
            true => self.operations(),
            false => 0,
        }
    }

    /// Only libraries with several consumers: tokio's documentation sends its users to async-channel.
    fn shared(self) -> Vec<Entrant> {
        [
            self.many::<Own, Asyncio>("asyncio"),
            self.many::<SmolSync, Tokio<LocalSet>>("tokio"),
            self.many::<SmolSync, Tokio<LocalRuntime>>("tokio-local"),
            self.many::<SmolSync, Smol>("smol"),
            self.many::<SmolSync, Monoio<Uring>>("monoio"),
            self.many::<SmolSync, Monoio<Epoll>>("monoio-epoll"),
            self.many::<GlommioSync, Glommio>("glommio"),
            self.many::<SmolSync, Asyncio>("smol-on-asyncio")
                .map(Entrant::shown),
            self.many::<GlommioSync, Asyncio>("glommio-on-asyncio")
                .map(Entrant::shown),
        ]
        .into_iter()
        .flatten()
        .chain(self.python().entrants())
        .collect()
    }

    fn many<L: Library<Receiver: Clone>, C: Contestant>(
        self,
        name: &'static str,
    ) -> Option<Entrant> {
        let run = move || {
            let run = async move {
                let (sender, receiver) = L::queue(MAXSIZE);
                let receivers = vec![receiver; self.0 as usize];
                self.flow::<L, C>(sender, receivers).await
            };
            let claimed = (self.operations(), Pipe::CLAIM);
            time::<C>(claimed, run, Pipe::check::<L>())
        };
        C::is_available().then(|| Entrant::named(name, name, run))
    }

    async fn flow<L: Library, C: Contestant>(
        self,
        sender: L::Sender,
        receivers: Vec<L::Receiver>,
    ) -> u64 {
        let consumers: Vec<_> = receivers
            .into_iter()
            .map(|mut receiver| {
                C::spawn(async move {
                    let mut sum = 0;
                    for _ in 0..self.each() {
                        sum += L::get(&mut receiver).await;
                    }
                    sum
                })
            })
            .collect();
        // Kept until they end: some runtimes cancel what is dropped.
        let producers: Vec<_> = (0..self.0)
            .map(|_| {
                let sender = sender.clone();
                C::spawn(async move {
                    for item in 0..self.each() {
                        L::put(&sender, item).await;
                    }
                })
            })
            .collect();
        for producer in producers {
            C::join(producer).await;
        }
        let mut sum = 0;
        for consumer in consumers {
            sum += C::join(consumer).await;
        }
        self.if_all_came(sum)
    }
}

impl Work for Pipe {
    const CLAIM: &'static str = "an item that is put into a queue comes out of it";

    fn operations(self) -> u64 {
        self.each() * self.0
    }

    fn python(self) -> Call {
        Call::new("queue", [self.0, fewer(self.each())])
    }

    async fn run<L: Library, C: Contestant>(self) -> u64 {
        let (sender, receiver) = L::queue(MAXSIZE);
        self.flow::<L, C>(sender, vec![receiver]).await
    }

    fn check<L: Library>() -> impl Future<Output = Result> + 'static {
        checks::queues_are_bounded::<L>(MAXSIZE)
    }
}

/// The items that a queue has room for.
const MAXSIZE: usize = 64;
