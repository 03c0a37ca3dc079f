//! [`Woken`]: those who have been given the turn.

use std::cell::Cell;
use std::fmt;
use std::task::Waker;

use asyncio_tasks::ignoring;

/// Those who have been given the turn. They are told when this is dropped.
#[derive(Default)]
#[must_use = "those who were woken are told when it is dropped"]
pub struct Woken {
    /// One is the rule.
    first: Option<Waker>,
    /// In the memory that the thread keeps for it.
    others: Vec<Waker>,
}

impl Woken {
    #[inline]
    pub(super) fn add(&mut self, waker: Waker) {
        match self.first {
            None => self.first = Some(waker),
            Some(_) => self.add_another(waker),
        }
    }

    #[cold]
    fn add_another(&mut self, waker: Waker) {
        if self.others.capacity() == 0 {
            self.others = SPARE.try_with(Cell::take).unwrap_or_default();
        }
        self.others.push(waker);
    }

    #[cold]
    fn tell_others(&mut self) {
        self.others.drain(..).for_each(wake);
        if self.others.capacity() <= MOST_SPARE {
            let others = std::mem::take(&mut self.others);
            // While the thread ends it has none.
            let _ = SPARE.try_with(|spare| spare.set(others));
        }
    }
}

impl Drop for Woken {
    #[inline]
    fn drop(&mut self) {
        let Some(first) = self.first.take() else {
            return;
        };
        wake(first);
        if !self.others.is_empty() {
            self.tell_others();
        }
    }
}

impl fmt::Debug for Woken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = usize::from(self.first.is_some()) + self.others.len();
        write!(f, "<Woken {count}>")
    }
}

/// A foreign waker's panic must not keep the next one from being told.
#[inline]
fn wake(waker: Waker) {
    ignoring("Exception ignored in a waker", || waker.wake());
}

thread_local! {
    /// For the next time that this thread wakes several at once.
    static SPARE: Cell<Vec<Waker>> = const { Cell::new(Vec::new()) };
}

/// 16 KiB of wakers.
const MOST_SPARE: usize = 1 << 10;
