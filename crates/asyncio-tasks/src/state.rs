//! What the handles of one future or task share: its outcome, and who waits for it.
//!
//! Mirrors the fields of `asyncio.futures.Future`. A future's and a task's state differ in their `kind`.
//! [`AnyFuture`] is a state of whatever value type.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{
    CancelledError, ContextCell, ContextThing, Error, EventLoop, ExceptionContext,
    InvalidStateError, Result,
};

use crate::callbacks::{Awaiter, Call, Callback, CallbackKey, Callbacks, OnDone};

/// The state of a future (`K` is [`Plain`](crate::futures::Plain)) or of a task (`K` is `TaskPart`).
pub(crate) struct State<K: Kind, T> {
    pub(crate) head: Head<K>,
    /// Taken out while it is looked at.
    outcome: Cell<Outcome<T>>,
}

/// What is left to be done, and then what came of it, in the same place.
enum Outcome<T> {
    /// None yet: these are to be told of it.
    Pending(Callbacks),
    Done(Result<T>),
    /// Moved out by an await, or out while it is looked at.
    Moved,
}

impl<T> Outcome<T> {
    /// A constant, because a value is built on the stack and copied from there, which waits for the stores.
    const PENDING: Self = Outcome::Pending(Callbacks::Other(None));
}

/// All but the outcome. Of a task's, the current task is a `Head<TaskPart>`.
pub(crate) struct Head<K> {
    pub(crate) core: Core,
    pub(crate) kind: K,
}

/// The part that does not depend on the value's type.
pub(crate) struct Core {
    event_loop: EventLoop,
    phase: Cell<Phase>,
    /// Whether an exception is there that nobody has seen.
    unretrieved: Cell<bool>,
    location: &'static Location<'static>,
}

/// Python's `_state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// No outcome yet.
    Pending,
    /// There is a result or an exception.
    Finished,
    /// The outcome is a `CancelledError`.
    Cancelled,
}

/// What makes the difference between a future and a task.
pub(crate) trait Kind: Sized + 'static {
    /// `Future` or `Task`, as reports call it.
    const NAME: &'static str;
    /// Under which key an exception context has it.
    const KEY: &'static str;

    fn cancel<T: 'static>(state: &Rc<State<Self, T>>, msg: Option<Arc<str>>) -> bool;

    /// What a task that awaits it is said to await.
    fn what(&self) -> &'static &'static str;

    /// The task's part, if this is a task.
    fn as_task(&self) -> Option<&crate::tasks::TaskPart> {
        None
    }

    /// As a report has it.
    fn reported(state: Rc<State<Self, ()>>) -> Rc<dyn ContextThing>;

    /// What is of interest when the state itself is being dropped.
    fn take(&mut self) -> Self;

    /// What `Debug` prints in place of `pending`.
    fn pending(&self) -> &'static str {
        "pending"
    }

    /// What `Debug` prints beside the state.
    fn describe(&self, _phase: Phase, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl Phase {
    /// As Python prints it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Phase::Pending => "pending",
            Phase::Finished => "finished",
            Phase::Cancelled => "cancelled",
        }
    }
}

impl<K: Kind, T: 'static> State<K, T> {
    #[inline]
    pub(crate) fn new(
        event_loop: EventLoop,
        kind: impl FnOnce() -> K,
        location: &'static Location<'static>,
    ) -> Rc<Self> {
        // `new_cyclic` allocates before it calls the closure, so that all is written to its place. `Rc::new` gets a copy.
        Rc::new_cyclic(|_| State {
            head: Head {
                core: Core::new(event_loop, location),
                kind: kind(),
            },
            outcome: Cell::new(Outcome::PENDING),
        })
    }

    /// Ends the future with a result or an exception and schedules its callbacks.
    pub(crate) fn finish(self: &Rc<Self>, outcome: Result<T>) {
        self.head.core.unretrieved.set(outcome.is_err());
        self.complete(Phase::Finished, outcome);
    }

    /// Ends the future as cancelled and schedules its callbacks.
    pub(crate) fn finish_cancelled(self: &Rc<Self>, error: Error) {
        self.complete(Phase::Cancelled, Err(error));
    }

    fn complete(self: &Rc<Self>, phase: Phase, outcome: Result<T>) {
        debug_assert!(!self.head.core.done(), "a future is completed once");
        let pending = self.outcome.replace(Outcome::Done(outcome));
        self.head.core.phase.set(phase);
        if let Outcome::Pending(callbacks) = pending {
            callbacks.for_each(|callback| self.head.core.schedule(callback, self));
        }
    }

    /// Moves the outcome out. Cloned outcomes are left for others: see [`Shared`].
    pub(crate) fn take(&self) -> Result<T> {
        if !self.head.core.done() {
            return Err(self.no_outcome());
        }
        match self.outcome.replace(Outcome::Moved) {
            Outcome::Done(Ok(value)) => Ok(value),
            Outcome::Done(Err(error)) => {
                self.head.core.unretrieved.set(false);
                self.put_back(Outcome::Done(Err(error.clone())));
                Err(error)
            }
            Outcome::Pending(_) | Outcome::Moved => Err(self.no_outcome()),
        }
    }

    /// A copy of the outcome, as `result()` returns it.
    // DIFFERENCE: everyone gets the same CancelledError; CPython gives its message and causes to the first only.
    pub(crate) fn result(&self) -> Result<T>
    where
        T: Clone,
    {
        self.head.core.unretrieved.set(false);
        let looked_at = LookedAt(self, self.outcome.replace(Outcome::Moved));
        match &looked_at.1 {
            Outcome::Done(outcome) => outcome.clone(),
            Outcome::Pending(_) | Outcome::Moved => Err(self.no_outcome()),
        }
    }

    pub(crate) fn exception(&self) -> Result<Option<Error>>
    where
        T: 'static,
    {
        exception(self)
    }

    fn error(&self) -> Option<Error> {
        let outcome = self.outcome.replace(Outcome::Moved);
        let error = match &outcome {
            Outcome::Done(Err(error)) => Some(error.clone()),
            _ => None,
        };
        self.put_back(outcome);
        error
    }

    /// Puts back what was taken out.
    fn put_back(&self, outcome: Outcome<T>) {
        // What is there meanwhile owns nothing; to say so spares its destructor.
        std::mem::forget(self.outcome.replace(outcome));
    }

    /// Registers a callback. If the future is done, the caller schedules it instead.
    #[inline]
    pub(crate) fn add(&self, callback: Callback) -> CallbackKey {
        self.with_callbacks(|callbacks| callbacks.add(callback))
    }

    pub(crate) fn remove(&self, key: CallbackKey) {
        // Dropped out here: it may own user code.
        let removed = self.with_callbacks(|callbacks| callbacks.remove(key));
        drop(removed);
    }

    /// Makes `waker` the one to wake for `key`.
    pub(crate) fn rewake(&self, key: CallbackKey, waker: &Waker) {
        let is_other = |old: &mut Waker| !old.will_wake(waker);
        if self.with_callbacks(|callbacks| callbacks.waker(key).is_some_and(is_other)) {
            // Cloned and dropped out here: a foreign waker is code of the program.
            let mut other = waker.clone();
            self.with_callbacks(|callbacks| {
                if let Some(waker) = callbacks.waker(key) {
                    std::mem::swap(waker, &mut other);
                }
            });
        }
    }

    /// Of a future that is done they are none. `f` must not run code of the program.
    #[inline]
    fn with_callbacks<R>(&self, f: impl FnOnce(&mut Callbacks) -> R) -> R {
        if self.head.core.done() {
            return f(&mut Callbacks::default());
        }
        let Outcome::Pending(mut callbacks) = self.outcome.replace(Outcome::Moved) else {
            unreachable!("a pending future has callbacks")
        };
        let result = f(&mut callbacks);
        self.put_back(Outcome::Pending(callbacks));
        result
    }

    fn no_outcome(&self) -> Error {
        let text = match self.head.core.phase.get() {
            Phase::Pending => "Result is not set.",
            _ => "The result was moved out by an earlier await.",
        };
        InvalidStateError::with_message(text).into()
    }
}

/// An outcome that is being copied by the program's code, until it is put back. What comes here meanwhile finds none.
struct LookedAt<'a, K: Kind, T: 'static>(&'a State<K, T>, Outcome<T>);

impl<K: Kind, T: 'static> Drop for LookedAt<'_, K, T> {
    fn drop(&mut self) {
        let outcome = std::mem::replace(&mut self.1, Outcome::Moved);
        self.0.put_back(outcome);
    }
}

impl<K: Kind, T> Drop for State<K, T> {
    fn drop(&mut self) {
        if self.head.core.unretrieved.get()
            && let Outcome::Done(Err(error)) = self.outcome.replace(Outcome::Moved)
        {
            self.head.report_unretrieved(error);
        }
    }
}

impl<K: Kind, T: 'static> fmt::Debug for State<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(f)
    }
}

impl Core {
    #[inline]
    fn new(event_loop: EventLoop, location: &'static Location<'static>) -> Self {
        Core {
            event_loop,
            phase: Cell::new(Phase::Pending),
            unretrieved: Cell::new(false),
            location,
        }
    }

    pub(crate) fn event_loop(&self) -> &EventLoop {
        &self.event_loop
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase.get()
    }

    pub(crate) fn done(&self) -> bool {
        self.phase.get() != Phase::Pending
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// Runs `callback` in the next iteration, with `future` as its argument.
    #[inline]
    pub(crate) fn schedule<F: AnyFuture + 'static>(&self, callback: Callback, future: &Rc<F>) {
        match callback {
            // A foreign waker's panic is nobody's here, and must not keep the next one from being told.
            Callback::Wake(waker) => self
                .event_loop
                .ignoring("Exception ignored in a waker", || waker.wake()),
            Callback::Call(call) => self.schedule_call(call, future.clone()),
        }
    }

    pub(crate) fn schedule_call(&self, call: Call, future: Rc<dyn AnyFuture>) {
        let Call { target, context } = call;
        self.event_loop
            .schedule_in(context, self.location, move || target.call(future));
    }
}

/// A future or a task of any value type.
pub(crate) trait AnyFuture {
    fn core(&self) -> &Core;

    /// Passes on the callbacks; of a future that is done there are none. `f` must not run code of the program.
    fn callbacks(&self, f: &mut dyn FnMut(&mut Callbacks));

    /// Python's `cancel(msg)`.
    fn cancel(self: Rc<Self>, msg: Option<Arc<str>>) -> bool;

    /// The exception or the `CancelledError` with which it ended. Leaves the exception unretrieved.
    fn outcome_error(&self) -> Option<Error>;

    /// Nobody needs to be told of the exception any more.
    fn mark_retrieved(&self);

    fn as_task(&self) -> Option<&crate::tasks::TaskPart>;

    fn what(&self) -> &'static &'static str;

    fn to_any(self: Rc<Self>) -> Rc<dyn Any>;

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<K: Kind, T: 'static> AnyFuture for State<K, T> {
    fn core(&self) -> &Core {
        &self.head.core
    }

    fn callbacks(&self, f: &mut dyn FnMut(&mut Callbacks)) {
        self.with_callbacks(f);
    }

    fn cancel(self: Rc<Self>, msg: Option<Arc<str>>) -> bool {
        K::cancel(&self, msg)
    }

    fn outcome_error(&self) -> Option<Error> {
        self.error()
    }

    fn mark_retrieved(&self) {
        self.head.core.unretrieved.set(false);
    }

    fn as_task(&self) -> Option<&crate::tasks::TaskPart> {
        self.head.kind.as_task()
    }

    fn what(&self) -> &'static &'static str {
        self.head.kind.what()
    }

    fn to_any(self: Rc<Self>) -> Rc<dyn Any> {
        self
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.with_callbacks(|callbacks| callbacks.names());
        describe(&self.head, &names, f)
    }
}

impl dyn AnyFuture {
    /// Calls `target` when the future is done, in a copy of the current context, and as `call_soon` does.
    pub(crate) fn on_done(self: &Rc<Self>, target: Rc<dyn OnDone>) {
        let context = ContextCell::copy_current();
        if self.core().done() {
            self.core()
                .schedule_call(Call { target, context }, self.clone());
        } else {
            self.add(Callback::call(target, context));
        }
    }

    /// Registers a callback of a future that is pending.
    pub(crate) fn add(&self, callback: Callback) {
        let mut callback = Some(callback);
        self.callbacks(&mut |callbacks| {
            callback.take().map(|callback| callbacks.add(callback));
        });
    }

    /// Removes the callbacks that are `target`, and counts them.
    pub(crate) fn remove_equal(&self, target: &Rc<dyn OnDone>) -> usize {
        let mut removed = Vec::new();
        self.callbacks(&mut |callbacks| removed = callbacks.remove_equal(target));
        removed.len()
    }

    /// Passes on who waits for it, in the order in which they came. `visit` must not look at this future.
    pub(crate) fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        self.callbacks(&mut |callbacks| callbacks.awaiters(visit));
    }

    pub(crate) fn is(self: &Rc<Self>, other: &Rc<dyn AnyFuture>) -> bool {
        self.id() == other.id()
    }

    /// Python's `id()`.
    pub(crate) fn id(self: &Rc<Self>) -> usize {
        Rc::as_ptr(self).addr()
    }
}

impl fmt::Debug for dyn AnyFuture + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(f)
    }
}

impl<K: Kind> Head<K> {
    /// The state is being dropped, and nobody has seen its exception.
    #[cold]
    fn report_unretrieved(&mut self, error: Error) {
        // The report, which may be kept, is about one that is like it.
        let core = Core {
            phase: self.core.phase.clone(),
            ..Core::new(self.core.event_loop.clone(), self.core.location)
        };
        let kind = self.kind.take();
        let like_it = Rc::new(State {
            head: Head { core, kind },
            outcome: Cell::new(Outcome::Done(Err(error.clone()))),
        });
        let report = ExceptionContext::new(format!("{} exception was never retrieved", K::NAME))
            .with_exception(error)
            .with_shared(K::KEY, K::reported(like_it))
            .with_location(self.core.location);
        // While a panic unwinds, another one must not leave a destructor.
        let event_loop = &self.core.event_loop;
        event_loop.ignoring("Exception ignored while an exception was dropped", || {
            event_loop.call_exception_handler(&report);
            drop(report);
        });
    }
}

/// `<Task pending name="..." coro=<...> wait_for=<...> cb=[...] created at ...>`
fn describe<K: Kind>(
    Head { core, kind }: &Head<K>,
    callbacks: &[&'static str],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let phase = core.phase();
    let status = match phase {
        Phase::Pending => kind.pending(),
        _ => phase.name(),
    };
    write!(f, "<{} {status}", K::NAME)?;
    kind.describe(phase, f)?;
    describe_callbacks(callbacks, f)?;
    write!(f, " created at {}>", core.location)
}

/// ` cb=[wakeup(), <2 more>, gather()]`
fn describe_callbacks(names: &[&'static str], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match names {
        [] => Ok(()),
        [only] => write!(f, " cb=[{only}()]"),
        [first, last] => write!(f, " cb=[{first}(), {last}()]"),
        [first, more @ .., last] => {
            write!(f, " cb=[{first}(), <{} more>, {last}()]", more.len())
        }
    }
}

/// Python's `exception()`.
pub(crate) fn exception(future: &dyn AnyFuture) -> Result<Option<Error>> {
    let error = future.outcome_error();
    match future.core().phase() {
        Phase::Pending => Err(InvalidStateError::with_message("Exception is not set.").into()),
        Phase::Cancelled => Err(error.expect("a cancelled future has its error")),
        Phase::Finished => {
            future.mark_retrieved();
            Ok(error)
        }
    }
}

/// The `CancelledError` for a message.
pub(crate) fn cancelled(msg: Option<Arc<str>>) -> Error {
    CancelledError::with_msg(msg).into()
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::*;
    use crate::futures::Plain;
    use crate::tasks::TaskPart;

    /// Programs have many of them, which wait.
    #[test]
    fn states_are_small() {
        assert!(size_of::<State<TaskPart, ()>>() <= 128);
        assert!(size_of::<State<Plain, ()>>() <= 72);
    }
}
