//! [`Distinct`]: the futures that were given to a combinator, each once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use crate::state::AnyFuture;

/// A set of futures.
#[derive(Default)]
pub(super) struct Distinct(HashMap<usize, Rc<dyn AnyFuture>, BuildHasherDefault<AddressHasher>>);

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

/// Spreads addresses, which differ in their middle bits.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn write_usize(&mut self, address: usize) {
        self.write_u64(address as u64);
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(GOLDEN_RATIO).rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// 2^64 divided by the golden ratio: Fibonacci hashing.
const GOLDEN_RATIO: u64 = 0x9E37_79B9_7F4A_7C15;
