//! [`Distinct`]: the futures that were given to a combinator, each once.

use std::rc::Rc;

use crate::by_address::ByAddress;
use crate::state::AnyFuture;

/// A set of futures.
#[derive(Default)]
pub(super) struct Distinct(ByAddress<Rc<dyn AnyFuture>>);

impl Distinct {
    /// Adds `future`; whether it is new.
    pub(super) fn add(&mut self, future: Rc<dyn AnyFuture>) -> bool {
        let address = Rc::as_ptr(&future).addr();
        self.0.insert(address, future).is_none()
    }

    /// Removes `future`; whether it was there.
    pub(super) fn remove(&mut self, future: &Rc<dyn AnyFuture>) -> bool {
        self.0.remove(&Rc::as_ptr(future).addr()).is_some()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Rc<dyn AnyFuture>> {
        self.0.values()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
