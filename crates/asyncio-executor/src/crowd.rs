//! [`Crowd`]: numbered places that give their memory back when a crowd has left them.

use std::ops::{Deref, DerefMut};

use slab::Slab;

/// A slab that can [`shrink`](Crowd::shrink).
pub(crate) struct Crowd<T> {
    places: Slab<T>,
    /// How many more times there is nothing to try.
    pause: u32,
}

impl<T> Crowd<T> {
    /// Removes what is at `index`. Who comes next gets the place that was left last: if that was the last one of a crowd, a
    /// first place.
    #[inline]
    pub(crate) fn remove(&mut self, index: usize) -> T {
        let value = self.places.remove(index);
        if self.places.is_empty() && self.places.capacity() > KEPT {
            self.places.clear();
            self.pause = 0;
        }
        value
    }

    /// Gives back the memory of a crowd that is gone, as far as those who have stayed let it: they keep their places.
    pub(crate) fn shrink(&mut self) {
        if !is_sparse(self.places.len(), self.places.capacity()) {
            self.pause = 0;
        } else if self.pause > 0 {
            self.pause -= 1;
        } else {
            self.places.shrink_to_fit();
            self.pause = PAUSE;
        }
    }
}

impl<T> Default for Crowd<T> {
    fn default() -> Self {
        Crowd {
            places: Slab::new(),
            pause: 0,
        }
    }
}

impl<T> Deref for Crowd<T> {
    type Target = Slab<T>;

    #[inline]
    fn deref(&self) -> &Slab<T> {
        &self.places
    }
}

impl<T> DerefMut for Crowd<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Slab<T> {
        &mut self.places
    }
}

/// Whether so few are left in so large a room that it is worth leaving.
#[inline]
pub(crate) fn is_sparse(len: usize, capacity: usize) -> bool {
    capacity > KEPT && len <= capacity / SPARSE
}

/// So many places are never given back.
pub(crate) const KEPT: usize = 1 << 13;
/// A load that goes up and down by less than this factor keeps its room.
const SPARSE: usize = 8;
/// To shrink takes time with the size of the room, and may not help while one of the last places is taken.
const PAUSE: u32 = 1 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd_of(count: usize) -> Crowd<usize> {
        let mut crowd = Crowd::default();
        for number in 0..count {
            assert_eq!(crowd.insert(number), number);
        }
        crowd
    }

    #[test]
    fn what_a_crowd_leaves_is_given_back() {
        let mut crowd = crowd_of(100_000);
        crowd.retain(|number, _| number < 10);
        crowd.shrink();
        assert_eq!((crowd.len(), crowd.capacity()), (10, 10));
        assert_eq!(crowd.insert(10), 10);
        assert_eq!(crowd[9], 9);
    }

    #[test]
    fn the_room_of_a_load_that_varies_is_kept() {
        for (most, least) in [(100_000, 20_000), (KEPT, 0)] {
            let mut crowd = crowd_of(most);
            let capacity = crowd.capacity();
            crowd.retain(|number, _| number < least);
            crowd.shrink();
            assert_eq!(crowd.capacity(), capacity);
        }
    }

    #[test]
    fn who_comes_after_a_crowd_does_not_keep_its_room() {
        let mut crowd = crowd_of(100_000);
        for number in 0..100_000 {
            assert_eq!(crowd.remove(number), number);
        }
        assert_eq!(crowd.insert(7), 0);
        crowd.shrink();
        assert_eq!((crowd[0], crowd.capacity()), (7, 1));
    }

    #[test]
    fn one_who_stays_keeps_the_place() {
        let mut crowd = crowd_of(100_000);
        crowd.retain(|number, _| number == 99_999);
        crowd.shrink();
        assert_eq!(crowd[99_999], 99_999);
        crowd.clear();
        for _ in 0..=PAUSE {
            assert!(crowd.capacity() >= 100_000);
            crowd.shrink();
        }
        assert_eq!(crowd.capacity(), 0);
    }
}
