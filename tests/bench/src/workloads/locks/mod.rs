//! Locks and bounded queues: each library on its own runtime, and the others' on asyncio's loop, which tells the library
//! from the runtime.

mod libraries;

use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;

use super::{Entrant, Group, NANOSECONDS, Workload, time};
use crate::contestants::{
    Asyncio, Call, Contestant, Epoll, Glommio, LocalRuntime, LocalSet, Monoio, Smol, Tokio, Uring,
    fewer,
};
use libraries::{GlommioSync, Library, MonoioSync, Own, SmolSync, TokioSync};

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
    fn run<L: Library, C: Contestant>(self) -> impl Future<Output = u64> + 'static;

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
    fn entrant(name: &'static str, work: impl Work) -> Option<Entrant> {
        let run = move || time::<C>(work.operations(), work.run::<L, C>());
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
}

/// A hundred tasks want the same lock, and let others run while they have it.
#[derive(Clone, Copy)]
struct Contended(u64);

impl Work for Contended {
    fn operations(self) -> u64 {
        self.0 / 100 * 100
    }

    fn python(self) -> Call {
        Call::new("lock", [100, fewer(self.0 / 100)])
    }

    async fn run<L: Library, C: Contestant>(self) -> u64 {
        let lock = Rc::new(L::new_lock());
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let lock = lock.clone();
                C::spawn(async move {
                    for _ in 0..self.0 / 100 {
                        let _guard = L::lock(&lock).await;
                        C::yield_now().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            C::join(task).await;
        }
        self.operations()
    }
}

/// So many producers and consumers at the ends of a queue for 64 items.
#[derive(Clone, Copy)]
struct Pipe(u64, u64);

impl Pipe {
    fn each(self) -> u64 {
        self.1 / self.0
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
                let (sender, receiver) = L::queue(64);
                let receivers = vec![receiver; self.0 as usize];
                self.flow::<L, C>(sender, receivers).await
            };
            time::<C>(self.operations(), run)
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
                    for _ in 0..self.each() {
                        L::put(&sender, 1).await;
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
        sum
    }
}

impl Work for Pipe {
    fn operations(self) -> u64 {
        self.each() * self.0
    }

    fn python(self) -> Call {
        Call::new("queue", [self.0, fewer(self.each())])
    }

    async fn run<L: Library, C: Contestant>(self) -> u64 {
        let (sender, receiver) = L::queue(64);
        self.flow::<L, C>(sender, vec![receiver]).await
    }
}
