//! [`Deal`]: another order of the steps than the one in which they were scheduled, to show what depends on it.

use std::cell::Cell;

use crate::base_events::Ready;

/// Deals the steps of one iteration anew.
pub(crate) type Deal = Box<dyn Fn(&mut Ready)>;

/// What deals by a generator of numbers that `seed` starts. Only the programs that ask for it contain it.
pub(crate) fn dealer(seed: u64) -> Deal {
    let shuffle = Shuffle::new(seed);
    Box::new(move |ready| shuffle.deal(ready))
}

/// SplitMix64.
struct Shuffle(Cell<u64>);

impl Shuffle {
    fn new(seed: u64) -> Self {
        Shuffle(Cell::new(seed))
    }

    /// Gives every step the place of one of the steps, any with the same chance. Callbacks keep their places.
    fn deal(&self, ready: &mut Ready) {
        let entries = ready.steps();
        let is_step = |index: &usize| entries[*index].is_some();
        let places: Vec<usize> = (0..entries.len()).filter(is_step).collect();
        for last in (1..places.len()).rev() {
            entries.swap(places[last], places[self.below(last + 1)]);
        }
    }

    /// A number below `bound`.
    fn below(&self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_split_mix_64() {
        let shuffle = Shuffle::new(1_234_567);
        let numbers = [shuffle.next(), shuffle.next(), shuffle.next()];
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn every_number_below_a_bound_comes() {
        let shuffle = Shuffle::new(0);
        let mut counts = [0; 6];
        (0..6000).for_each(|_| counts[shuffle.below(6)] += 1);
        assert!(counts.iter().all(|count| (800..1200).contains(count)));
    }
}
