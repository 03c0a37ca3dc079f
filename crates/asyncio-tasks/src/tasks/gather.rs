//! [`gather`]. Mirrors `asyncio.tasks.gather`.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use asyncio_executor::{CancelledError, Error, EventLoop, Result, ValueError};

use super::awaitable::{Awaitable, Child};
use super::distinct::Distinct;
use super::wait::Waited;
use super::{FutureLike, Task};
use crate::callbacks::{Awaiter, OnDone};
use crate::futures::{Future, Plain};
use crate::state::{AnyFuture, Phase, State};

/// Runs awaitables concurrently and gives their results, in the order of the arguments: `asyncio.gather`.
///
/// Takes a tuple of up to twelve awaitables of different types and gives a tuple, or anything that can be iterated and
/// gives a `Vec`. Coroutines become tasks at once, at the call; see [`Awaitable`] for what else it takes and what becomes
/// of the handles. A handle that is given twice is awaited once; to have its result twice, give references.
///
/// The first error ends the wait, and the others keep running; what they raise later is not reported. Of
/// [`return_exceptions`](Gather::return_exceptions), the errors are results like others.
///
/// # Cancel safety
///
/// Cancelling the task, or [the future](Gather::future), cancels every child that is not done; the wait goes on until
/// they end. Dropped, the children keep running.
///
/// # Errors
///
/// The first error of a child, which may be its `CancelledError`; `CancelledError` if it was cancelled, even if the
/// children swallow that; `InvalidStateError` if the result of a handle given by value was moved out of it already;
/// `ValueError` if a task or future belongs to another loop.
///
/// # Panics
///
/// Without a running loop.
///
/// ```
/// use asyncio_tasks::{Result, gather, sleep};
///
/// # asyncio_tasks::run(async {
/// let (number, text) = gather((async { Ok(1) }, async { Ok("two") })).await?;
/// assert_eq!((number, text), (1, "two"));
///
/// let squares: Vec<u32> = gather((0..3).map(|n| async move {
///     sleep(0.001).await?;
///     Ok(n * n)
/// })).await?;
/// assert_eq!(squares, [0, 1, 4]);
///
/// let all: Vec<Result<u32>> = gather([1, 0].map(|n| async move {
///     7_u32.checked_div(n).ok_or_else(|| asyncio_tasks::ValueError::with_message("zero").into())
/// })).return_exceptions().await?;
/// assert_eq!(*all[0].as_ref().unwrap(), 7);
/// assert!(all[1].is_err());
/// # Ok(()) }).unwrap();
/// ```
#[track_caller]
pub fn gather<M, A: IntoGather<M>>(awaitables: A) -> Gather<A::Children> {
    let event_loop = EventLoop::current();
    let location = Location::caller();
    let children = awaitables.into_children(&event_loop, location);
    Gather {
        children,
        event_loop,
        location,
    }
}

/// What [`gather`] started. Awaiting it gives the results; dropping it leaves the children running.
#[must_use = "the results, and the errors, come when it is awaited"]
pub struct Gather<C> {
    children: C,
    event_loop: EventLoop,
    location: &'static Location<'static>,
}

impl<C: Children> Gather<C> {
    /// Makes errors results like others, a child's `CancelledError` among them: `return_exceptions=True`.
    pub fn return_exceptions(self) -> GatherResults<C> {
        GatherResults(self)
    }

    /// The future that `asyncio.gather` returns. Cancelling it cancels the children, and it ends when they do; it is
    /// then not itself `cancelled()`.
    pub fn future(self) -> Future<C::Output> {
        Gathering::start(self, AtError::End, C::outcomes)
    }
}

impl<C: Children> IntoFuture for Gather<C> {
    type Output = Result<C::Output>;
    type IntoFuture = Future<C::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.future()
    }
}

impl<C: Children> Awaitable for Gather<C> {
    type Output = C::Output;

    fn into_child(
        self,
        _event_loop: &EventLoop,
        _location: &'static Location<'static>,
    ) -> Child<C::Output> {
        Child::moved(FutureLike::Future(self.future()))
    }
}

impl<C> fmt::Debug for Gather<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Gather created at {}>", self.location)
    }
}

/// What [`Gather::return_exceptions`] returns. Awaiting it gives every child's outcome.
#[must_use = "the outcomes come when it is awaited"]
pub struct GatherResults<C>(Gather<C>);

impl<C: Children> GatherResults<C> {
    /// The future that `asyncio.gather` returns; see [`Gather::future`].
    pub fn future(self) -> Future<C::Results> {
        Gathering::start(self.0, AtError::GoOn, |children| Ok(children.results()))
    }
}

impl<C: Children> IntoFuture for GatherResults<C> {
    type Output = Result<C::Results>;
    type IntoFuture = Future<C::Results>;

    fn into_future(self) -> Self::IntoFuture {
        self.future()
    }
}

impl<C: Children> Awaitable for GatherResults<C> {
    type Output = C::Results;

    fn into_child(
        self,
        _event_loop: &EventLoop,
        _location: &'static Location<'static>,
    ) -> Child<C::Results> {
        Child::moved(FutureLike::Future(self.future()))
    }
}

impl<C> fmt::Debug for GatherResults<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What [`gather`] takes: a tuple of [`Awaitable`]s, or an iterable of them. `M` tells the two apart.
pub trait IntoGather<M> {
    /// The tasks and futures that come of it.
    type Children: Children;

    #[doc(hidden)]
    fn into_children(
        self,
        event_loop: &EventLoop,
        location: &'static Location<'static>,
    ) -> Self::Children;
}

/// The tasks and futures of a [`gather`].
pub trait Children: 'static {
    /// Their results.
    type Output: 'static;
    /// Their outcomes.
    type Results: 'static;

    #[doc(hidden)]
    fn each(&self, visit: &mut dyn FnMut(Waited));

    /// The results, or the first error.
    #[doc(hidden)]
    fn outcomes(&self) -> Result<Self::Output>;

    #[doc(hidden)]
    fn results(&self) -> Self::Results;
}

/// Marks an iterable, for [`IntoGather`].
#[derive(Debug)]
#[doc(hidden)]
pub enum GatherIterable {}

impl<I> IntoGather<GatherIterable> for I
where
    I: IntoIterator,
    I::Item: Awaitable,
{
    type Children = Vec<Child<<I::Item as Awaitable>::Output>>;

    fn into_children(
        self,
        event_loop: &EventLoop,
        location: &'static Location<'static>,
    ) -> Self::Children {
        let children = self.into_iter();
        children
            .map(|child| child.into_child(event_loop, location).unreported())
            .collect()
    }
}

impl<T: 'static> Children for Vec<Child<T>> {
    type Output = Vec<T>;
    type Results = Vec<Result<T>>;

    fn each(&self, visit: &mut dyn FnMut(Waited)) {
        self.iter().for_each(|child| visit(Waited(child.any())));
    }

    fn outcomes(&self) -> Result<Vec<T>> {
        self.iter().map(Child::outcome).collect()
    }

    fn results(&self) -> Vec<Result<T>> {
        self.iter().map(element).collect()
    }
}

/// Marks a tuple, for [`IntoGather`].
#[derive(Debug)]
#[doc(hidden)]
pub enum GatherTuple {}

macro_rules! tuples {
    ($(($($name:ident $index:tt)*))*) => {$(
        impl<$($name: Awaitable),*> IntoGather<GatherTuple> for ($($name,)*) {
            type Children = ($(Child<$name::Output>,)*);

            #[allow(unused_variables, clippy::unused_unit, reason = "the empty tuple needs none")]
            fn into_children(
                self,
                event_loop: &EventLoop,
                location: &'static Location<'static>,
            ) -> Self::Children {
                ($(self.$index.into_child(event_loop, location).unreported(),)*)
            }
        }

        impl<$($name: 'static),*> Children for ($(Child<$name>,)*) {
            type Output = ($($name,)*);
            type Results = ($(Result<$name>,)*);

            #[allow(unused_variables, reason = "the empty tuple needs none")]
            fn each(&self, visit: &mut dyn FnMut(Waited)) {
                $(visit(Waited(self.$index.any()));)*
            }

            fn outcomes(&self) -> Result<Self::Output> {
                Ok(($(self.$index.outcome()?,)*))
            }

            #[allow(clippy::unused_unit, reason = "the empty tuple has no outcomes")]
            fn results(&self) -> Self::Results {
                ($(element(&self.$index),)*)
            }
        }
    )*};
}

tuples! {
    ()
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11)
}

/// The outcome of a child among others. A task's `CancelledError` comes without its message, as in CPython (COMB-19).
fn element<T>(child: &Child<T>) -> Result<T> {
    let outcome = child.outcome();
    let task = child.future.as_task();
    if task.is_some_and(Task::cancelled) {
        return Err(CancelledError::new().into());
    }
    outcome
}

/// What an error of a child does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AtError {
    /// It is the outcome.
    End,
    /// It is one of the results.
    GoOn,
}

/// A gathering under way: the override of `cancel` in `_GatheringFuture`, and the children's done callback.
///
/// The outer future owns it, by way of its cancel hook. The children's callbacks refer to it weakly, or a child that
/// never ends would never be freed.
struct Gathering<C: Children, O: 'static> {
    children: C,
    at_error: AtError,
    collect: fn(&C) -> Result<O>,
    outer: OnceCell<Weak<State<Plain, O>>>,
    /// How many children are not done.
    left: Cell<usize>,
    cancel_requested: Cell<bool>,
    callback: Rc<ChildDone>,
}

impl<C: Children, O: 'static> Gathering<C, O> {
    fn start(gather: Gather<C>, at_error: AtError, collect: fn(&C) -> Result<O>) -> Future<O> {
        let Gather {
            children,
            event_loop,
            location,
        } = gather;
        let distinct = distinct(&children);
        let gathering = Rc::new_cyclic(|this: &Weak<Self>| Gathering {
            children,
            at_error,
            collect,
            outer: OnceCell::new(),
            left: Cell::new(distinct.len()),
            cancel_requested: Cell::new(false),
            callback: Rc::new(ChildDone {
                gathering: this.clone(),
                over: Cell::new(false),
            }),
        });
        let outer = Future::with_cancel_hook(&event_loop, location, &"gather", {
            let gathering = gathering.clone();
            move |msg| gathering.cancel(msg)
        });
        let _ = gathering.outer.set(Rc::downgrade(&outer.state));
        gathering.watch(&distinct, &event_loop);
        outer
    }

    fn watch(&self, distinct: &[Rc<dyn AnyFuture>], event_loop: &EventLoop) {
        if distinct.is_empty() {
            return self.end((self.collect)(&self.children));
        }
        if let Err(error) = check_loops(distinct, event_loop) {
            return self.end(Err(error.into()));
        }
        for child in distinct.iter().filter(|child| !child.core().done()) {
            child.on_done(self.callback.clone());
        }
        for child in distinct.iter().filter(|child| child.core().done()) {
            self.child_done(&**child);
        }
    }

    /// Python's `_GatheringFuture.cancel`. A child that was given twice is asked twice, as there.
    fn cancel(&self, msg: Option<Arc<str>>) -> bool {
        let mut any = false;
        self.children
            .each(&mut |child| any |= child.0.cancel(msg.clone()));
        if any {
            self.cancel_requested.set(true);
        }
        any
    }

    /// That of the last child, as in CPython, if it ended with one.
    fn cancelled_error(&self) -> Error {
        let mut last = None;
        self.children.each(&mut |child| last = Some(child.0));
        last.filter(|last| last.core().phase() == Phase::Cancelled)
            .and_then(|last| last.outcome_error())
            .unwrap_or_else(|| CancelledError::new().into())
    }

    fn end(&self, outcome: Result<O>) {
        self.callback.over.set(true);
        if let Some(outer) = self.outer.get().and_then(Weak::upgrade) {
            outer.finish(outcome);
        }
    }
}

impl<C: Children, O: 'static> Gatherer for Gathering<C, O> {
    fn outer(&self) -> Option<Rc<dyn AnyFuture>> {
        Some(self.outer.get()?.upgrade()?)
    }

    fn child_done(&self, child: &dyn AnyFuture) {
        self.left.set(self.left.get() - 1);
        if self.callback.over.get() {
            return child.mark_retrieved();
        }
        if self.at_error == AtError::End
            && let Some(error) = child.outcome_error()
        {
            child.mark_retrieved();
            return self.end(Err(error));
        }
        if self.left.get() > 0 {
            return;
        }
        self.end(match self.cancel_requested.get() {
            true => Err(self.cancelled_error()),
            false => (self.collect)(&self.children),
        });
    }
}

impl<C: Children, O: 'static> Drop for Gathering<C, O> {
    fn drop(&mut self) {
        // After an error the callbacks stay, to silence what the children raise later.
        if self.callback.over.get() {
            return;
        }
        let callback: Rc<dyn OnDone> = self.callback.clone();
        self.children.each(&mut |child| {
            child.0.remove_equal(&callback);
        });
    }
}

trait Gatherer {
    fn outer(&self) -> Option<Rc<dyn AnyFuture>>;
    fn child_done(&self, child: &dyn AnyFuture);
}

/// The done callback of the children.
struct ChildDone {
    gathering: Weak<dyn Gatherer>,
    /// Whether the outer future is done.
    over: Cell<bool>,
}

impl OnDone for ChildDone {
    fn call(&self, child: Rc<dyn AnyFuture>) -> Result<()> {
        match self.gathering.upgrade() {
            Some(gathering) => gathering.child_done(&*child),
            None if self.over.get() => child.mark_retrieved(),
            None => {}
        }
        Ok(())
    }

    fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        let outer = self.gathering.upgrade().and_then(|g| g.outer());
        outer
            .filter(|outer| !outer.core().done())
            .into_iter()
            .for_each(|outer| visit(Awaiter::Future(outer)));
    }

    fn name(&self) -> &'static str {
        "gather"
    }
}

/// Whether all belong to `event_loop`.
pub(super) fn check_loops(
    children: &[Rc<dyn AnyFuture>],
    event_loop: &EventLoop,
) -> Result<(), ValueError> {
    let is_foreign = |child: &Rc<dyn AnyFuture>| child.core().event_loop() != event_loop;
    match children.iter().any(is_foreign) {
        true => Err(ValueError::with_message(
            "The future belongs to a different loop than the one specified as the loop argument",
        )),
        false => Ok(()),
    }
}

/// The children without repetitions.
pub(super) fn distinct(children: &impl Children) -> Vec<Rc<dyn AnyFuture>> {
    let mut distinct = Vec::new();
    children.each(&mut |child| distinct.push(child.0));
    if distinct.len() > FEW {
        let mut seen = Distinct::default();
        distinct.retain(|child| seen.add(child.clone()));
        return distinct;
    }
    let mut kept = 0;
    for index in 0..distinct.len() {
        if !distinct[..kept]
            .iter()
            .any(|child| child.is(&distinct[index]))
        {
            distinct.swap(kept, index);
            kept += 1;
        }
    }
    distinct.truncate(kept);
    distinct
}

/// So many children are faster compared than hashed.
const FEW: usize = 8;
