//! [`Heap`]: the deadlines of a loop, the earliest first.

use std::mem;

use crate::crowd::{KEPT, is_sparse};

/// A deadline, and what waits for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Deadline {
    pub(super) when: f64,
    /// Where the rest of the timer is.
    pub(super) slot: u32,
}

/// A heap in which a node has four children: half as deep as a binary one, and the four lie side by side. Equal deadlines
/// leave it in the order in which they came.
#[derive(Default)]
pub(super) struct Heap {
    keys: Vec<Key>,
    next_order: u32,
}

impl Heap {
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The earliest deadline.
    #[inline]
    pub(super) fn first(&self) -> Option<Deadline> {
        self.keys.first().map(|key| key.deadline())
    }

    /// Adds a deadline, which is not NaN.
    pub(super) fn push(&mut self, deadline: Deadline) {
        if self.next_order == u32::MAX {
            self.renumber();
        }
        self.keys.push(Key::new(deadline, self.next_order));
        self.next_order += 1;
        self.sift_up();
    }

    /// Removes the earliest deadline.
    pub(super) fn pop(&mut self) -> Option<Deadline> {
        let last = self.keys.pop()?;
        let popped = match self.keys.first_mut() {
            Some(first) => mem::replace(first, last),
            None => last,
        };
        self.sift_down(0);
        Some(popped.deadline())
    }

    /// Removes the deadline of `slot` if it lies where this takes no work, as one that was added last and is not early
    /// does; whether it did.
    pub(super) fn pop_if_last(&mut self, slot: u32) -> bool {
        let is_last = self.keys.last().is_some_and(|key| key.slot() == slot);
        if is_last {
            self.keys.pop();
        }
        is_last
    }

    /// Removes the deadlines of the slots for which `keep` is false.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(u32) -> bool) {
        self.keys.retain(|key| keep(key.slot()));
        for parent in (0..self.keys.len().div_ceil(CHILDREN)).rev() {
            self.sift_down(parent);
        }
    }

    /// Gives back the memory of a crowd that is gone.
    pub(super) fn shrink(&mut self) {
        if is_sparse(self.keys.len(), self.keys.capacity()) {
            self.keys.shrink_to(KEPT);
        }
    }

    /// The slots, in no particular order.
    #[cfg(test)]
    fn slots(&self) -> impl Iterator<Item = u32> {
        self.keys.iter().map(|key| key.slot())
    }

    /// Puts the last key in its place.
    fn sift_up(&mut self) {
        let mut hole = self.keys.len() - 1;
        let key = self.keys[hole];
        while hole > 0 {
            let parent = (hole - 1) / CHILDREN;
            if self.keys[parent] <= key {
                break;
            }
            self.keys[hole] = self.keys[parent];
            hole = parent;
        }
        self.keys[hole] = key;
    }

    /// Puts the key at `hole` in its place below.
    fn sift_down(&mut self, mut hole: usize) {
        let Some(&key) = self.keys.get(hole) else {
            return;
        };
        while let Some(child) = self.first_child(hole)
            && self.keys[child] < key
        {
            self.keys[hole] = self.keys[child];
            hole = child;
        }
        self.keys[hole] = key;
    }

    /// The earliest of the children of `parent`.
    #[inline]
    fn first_child(&self, parent: usize) -> Option<usize> {
        let start = parent * CHILDREN + 1;
        let earlier = |a: usize, b: usize| if self.keys[b] < self.keys[a] { b } else { a };
        if start + CHILDREN <= self.keys.len() {
            return Some(earlier(
                earlier(start, start + 1),
                earlier(start + 2, start + 3),
            ));
        }
        (start..self.keys.len()).reduce(earlier)
    }

    /// The numbers for the order are used up: those that are left get the first ones. What is sorted is a heap.
    #[cold]
    fn renumber(&mut self) {
        let mut sorted = Vec::with_capacity(self.keys.len() + 1);
        self.next_order = 0;
        while let Some(deadline) = self.pop() {
            sorted.push(Key::new(deadline, self.next_order));
            self.next_order += 1;
        }
        self.keys = sorted;
    }
}

/// A deadline as one number: the time, the place among those of the same time, and the slot, from the highest bit to the
/// lowest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u128);

impl Key {
    fn new(deadline: Deadline, order: u32) -> Self {
        // Makes one zero of the two.
        let bits = (deadline.when + 0.0).to_bits();
        // Orders floats as integers: negative ones have all bits turned, the others the sign.
        let when = bits ^ if bits >> 63 == 1 { !0 } else { SIGN };
        Key(u128::from(when) << 64 | u128::from(order) << 32 | u128::from(deadline.slot))
    }

    fn deadline(self) -> Deadline {
        let when = (self.0 >> 64) as u64;
        let bits = when ^ if when >> 63 == 1 { SIGN } else { !0 };
        Deadline {
            when: f64::from_bits(bits),
            slot: self.slot(),
        }
    }

    fn slot(self) -> u32 {
        self.0 as u32
    }
}

const CHILDREN: usize = 4;

const SIGN: u64 = 1 << 63;

#[cfg(test)]
mod tests {
    use super::*;

    fn heap_of(whens: &[f64]) -> Heap {
        let mut heap = Heap::default();
        for (slot, &when) in (0..).zip(whens) {
            heap.push(Deadline { when, slot });
        }
        heap
    }

    fn drained(mut heap: Heap) -> Vec<u32> {
        std::iter::from_fn(|| heap.pop())
            .map(|deadline| deadline.slot)
            .collect()
    }

    /// Deadlines with many equal ones among them.
    fn scattered(count: u32) -> Vec<f64> {
        let scatter = |n: u32| f64::from(n.wrapping_mul(2_654_435_761) % 37) - 18.0;
        (0..count).map(scatter).collect()
    }

    fn sorted(whens: &[f64], keep: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut slots: Vec<u32> = (0..).take(whens.len()).filter(|&slot| keep(slot)).collect();
        slots.sort_by(|&a, &b| whens[a as usize].total_cmp(&whens[b as usize]));
        slots
    }

    #[test]
    fn the_earliest_comes_first_and_equal_ones_as_they_came() {
        for count in [0, 1, 2, 4, 5, 6, 21, 22, 1000] {
            let whens = scattered(count);
            assert_eq!(drained(heap_of(&whens)), sorted(&whens, |_| true));
        }
    }

    #[test]
    fn any_float_is_in_its_place() {
        let whens = [
            f64::INFINITY,
            f64::MAX,
            1.0,
            5e-324,
            0.0,
            -0.0,
            -5e-324,
            -1.0,
            f64::MIN,
            f64::NEG_INFINITY,
        ];
        assert_eq!(drained(heap_of(&whens)), [9, 8, 7, 6, 4, 5, 3, 2, 1, 0]);
        for when in whens {
            assert_eq!(heap_of(&[when]).first(), Some(Deadline { when, slot: 0 }));
        }
    }

    #[test]
    fn what_is_kept_stays_in_order() {
        for count in [1, 5, 22, 1000] {
            let whens = scattered(count);
            let mut heap = heap_of(&whens);
            heap.retain(|slot| slot % 3 == 0);
            assert_eq!(drained(heap), sorted(&whens, |slot| slot % 3 == 0));
        }
    }

    #[test]
    fn the_last_one_leaves_at_once() {
        let mut heap = heap_of(&[1.0, 2.0]);
        assert!(!heap.pop_if_last(0));
        assert!(heap.pop_if_last(1));
        assert_eq!(heap.slots().collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn what_a_crowd_leaves_is_given_back() {
        let mut heap = heap_of(&scattered(100_000));
        heap.retain(|slot| slot < 20_000);
        let capacity = heap.keys.capacity();
        heap.shrink();
        assert_eq!(heap.keys.capacity(), capacity);
        heap.retain(|slot| slot < 10);
        heap.shrink();
        assert_eq!((heap.len(), heap.keys.capacity()), (10, KEPT));
    }

    #[test]
    fn the_order_survives_the_end_of_the_numbers() {
        let mut heap = heap_of(&[1.0, 0.0, 1.0]);
        heap.next_order = u32::MAX;
        heap.push(Deadline { when: 1.0, slot: 3 });
        heap.push(Deadline { when: 0.0, slot: 4 });
        assert_eq!(drained(heap), [1, 4, 0, 2, 3]);
    }
}
