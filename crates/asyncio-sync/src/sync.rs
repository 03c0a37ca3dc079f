//! By what threads meet: the standard library's primitives, or under `--cfg loom` the models of them with which loom tries
//! every interleaving.

#[cfg(not(loom))]
pub(crate) use std::sync::{Mutex, MutexGuard, OnceLock, atomic};

#[cfg(loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};

/// loom has none. Fences tell it that what was made comes before what is done with it.
#[cfg(loom)]
pub(crate) struct OnceLock<T>(std::sync::OnceLock<T>);

#[cfg(loom)]
impl<T> OnceLock<T> {
    pub(crate) const fn new() -> Self {
        OnceLock(std::sync::OnceLock::new())
    }

    pub(crate) fn get(&self) -> Option<&T> {
        loom::sync::atomic::fence(atomic::Ordering::SeqCst);
        self.0.get()
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        loom::sync::atomic::fence(atomic::Ordering::SeqCst);
        self.0.get_or_init(|| {
            let made = make();
            loom::sync::atomic::fence(atomic::Ordering::SeqCst);
            made
        })
    }
}

/// loom's cannot be made in constants: these make theirs when they are first used.
#[cfg(loom)]
pub(crate) mod atomic {
    use std::sync::OnceLock;

    pub(crate) use loom::sync::atomic::Ordering;
    use loom::sync::atomic::{self as modelled, fence};

    /// loom knows the one order of `SeqCst` for fences only, and takes such an access for one that acquires and releases.
    fn ordered<R>(order: Ordering, access: impl FnOnce() -> R) -> R {
        let fence_if_ordered = || match order {
            Ordering::SeqCst => fence(order),
            _ => (),
        };
        fence_if_ordered();
        let result = access();
        fence_if_ordered();
        result
    }

    macro_rules! atomics {
        ($($Name:ident, $value:ty;)*) => {$(
            pub(crate) struct $Name {
                first: $value,
                modelled: OnceLock<modelled::$Name>,
            }

            impl $Name {
                pub(crate) const fn new(first: $value) -> Self {
                    let modelled = OnceLock::new();
                    $Name { first, modelled }
                }

                pub(crate) fn load(&self, order: Ordering) -> $value {
                    ordered(order, || self.modelled().load(order))
                }

                fn modelled(&self) -> &modelled::$Name {
                    self.modelled.get_or_init(|| modelled::$Name::new(self.first))
                }
            }

            /// Outside of constants it is made at once.
            impl Default for $Name {
                fn default() -> Self {
                    let atomic = $Name::new(Default::default());
                    atomic.modelled();
                    atomic
                }
            }
        )*};
    }

    atomics! {
        AtomicBool, bool;
        AtomicU8, u8;
        AtomicU64, u64;
        AtomicUsize, usize;
    }

    impl AtomicBool {
        pub(crate) fn store(&self, value: bool, order: Ordering) {
            ordered(order, || self.modelled().store(value, order));
        }

        pub(crate) fn swap(&self, value: bool, order: Ordering) -> bool {
            ordered(order, || self.modelled().swap(value, order))
        }
    }

    impl AtomicU8 {
        pub(crate) fn store(&self, value: u8, order: Ordering) {
            ordered(order, || self.modelled().store(value, order));
        }

        pub(crate) fn compare_exchange(
            &self,
            from: u8,
            to: u8,
            order: Ordering,
            otherwise: Ordering,
        ) -> Result<u8, u8> {
            let exchange = || self.modelled().compare_exchange(from, to, order, otherwise);
            ordered(order, exchange)
        }
    }

    impl AtomicU64 {
        pub(crate) fn store(&self, value: u64, order: Ordering) {
            ordered(order, || self.modelled().store(value, order));
        }
    }

    impl AtomicUsize {
        pub(crate) fn fetch_sub(&self, less: usize, order: Ordering) -> usize {
            ordered(order, || self.modelled().fetch_sub(less, order))
        }

        pub(crate) fn fetch_add(&self, more: usize, order: Ordering) -> usize {
            ordered(order, || self.modelled().fetch_add(more, order))
        }

        pub(crate) fn fetch_update(
            &self,
            order: Ordering,
            read: Ordering,
            change: impl FnMut(usize) -> Option<usize>,
        ) -> Result<usize, usize> {
            ordered(order, || self.modelled().fetch_update(order, read, change))
        }
    }
}
