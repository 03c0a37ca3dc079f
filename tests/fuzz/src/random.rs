//! Random numbers that a seed determines on every machine and in every version of Rust: SplitMix64.

/// A sequence of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from `low` to `high`, both included. The bias of the remainder does not matter here.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        let range = u64::from(high - low) + 1;
        low + (self.next() % range) as u32
    }

    pub(crate) fn choose<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.between(0, items.len() as u32 - 1) as usize]
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// 2^64 divided by the golden ratio, made odd: the step for which the mixing was tuned.
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
