//! [`Node`]: a place in the tree of cancel scopes, and how a cancelled one reaches what awaits inside of it.
//!
//! A node is the body of a [`CancelScope`](super::CancelScope), or a task of a group that was entered inside of one. A node
//! is cancelled by itself, or because its parent is and it has no shield. Whoever is polled inside of a cancelled node
//! finds that out by itself, as often as it asks: that is what makes the cancellation level-triggered. Cancelling only
//! gets the bodies polled.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use asyncio_executor::{CancelledError, Result};

use crate::suspension::{REQUESTS, STEP, WaitsOn};
use crate::tasks::with_current;

/// A place in the tree.
pub(crate) struct Node {
    phase: Cell<Phase>,
    /// Whether it was cancelled itself.
    cancel_called: Cell<bool>,
    /// The message of that.
    reason: RefCell<Option<Arc<str>>>,
    /// Whether the cancellation of the parent stops here.
    shield: Cell<bool>,
    /// Seconds of the loop's clock; infinite if there is none. Whoever owns the node keeps the timer.
    deadline: Cell<f64>,
    /// Whether everything inside is to be cancelled now.
    cancelled: Cell<bool>,
    /// Set on entry, if it is inside of another.
    parent: OnceCell<Rc<Node>>,
    /// Those inside, in the order in which they were entered.
    children: RefCell<BTreeMap<u64, Weak<Node>>>,
    /// The key among the parent's children.
    number: Cell<u64>,
    /// The number of the next child.
    next_number: Cell<u64>,
    /// Gets the body polled.
    waker: Cell<Option<Waker>>,
    /// Whether the cancelled body waits for nothing but what is inside of it.
    hangs: Cell<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not in the tree yet.
    Created,
    /// The body runs.
    Entered,
    /// The body has ended or was dropped.
    Left,
}

impl Node {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Node {
            phase: Cell::new(Phase::Created),
            cancel_called: Cell::new(false),
            reason: RefCell::default(),
            shield: Cell::new(false),
            deadline: Cell::new(f64::INFINITY),
            cancelled: Cell::new(false),
            parent: OnceCell::new(),
            children: RefCell::default(),
            number: Cell::new(0),
            next_number: Cell::new(0),
            waker: Cell::default(),
            hangs: Cell::new(false),
        })
    }

    /// Puts the node into the tree. False if it has been there before.
    pub(crate) fn enter(self: &Rc<Self>, parent: Option<Rc<Node>>) -> bool {
        if self.phase.get() != Phase::Created {
            return false;
        }
        self.phase.set(Phase::Entered);
        if let Some(parent) = parent {
            let number = parent.next_number.get();
            parent.next_number.set(number + 1);
            self.number.set(number);
            let this = Rc::downgrade(self);
            parent.children.borrow_mut().insert(number, this);
            let _ = self.parent.set(parent);
        }
        self.update();
        true
    }

    /// Takes the node out of the tree.
    pub(crate) fn leave(&self) {
        if self.phase.replace(Phase::Left) != Phase::Entered {
            return;
        }
        if self.cancelled.get() {
            REQUESTS.set(REQUESTS.get() - 1);
        }
        if let Some(parent) = self.parent.get() {
            parent.children.borrow_mut().remove(&self.number.get());
            let waker = parent.waker().filter(|_| parent.hangs.get());
            waker.inspect(Waker::wake_by_ref);
        }
        drop(self.waker.take());
    }

    /// Cancels everything inside. Has an effect once.
    pub(crate) fn cancel(self: &Rc<Self>, reason: Option<Arc<str>>) {
        if !self.cancel_called.replace(true) {
            self.reason.replace(reason);
            self.update();
        }
    }

    pub(crate) fn is_entered(&self) -> bool {
        self.phase.get() == Phase::Entered
    }

    /// For `Debug`.
    pub(crate) fn phase_name(&self) -> &'static str {
        match self.phase.get() {
            Phase::Created => "unentered",
            Phase::Entered => "active",
            Phase::Left => "exited",
        }
    }

    pub(crate) fn cancel_called(&self) -> bool {
        self.cancel_called.get()
    }

    pub(crate) fn set_shield(self: &Rc<Self>, shield: bool) {
        self.shield.set(shield);
        self.update();
    }

    pub(crate) fn has_shield(&self) -> bool {
        self.shield.get()
    }

    pub(crate) fn deadline(&self) -> f64 {
        self.deadline.get()
    }

    pub(crate) fn set_deadline(&self, deadline: f64) {
        self.deadline.set(deadline);
    }

    /// Whether everything inside is to be cancelled.
    pub(crate) fn cancelled(&self) -> bool {
        self.cancelled.get()
    }

    /// Whether the cancellation of the parent reaches into it.
    pub(crate) fn cancelled_from_outside(&self) -> bool {
        !self.shield.get() && self.parent().is_some_and(Node::cancelled)
    }

    /// What [`current_effective_deadline`](super::current_effective_deadline) says inside of it.
    pub(crate) fn effective_deadline(&self) -> f64 {
        if self.cancelled.get() {
            return f64::NEG_INFINITY;
        }
        let mut earliest = f64::INFINITY;
        for node in self.outwards() {
            earliest = earliest.min(node.deadline.get());
            if node.shield.get() {
                break;
            }
        }
        earliest
    }

    /// What an await inside of it raises.
    pub(crate) fn error(&self) -> CancelledError {
        let origin = self.outwards().find(|node| node.cancel_called.get());
        CancelledError::with_msg(origin.and_then(|node| node.reason.borrow().clone()))
    }

    fn parent(&self) -> Option<&Node> {
        self.parent.get().map(|parent| &**parent)
    }

    fn outwards(&self) -> impl Iterator<Item = &Node> {
        std::iter::successors(Some(self), |node| node.parent())
    }

    /// Finds out anew whether it is cancelled, and with it those inside, and gets polled what is cancelled from now on.
    fn update(self: &Rc<Self>) {
        // A loop, not a recursion: groups in groups may be deeper than the stack.
        let mut left = vec![self.clone()];
        let mut wakers = Vec::new();
        while let Some(node) = left.pop() {
            if node.phase.get() != Phase::Entered || !node.changes() {
                continue;
            }
            wakers.extend(node.waker().filter(|_| node.cancelled.get()));
            let children = node.children.borrow();
            left.extend(children.values().rev().filter_map(Weak::upgrade));
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    fn changes(&self) -> bool {
        let cancelled = self.cancel_called.get() || self.cancelled_from_outside();
        if self.cancelled.replace(cancelled) == cancelled {
            return false;
        }
        let others = REQUESTS.get();
        REQUESTS.set(if cancelled { others + 1 } else { others - 1 });
        true
    }

    fn waker(&self) -> Option<Waker> {
        let waker = self.waker.take();
        self.waker.set(waker.clone());
        waker
    }

    /// Polls `body` as the body of this node. One that hangs in a future which knows nothing of asyncio is given up:
    /// the caller drops it.
    pub(crate) fn poll<T, F>(
        self: &Rc<Self>,
        body: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T>>
    where
        F: Future<Output = Result<T>>,
    {
        let had_its_chance = self.cancelled.get();
        self.hangs.set(false);
        let kept = self.waker.take().filter(|kept| kept.will_wake(cx.waker()));
        self.waker.set(kept.or_else(|| Some(cx.waker().clone())));
        let inside = Inside::enter(self);
        let polled = body.poll(cx);
        let awaits = inside.leave();
        if polled.is_ready() || !self.cancelled.get() {
            return polled;
        }
        match awaits {
            // Those inside end by themselves, and get it polled again.
            Awaits::Foreign if !self.children.borrow().is_empty() => self.hangs.set(true),
            Awaits::Foreign if had_its_chance => return Poll::Ready(Err(self.error().into())),
            Awaits::Foreign | Awaits::Fresh => cx.waker().wake_by_ref(),
            Awaits::Known => {}
        }
        Poll::Pending
    }
}

/// A node that is in the tree as long as this lives.
pub(crate) struct Place(Rc<Node>);

impl Place {
    /// Inside of `parent`.
    pub(crate) fn inside(parent: &Rc<Node>) -> Self {
        let node = Node::new();
        node.enter(Some(parent.clone()));
        Place(node)
    }

    pub(crate) fn node(&self) -> &Rc<Node> {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// What a body that has not ended waits on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaits {
    /// What asyncio does not know, if anything.
    Foreign,
    /// Something that has suspended in this poll, after the cancellation.
    Fresh,
    /// A future that has got the cancellation.
    Known,
}

/// Where in the tree the code that runs is.
#[derive(Clone)]
struct Here {
    node: Rc<Node>,
    /// The address of the task. A step of another one, or none, is elsewhere.
    task: usize,
}

thread_local! {
    static HERE: Cell<Option<Here>> = const { Cell::new(None) };
    /// Whether a primitive of the innermost node's body has suspended after the cancellation, in the poll under way.
    static FRESH: Cell<bool> = const { Cell::new(false) };
}

/// The time of one poll of a node's body.
struct Inside {
    outer: Option<Here>,
    outer_fresh: bool,
    outer_step: WaitsOn,
}

impl Inside {
    fn enter(node: &Rc<Node>) -> Self {
        let here = Here {
            node: node.clone(),
            task: current_address(),
        };
        Inside {
            outer: HERE.replace(Some(here)),
            outer_fresh: FRESH.take(),
            outer_step: STEP.replace(WaitsOn::Nothing),
        }
    }

    /// What the body waits on, if it has not ended.
    fn leave(self) -> Awaits {
        match STEP.get() {
            _ if FRESH.get() => Awaits::Fresh,
            WaitsOn::Nothing => Awaits::Foreign,
            _ => Awaits::Known,
        }
    }
}

/// Also when the body has panicked.
impl Drop for Inside {
    fn drop(&mut self) {
        let inner = HERE.replace(self.outer.take());
        FRESH.set(self.outer_fresh);
        if STEP.get() == WaitsOn::Nothing {
            STEP.set(self.outer_step);
        }
        drop(inner);
    }
}

/// The innermost node of the current task's code that runs.
pub(crate) fn here() -> Option<Rc<Node>> {
    let here = HERE.take();
    HERE.set(here.clone());
    here.filter(|here| here.task == current_address())
        .map(|here| here.node)
}

/// The innermost node, if it is cancelled. One load if nothing is cancelled anywhere.
#[inline]
pub(crate) fn cancelled_here() -> Option<Rc<Node>> {
    if REQUESTS.get() == 0 {
        return None;
    }
    here().filter(|node| node.cancelled())
}

/// Calls `poll` where no cancel scope is seen: for the part of an await that must be waited for, whatever happens, such as
/// taking a lock again. A primitive that would otherwise try again after each `CancelledError` does so for ever, because a
/// scope cancels it again.
///
/// Requests of [`Task::cancel`](crate::Task::cancel) are seen as ever.
///
/// ```
/// use std::future::poll_fn;
/// use std::pin::pin;
/// use asyncio_tasks::{move_on_after, outside_of_scopes, sleep};
///
/// # asyncio_tasks::run(async {
/// let value = move_on_after(0.0, async |_| {
///     let mut waiting = pin!(sleep(0.001));
///     poll_fn(|cx| outside_of_scopes(|| waiting.as_mut().poll(cx))).await
/// });
/// assert_eq!(value.await?, Some(()));
/// # Ok(()) }).unwrap();
/// ```
#[inline]
pub fn outside_of_scopes<R>(poll: impl FnOnce() -> R) -> R {
    let hidden = (REQUESTS.get() > 0).then(|| Hidden(HERE.take()));
    let result = poll();
    drop(hidden);
    result
}

/// What [`outside_of_scopes`] hides; also put back when it panics.
struct Hidden(Option<Here>);

impl Drop for Hidden {
    fn drop(&mut self) {
        HERE.set(self.0.take());
    }
}

/// A primitive suspends: if it is cancelled already, it must be polled again at once.
#[cold]
pub(crate) fn note_suspension() {
    if here().is_some_and(|node| node.cancelled()) {
        FRESH.set(true);
    }
}

fn current_address() -> usize {
    with_current(|task| task.map_or(0, |task| std::ptr::from_ref(task).addr()))
}
