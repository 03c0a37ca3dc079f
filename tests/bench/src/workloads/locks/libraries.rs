//! The libraries of locks and queues, as the users of each runtime use them.

use std::future::Future;
use std::rc::Rc;

use asyncio_queue::Queue;
use asyncio_sync::{Lock, LockGuard};
use glommio::channels::local_channel::{self, LocalReceiver, LocalSender};
use glommio::sync::{Permit, Semaphore};
use local_sync::mpsc::bounded;
use local_sync::semaphore as local;
use smol::channel;
use smol::lock as async_lock;
use tokio::sync::mpsc;

/// A library of locks and queues.
pub(in crate::workloads) trait Library: 'static {
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

/// asyncio's.
pub(super) struct Own;

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

/// tokio's, whose queues have one receiver.
pub(super) struct TokioSync;

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

/// async-lock and async-channel, which know nothing of runtimes.
pub(super) struct SmolSync;

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

/// local-sync, by the authors of monoio and for one thread only. It has no lock but a semaphore, and its queues have one
/// receiver.
pub(super) struct MonoioSync;

impl Library for MonoioSync {
    type Lock = local::Semaphore;
    type Guard<'a> = local::SemaphorePermit<'a>;
    type Sender = bounded::Tx<u64>;
    type Receiver = bounded::Rx<u64>;

    fn new_lock() -> Self::Lock {
        local::Semaphore::new(1)
    }

    async fn lock(lock: &Self::Lock) -> local::SemaphorePermit<'_> {
        lock.acquire().await.expect("nobody closes it")
    }

    fn queue(maxsize: usize) -> (Self::Sender, Self::Receiver) {
        bounded::channel(maxsize)
    }

    async fn put(sender: &bounded::Tx<u64>, item: u64) {
        sender.send(item).await.expect("the receiver is there");
    }

    async fn get(receiver: &mut bounded::Rx<u64>) -> u64 {
        receiver.recv().await.expect("the sender is there")
    }
}

/// glommio's, for one thread only. Its locks are not fair: who has released one may take it again before who waits.
pub(super) struct GlommioSync;

impl Library for GlommioSync {
    type Lock = Semaphore;
    type Guard<'a> = Permit<'a>;
    type Sender = Rc<LocalSender<u64>>;
    type Receiver = Rc<LocalReceiver<u64>>;

    fn new_lock() -> Semaphore {
        Semaphore::new(1)
    }

    async fn lock(lock: &Semaphore) -> Permit<'_> {
        lock.acquire_permit(1).await.expect("nobody closes it")
    }

    fn queue(maxsize: usize) -> (Self::Sender, Self::Receiver) {
        let (sender, receiver) = local_channel::new_bounded(maxsize);
        (Rc::new(sender), Rc::new(receiver))
    }

    async fn put(sender: &Rc<LocalSender<u64>>, item: u64) {
        sender.send(item).await.expect("the receiver is there");
    }

    async fn get(receiver: &mut Rc<LocalReceiver<u64>>) -> u64 {
        receiver.recv().await.expect("the sender is there")
    }
}
