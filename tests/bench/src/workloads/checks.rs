//! What a contestant must be able to do for its times to mean anything, where a look at each operation would cost too
//! much. It is tried after what is measured, in the same runtime.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::locks::Library;
use crate::Result;
use crate::contestants::Contestant;

/// A task runs without anybody who joins it.
pub(super) async fn tasks_run_by_themselves<C: Contestant>() -> Result {
    let has_run = Rc::new(Cell::new(false));
    let task = C::spawn({
        let has_run = has_run.clone();
        async move { has_run.set(true) }
    });
    C::yield_now().await;
    if !has_run.get() {
        return Err("a task did not run while its parent let others run".into());
    }
    C::join(task).await;
    Ok(())
}

/// A timeout ends what takes longer, and not before its time.
pub(super) async fn timeouts_expire<C: Contestant>() -> Result {
    let start = Instant::now();
    let expired = Rc::new(Cell::new(None));
    let task = C::spawn({
        let expired = expired.clone();
        async move {
            // `None`, as nobody ever has such a thing.
            let _: Option<Infallible> = C::timeout(SHORT, pending()).await;
            expired.set(Some(start.elapsed()));
        }
    });
    while expired.get().is_none() {
        if start.elapsed() > LONG {
            return Err(format!("a timeout of {SHORT:?} did not expire in {LONG:?}").into());
        }
        C::sleep(SHORT).await;
    }
    C::join(task).await;
    match expired.get() {
        Some(elapsed) if elapsed + EARLY < SHORT => {
            Err(format!("a timeout of {SHORT:?} expired after {elapsed:?}").into())
        }
        _ => Ok(()),
    }
}

/// Who comes second waits for a lock until it is free.
pub(super) async fn locks_exclude<L: Library>() -> Result {
    let lock = L::new_lock();
    let guard = L::lock(&lock).await;
    let mut second = pin!(L::lock(&lock));
    if is_ready(second.as_mut()).await {
        return Err("two had a lock at the same time".into());
    }
    drop(guard);
    drop(second.await);
    Ok(())
}

/// A queue takes so many items and no more, keeps their order, and has whoever wants one wait for it.
pub(super) async fn queues_are_bounded<L: Library>(maxsize: usize) -> Result {
    let (sender, mut receiver) = L::queue(maxsize);
    let maxsize = maxsize as u64;
    for item in 0..maxsize {
        if !is_ready(pin!(L::put(&sender, item))).await {
            return Err(format!("a queue of {maxsize} took only {item} items").into());
        }
    }
    let mut one_more = pin!(L::put(&sender, maxsize));
    if is_ready(one_more.as_mut()).await {
        return Err(format!("a queue of {maxsize} took one more item").into());
    }
    for expected in 0..=maxsize {
        let item = L::get(&mut receiver).await;
        if item != expected {
            return Err(format!("item {expected} of a queue came as {item}").into());
        }
        if expected == 0 {
            one_more.as_mut().await;
        }
    }
    if is_ready(pin!(L::get(&mut receiver))).await {
        return Err("an empty queue had an item".into());
    }
    Ok(())
}

/// Whether something is ready when it is polled once.
async fn is_ready<F: Future>(mut future: Pin<&mut F>) -> bool {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await
}

/// How much too early a timer may be: loops count what is due within the resolution of their clock.
pub(super) const EARLY: Duration = Duration::from_micros(1);

/// A timeout that expires.
const SHORT: Duration = Duration::from_millis(1);

/// Many times what that takes on a busy machine.
const LONG: Duration = Duration::from_secs(2);
