//! Locks and bounded queues: each library on its own runtime, and the others' on asyncio's loop, which tells the library
//! from the runtime.

use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;

use asyncio_queue::Queue;
use asyncio_sync::{Lock, LockGuard};
use smol::channel;
use smol::lock as async_lock;
use tokio::sync::mpsc;

use super::{Entrant, Group, NANOSECONDS, Workload, time};
use crate::contestants::{Asyncio, Call, Contestant, LocalRuntime, LocalSet, Smol, Tokio, fewer};

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

/// A library of locks and queues.
trait Library: 'static {
    type Lock: 'static;
    type Guard<'a>;
    type Sender: Clone + 'static;
    type Receiver: 'static;

    fn new_lock() -> Self::Lock;

    fn lock(lock: &Self::Lock) -> impl Future<Output = Self::Guard<'_>>;

    fn queue(maxsize: usize) -> (Self::Sender, Self::Receiver);

    fn put(sender: &Self::Sender, item: u64) -> impl Future<Output = ()>;

    fn get(receiver: &mut Self::Receiver) -> impl Future<Output = u64>;
}

struct Own;

impl Library for Own {
    type Lock = Lock;
    type Guard<'a> = LockGuard<&'a Lock>;
    type Sender = Rc<Queue<u64>>;
    type Receiver = Rc<Queue<u64>>;

    fn new_lock() -> Lock {
        Lock::new()
    }

    async fn lock(lock: &Lock) -> LockGuard<&Lock> {
        lock.lock().await.expect("nobody cancels")
    }

    fn queue(maxsize: usize) -> (Self::Sender, Self::Receiver) {
        let queue = Rc::new(Queue::new(maxsize));
        (queue.clone(), queue)
    }

    async fn put(queue: &Rc<Queue<u64>>, item: u64) {
        queue.put(item).await.expect("nobody cancels");
    }

    async fn get(queue: &mut Rc<Queue<u64>>) -> u64 {
        queue.get().await.expect("nobody cancels")
    }
}

struct TokioSync;

impl Library for TokioSync {
    type Lock = tokio::sync::Mutex<()>;
    type Guard<'a> = tokio::sync::MutexGuard<'a, ()>;
    type Sender = mpsc::Sender<u64>;
    type Receiver = mpsc::Receiver<u64>;

    fn new_lock() -> Self::Lock {
        tokio::sync::Mutex::new(())
    }

    async fn lock(lock: &Self::Lock) -> tokio::sync::MutexGuard<'_, ()> {
        lock.lock().await
    }

    fn queue(maxsize: usize) -> (Self::Sender, Self::Receiver) {
        mpsc::channel(maxsize)
    }

    async fn put(sender: &mpsc::Sender<u64>, item: u64) {
        sender.send(item).await.expect("the receiver is there");
    }

    async fn get(receiver: &mut mpsc::Receiver<u64>) -> u64 {
        receiver.recv().await.expect("the sender is there")
    }
}

struct SmolSync;

impl Library for SmolSync {
    type Lock = async_lock::Mutex<()>;
    type Guard<'a> = async_lock::MutexGuard<'a, ()>;
    type Sender = channel::Sender<u64>;
    type Receiver = channel::Receiver<u64>;

    fn new_lock() -> Self::Lock {
        async_lock::Mutex::new(())
    }

    async fn lock(lock: &Self::Lock) -> async_lock::MutexGuard<'_, ()> {
        lock.lock().await
    }

    fn queue(maxsize: usize) -> (Self::Sender, Self::Receiver) {
        channel::bounded(maxsize)
    }

    async fn put(sender: &channel::Sender<u64>, item: u64) {
        sender.send(item).await.expect("the receiver is there");
    }

    async fn get(receiver: &mut channel::Receiver<u64>) -> u64 {
        receiver.recv().await.expect("the sender is there")
    }
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
        let mut entrants = vec![
            On::<Own, Asyncio>::entrant("asyncio", self),
            On::<TokioSync, Tokio<LocalSet>>::entrant("tokio", self),
            On::<TokioSync, Tokio<LocalRuntime>>::entrant("tokio-local", self),
            On::<SmolSync, Smol>::entrant("smol", self),
            On::<TokioSync, Asyncio>::entrant("tokio-on-asyncio", self).shown(),
            On::<SmolSync, Asyncio>::entrant("smol-on-asyncio", self).shown(),
        ];
        entrants.extend(self.python().entrants());
        entrants
    }
}

impl<L: Library, C: Contestant> On<L, C> {
    fn entrant(name: &'static str, work: impl Work) -> Entrant {
        Entrant::named(name, name, move || {
            time::<C>(work.operations(), work.run::<L, C>())
        })
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

    /// Only libraries with several consumers.
    fn shared(self) -> Vec<Entrant> {
        let mut entrants = vec![
            Self::many::<Own, Asyncio>("asyncio", self),
            Self::many::<SmolSync, Smol>("smol", self),
            Self::many::<SmolSync, Asyncio>("smol-on-asyncio", self).shown(),
        ];
        entrants.extend(self.python().entrants());
        entrants
    }

    fn many<L: Library<Receiver: Clone>, C: Contestant>(name: &'static str, work: Self) -> Entrant {
        Entrant::named(name, name, move || {
            let run = async move {
                let (sender, receiver) = L::queue(64);
                let receivers = vec![receiver; work.0 as usize];
                work.flow::<L, C>(sender, receivers).await
            };
            time::<C>(work.operations(), run)
        })
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
