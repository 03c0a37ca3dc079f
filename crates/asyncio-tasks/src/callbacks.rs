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
    Call(Call),
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
        Callback::Call(Call { target, context })
    }

    fn is(&self, target: &Rc<dyn OnDone>) -> bool {
        match self {
            Callback::Call(call) => std::ptr::addr_eq(Rc::as_ptr(&call.target), Rc::as_ptr(target)),
            Callback::Wake(_) => false,
        }
    }

    fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        match self {
            Callback::Wake(waker) => visit(Awaiter::waker(waker)),
            Callback::Call(call) => call.target.awaiters(visit),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Callback::Wake(_) => WAKER,
            Callback::Call(call) => call.target.name(),
        }
    }
}

/// Names a callback of one future, until it is removed or called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CallbackKey(u64);

/// Two words, because they are in every future: most have one task that awaits them, or nobody.
pub(crate) enum Callbacks {
    /// The only one is a waker, with the key [`FIRST`].
    Wake(Waker),
    /// Whatever else there is.
    Other(Option<Box<List>>),
}

/// The key of a waker that is alone.
const FIRST: CallbackKey = CallbackKey(0);

/// Callbacks by ascending key.
#[derive(Default)]
pub(crate) struct List {
    /// The earliest, unless it was removed: with one callback there is no other allocation.
    first: Option<(CallbackKey, Callback)>,
    rest: Vec<(CallbackKey, Callback)>,
    last_key: u64,
}

impl Default for Callbacks {
    fn default() -> Self {
        Callbacks::Other(None)
    }
}

impl Callbacks {
    #[inline]
    pub(crate) fn add(&mut self, callback: Callback) -> CallbackKey {
        match (&self, callback) {
            (Callbacks::Other(None), Callback::Wake(waker)) => {
                *self = Callbacks::Wake(waker);
                FIRST
            }
            (_, callback) => self.list().add(callback),
        }
    }

    /// Removes a callback, for the caller to drop when it holds no borrow.
    pub(crate) fn remove(&mut self, key: CallbackKey) -> Option<Callback> {
        match self {
            Callbacks::Other(list) => list.as_mut()?.remove(key),
            Callbacks::Wake(_) if key != FIRST => None,
            Callbacks::Wake(_) => match std::mem::take(self) {
                Callbacks::Wake(waker) => Some(Callback::Wake(waker)),
                Callbacks::Other(_) => None,
            },
        }
    }

    /// Removes every callback that calls `target`.
    pub(crate) fn remove_equal(&mut self, target: &Rc<dyn OnDone>) -> Vec<Callback> {
        match self {
            Callbacks::Other(Some(list)) => list.remove_equal(target),
            _ => Vec::new(),
        }
    }

    /// The waker that is woken for `key`.
    pub(crate) fn waker(&mut self, key: CallbackKey) -> Option<&mut Waker> {
        match self {
            Callbacks::Wake(waker) => Some(waker),
            Callbacks::Other(list) => match list.as_mut()?.find(key)? {
                Callback::Wake(waker) => Some(waker),
                Callback::Call(_) => None,
            },
        }
    }

    /// Passes on all of them in order.
    #[inline]
    pub(crate) fn for_each(self, mut f: impl FnMut(Callback)) {
        match self {
            Callbacks::Wake(waker) => f(Callback::Wake(waker)),
            Callbacks::Other(None) => {}
            Callbacks::Other(Some(list)) => {
                let all = list.first.into_iter().chain(list.rest);
                all.for_each(|(_, callback)| f(callback));
            }
        }
    }

    /// Passes on who waits by way of them, in order.
    pub(crate) fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        match self {
            Callbacks::Wake(waker) => visit(Awaiter::waker(waker)),
            Callbacks::Other(list) => {
                let all = list.iter().flat_map(|list| list.iter());
                all.for_each(|callback| callback.awaiters(visit));
            }
        }
    }

    /// What they are called, in order.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        match self {
            Callbacks::Wake(_) => vec![WAKER],
            Callbacks::Other(list) => {
                let all = list.iter().flat_map(|list| list.iter());
                all.map(Callback::name).collect()
            }
        }
    }

    /// All of them as a list.
    fn list(&mut self) -> &mut List {
        if let Callbacks::Wake(_) = self
            && let Callbacks::Wake(waker) = std::mem::take(self)
        {
            *self = Callbacks::Other(Some(Box::new(List {
                first: Some((FIRST, Callback::Wake(waker))),
                ..List::default()
            })));
        }
        match self {
            Callbacks::Other(list) => list.get_or_insert_default(),
            Callbacks::Wake(_) => unreachable!("a waker that was alone has become a list"),
        }
    }
}

impl List {
    fn add(&mut self, callback: Callback) -> CallbackKey {
        self.last_key += 1;
        let key = CallbackKey(self.last_key);
        match self.first.is_none() && self.rest.is_empty() {
            true => self.first = Some((key, callback)),
            false => self.rest.push((key, callback)),
        }
        key
    }

    fn remove(&mut self, key: CallbackKey) -> Option<Callback> {
        if let Some((_, callback)) = self.first.take_if(|(first, _)| *first == key) {
            return Some(callback);
        }
        let index = self.index(key)?;
        Some(self.rest.remove(index).1)
    }

    fn remove_equal(&mut self, target: &Rc<dyn OnDone>) -> Vec<Callback> {
        let first = self.first.take_if(|(_, callback)| callback.is(target));
        let rest = self
            .rest
            .extract_if(.., |(_, callback)| callback.is(target));
        let removed = first.into_iter().chain(rest);
        removed.map(|(_, callback)| callback).collect()
    }

    fn find(&mut self, key: CallbackKey) -> Option<&mut Callback> {
        let index = self.index(key);
        match &mut self.first {
            Some((first, callback)) if *first == key => Some(callback),
            _ => Some(&mut self.rest[index?].1),
        }
    }

    fn index(&self, key: CallbackKey) -> Option<usize> {
        let found = self.rest.binary_search_by_key(&key, |(other, _)| *other);
        found.ok()
    }

    fn iter(&self) -> impl Iterator<Item = &Callback> {
        let all = self.first.iter().chain(&self.rest);
        all.map(|(_, callback)| callback)
    }
}

/// What a waker among the callbacks is called.
const WAKER: &str = "wakeup";
