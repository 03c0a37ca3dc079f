//! How a task's steps reach the ready queue: async-task, with the loop in the task's metadata.
//!
//! The schedule function captures nothing and finds the loop through the running loop of the thread, so that a
//! wake-up costs two comparisons and a push. This is the only file of the crate with unsafe code.
//!
//! # Invariants
//!
//! They hold whatever the other files and crates do. `EventLoop::close` waits for the runnables of all unfinished tasks;
//! were one left behind all the same, it would be leaked.
//!
//! 1. A task's future is created, polled and dropped on its loop's home thread only.
//! 2. A `Runnable` that comes into being on another thread goes into the inbox. Only the home thread takes it out, and
//!    an inbox leaks what is left in it.
//! 3. What a waker may drop on another thread (the metadata) is `Send + Sync`.
//! 4. An [`Address`] leads to the loop of every task that was made for it: it is given to another loop only when all
//!    futures of those tasks are gone, for then none of them will be scheduled again. Until then, when its loop is
//!    closed, it leads nowhere.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::rc::Weak;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_task::{Builder, Runnable};

use crate::address::Address;
use crate::base_events::{EventLoop, LoopState};
use crate::current::with_running_loop;
use crate::inbox::Inbox;
use crate::sync::thread_local;

/// A task's way back to its loop.
pub(crate) struct LoopRef(
    /// The number of the loop's address.
    u32,
);

impl LoopRef {
    #[inline]
    fn is(&self, event_loop: &EventLoop) -> bool {
        self.0 == event_loop.address().number()
    }

    fn inbox(&self) -> Option<Arc<Inbox>> {
        Address::numbered(self.0).inbox()
    }
}

/// Allocates a task for `future` on `event_loop` and returns its first runnable. Nobody else owns the task:
/// it lives as long as a runnable or a waker of it does.
#[allow(
    unsafe_code,
    reason = "async-task's checked spawn_local costs a thread lookup per poll"
)]
#[inline]
pub(crate) fn spawn<F>(event_loop: &EventLoop, future: F) -> Runnable<LoopRef>
where
    F: Future<Output = ()> + 'static,
{
    let metadata = LoopRef(event_loop.address().number());
    let future = Counted::new(future, event_loop.address());
    // SAFETY: the four conditions of `spawn_unchecked` are
    // - "future is Send, or the runnable is used and dropped only on the original thread": `EventLoop` is
    //   !Send, so this is the home thread, and runnables stay on it by invariants 1 and 2;
    // - "future is 'static, or ...": it is, and so is the metadata that it does not borrow;
    // - "schedule is Send and Sync, or ...": a function item is both;
    // - "schedule is 'static, or ...": a function item is.
    let (runnable, task) = unsafe {
        Builder::new()
            .metadata(metadata)
            .spawn_unchecked(move |_| future, schedule)
    };
    task.detach();
    runnable
}

/// Puts a woken task into its loop's ready queue, or into the inbox when called on another thread.
fn schedule(runnable: Runnable<LoopRef>) {
    // Nothing here unwinds, so that the compiler need not keep it where it could be dropped.
    let runnable = ManuallyDrop::new(runnable);
    let runnable = with_running_loop(|running| match running {
        Some(event_loop) if runnable.metadata().is(event_loop) => {
            event_loop.push_step(runnable);
            None
        }
        _ => Some(runnable),
    });
    if let Some(runnable) = runnable {
        schedule_from_outside(ManuallyDrop::into_inner(runnable));
    }
}

/// The slow path: the task's loop is not the one that runs in this thread.
#[cold]
fn schedule_from_outside(runnable: Runnable<LoopRef>) {
    let Some(inbox) = runnable.metadata().inbox() else {
        // It would have to be dropped on the thread of a loop that is gone.
        return mem::forget(runnable);
    };
    match home_loop(&inbox) {
        Some(event_loop) => {
            event_loop.push_step(ManuallyDrop::new(runnable));
            inbox.nudge();
        }
        None => inbox.send_step(runnable),
    }
}

/// A task's future, counted at the address of its loop while it exists.
struct Counted<F> {
    future: F,
    /// Comes last: the count ends when the future has been dropped.
    _count: Count,
}

impl<F> Counted<F> {
    fn new(future: F, address: &'static Address) -> Self {
        address.count_future();
        Counted {
            future,
            _count: Count(address),
        }
    }
}

impl<F: Future<Output = ()>> Future for Counted<F> {
    type Output = ();

    #[inline]
    #[allow(unsafe_code, reason = "the future is pinned in place")]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: `future` is pinned whenever the `Counted` is: nothing moves it out, there is no `Drop` that could, and
        // `Counted` is `Unpin` only if `F` is.
        unsafe { self.map_unchecked_mut(|counted| &mut counted.future) }.poll(cx)
    }
}

struct Count(&'static Address);

impl Drop for Count {
    #[inline]
    fn drop(&mut self) {
        self.0.forget_future();
    }
}

/// Remembers that `state` lives in this thread. While the thread ends it is too late; such a loop gets everything
/// through its inbox.
pub(crate) fn register_home(state: Weak<LoopState>) {
    HAD_LOOPS.with(|had_loops| had_loops.set(true));
    let _ = HOME.try_with(|home| {
        let mut loops = home.0.borrow_mut();
        loops.retain(|other| other.strong_count() > 0);
        loops.push(state);
    });
}

/// The loop of `inbox`, if this is its thread.
#[inline]
pub(crate) fn home_loop(inbox: &Arc<Inbox>) -> Option<EventLoop> {
    HAD_LOOPS.with(Cell::get).then(|| find_home_loop(inbox))?
}

fn find_home_loop(inbox: &Arc<Inbox>) -> Option<EventLoop> {
    let is_it = |event_loop: &EventLoop| Arc::ptr_eq(event_loop.inbox(), inbox);
    let running = with_running_loop(|running| running.filter(|running| is_it(running)).cloned());
    running.or_else(|| {
        let loops = HOME.try_with(|home| home.may_have(inbox).then(|| home.loops()));
        loops.ok()??.into_iter().find(is_it)
    })
}

/// The loops of a thread.
struct Home(RefCell<Vec<Weak<LoopState>>>);

impl Home {
    /// False in most threads that have something for a loop: they have none of their own.
    fn may_have(&self, inbox: &Inbox) -> bool {
        !self.0.borrow().is_empty() && inbox.is_home()
    }

    fn loops(&self) -> Vec<EventLoop> {
        let loops = self.0.borrow();
        let alive = loops.iter().filter_map(Weak::upgrade);
        alive.map(EventLoop::from).collect()
    }
}

impl Drop for Home {
    /// The thread ends, and with it the last chance to drop coroutines where they belong. A loop with unfinished tasks,
    /// which know it, would never be dropped by itself.
    fn drop(&mut self) {
        for event_loop in self.loops() {
            event_loop.close_unclosed();
        }
    }
}

thread_local! {
    /// Whether the thread ever had a loop. Most threads that have something for a loop never did, and look at nothing else.
    static HAD_LOOPS: Cell<bool> = const { Cell::new(false) };
}

thread_local! {
    static HOME: Home = const { Home(RefCell::new(Vec::new())) };
}
