//! The callbacks of one future, in the order in which they were added. Mirrors `Future._callbacks`.

use std::rc::Rc;
use std::task::Waker;

use asyncio_executor::{ContextCell, Result};

use crate::state::AnyFuture;

/// Who is told that a future is done.
pub(crate) enum Callback {
    /// A suspended task, or any other waker.
    Wake(Waker),
    /// A function that is called with the future.
    Call(Box<Call>),
}

/// A function with the context in which it runs.
pub(crate) struct Call {
    pub(crate) target: Rc<dyn OnDone>,
    pub(crate) context: ContextCell,
}

/// What runs when a future is done.
pub(crate) trait OnDone {
    /// An error goes to the exception handler.
    fn call(&self, future: Rc<dyn AnyFuture>) -> Result<()>;

    /// Passes on who waits for the future by way of this callback.
    fn awaiters(&self, _visit: &mut dyn FnMut(Awaiter)) {}

    /// What `Debug` of the future calls it.
    fn name(&self) -> &'static str {
        "callback"
    }
}

/// Who waits for a future.
pub(crate) enum Awaiter {
    /// A task, or a composite's own future.
    Future(Rc<dyn AnyFuture>),
    /// Whoever has the waker with this data: a task's is its own.
    Waker(*const ()),
}

impl Awaiter {
    pub(crate) fn waker(waker: &Waker) -> Self {
        Awaiter::Waker(waker.data())
    }
}

impl Callback {
    pub(crate) fn call(target: Rc<dyn OnDone>, context: ContextCell) -> Self {
        Callback::Call(Box::new(Call { target, context }))
    }

    fn is(&self, target: &Rc<dyn OnDone>) -> bool {
        match self {
            Callback::Call(call) => std::ptr::addr_eq(Rc::as_ptr(&call.target), Rc::as_ptr(target)),
            Callback::Wake(_) => false,
        }
    }
}

/// Names a callback of one future, until it is removed or called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CallbackKey(u64);

/// The key of the callback that is alone.
const FIRST: CallbackKey = CallbackKey(0);

/// Most futures have one callback, which needs no allocation.
#[derive(Default)]
pub(crate) struct Callbacks {
    /// The earliest one, unless it was removed. Its key is [`FIRST`].
    first: Option<Callback>,
    /// Boxed, because it is in every future and seldom used.
    rest: Option<Box<Rest>>,
}

/// The later callbacks, by ascending key.
#[derive(Default)]
struct Rest {
    entries: Vec<(CallbackKey, Callback)>,
    last_key: u64,
}

impl Callbacks {
    #[inline]
    pub(crate) fn add(&mut self, callback: Callback) -> CallbackKey {
        if self.first.is_none() && self.rest.is_none() {
            self.first = Some(callback);
            return FIRST;
        }
        let rest = self.rest.get_or_insert_default();
        rest.last_key += 1;
        let key = CallbackKey(rest.last_key);
        rest.entries.push((key, callback));
        key
    }

    /// Removes a callback, for the caller to drop when it holds no borrow.
    pub(crate) fn remove(&mut self, key: CallbackKey) -> Option<Callback> {
        if key == FIRST {
            return self.first.take();
        }
        let (rest, index) = self.find(key)?;
        Some(rest.entries.remove(index).1)
    }

    /// Removes every callback that calls `target`.
    pub(crate) fn remove_equal(&mut self, target: &Rc<dyn OnDone>) -> Vec<Callback> {
        let mut removed: Vec<_> = self
            .first
            .take_if(|callback| callback.is(target))
            .into_iter()
            .collect();
        if let Some(rest) = &mut self.rest {
            let equal = rest
                .entries
                .extract_if(.., |(_, callback)| callback.is(target));
            removed.extend(equal.map(|(_, callback)| callback));
        }
        removed
    }

    /// Makes `waker` the one to wake for `key`. Returns the one that it replaces.
    pub(crate) fn rewake(&mut self, key: CallbackKey, waker: &Waker) -> Option<Waker> {
        let callback = if key == FIRST {
            self.first.as_mut()?
        } else {
            let (rest, index) = self.find(key)?;
            &mut rest.entries[index].1
        };
        match callback {
            Callback::Wake(old) if !old.will_wake(waker) => {
                Some(std::mem::replace(old, waker.clone()))
            }
            _ => None,
        }
    }

    /// Passes on all of them in order.
    #[inline]
    pub(crate) fn for_each(self, mut f: impl FnMut(Callback)) {
        if let Some(callback) = self.first {
            f(callback);
        }
        if let Some(rest) = self.rest {
            rest.entries
                .into_iter()
                .for_each(|(_, callback)| f(callback));
        }
    }

    /// Passes on who waits by way of them, in order.
    pub(crate) fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        self.iter().for_each(|callback| match callback {
            Callback::Wake(waker) => visit(Awaiter::waker(waker)),
            Callback::Call(call) => call.target.awaiters(visit),
        });
    }

    /// What they are called, in order.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let names = self.iter().map(|callback| match callback {
            Callback::Wake(_) => "wakeup",
            Callback::Call(call) => call.target.name(),
        });
        names.collect()
    }

    fn iter(&self) -> impl Iterator<Item = &Callback> {
        let rest = self.rest.iter().flat_map(|rest| &rest.entries);
        self.first.iter().chain(rest.map(|(_, callback)| callback))
    }

    fn find(&mut self, key: CallbackKey) -> Option<(&mut Rest, usize)> {
        let rest = self.rest.as_mut()?;
        let index = rest
            .entries
            .binary_search_by_key(&key, |(other, _)| *other)
            .ok()?;
        Some((rest, index))
    }
}
