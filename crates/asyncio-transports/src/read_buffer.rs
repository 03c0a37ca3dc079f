//! [`ReadBuffer`]: the memory that transports read into, and what a protocol may keep of it.

use std::cell::{Cell, RefCell};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use bytes::Bytes;

/// Memory for one read, lent by a loop, which gets it back unless a protocol keeps it.
///
/// A loop has one buffer for all of its connections, so a connection that is idle has none.
pub(crate) struct ReadBuffer<'a> {
    memory: Vec<u8>,
    home: &'a Cell<Vec<u8>>,
}

impl<'a> ReadBuffer<'a> {
    /// The memory in `home`, or other memory if that is lent or kept.
    pub(crate) fn borrow(home: &'a Cell<Vec<u8>>) -> Self {
        let mut memory = home.take();
        if memory.is_empty() {
            memory = take_spare();
        }
        ReadBuffer { memory, home }
    }

    /// The first `count` bytes with the memory that they are in, without a copy. The memory is used again when the
    /// last clone of them is dropped. `Err` with the buffer if programs keep enough of them already.
    pub(crate) fn keep(mut self, count: usize) -> Result<Bytes, Self> {
        let Some(loan) = take_loan() else {
            return Err(self);
        };
        let memory = std::mem::take(&mut self.memory);
        Ok(Bytes::from_owner(Kept {
            memory,
            count,
            _loan: loan,
        }))
    }
}

impl Deref for ReadBuffer<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory
    }
}

impl DerefMut for ReadBuffer<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory
    }
}

impl Drop for ReadBuffer<'_> {
    fn drop(&mut self) {
        if !self.memory.is_empty() {
            self.home.set(std::mem::take(&mut self.memory));
        }
    }
}

/// What was received, in memory that goes back to the loop's thread in the end.
struct Kept {
    memory: Vec<u8>,
    count: usize,
    _loan: Arc<()>,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.memory[..self.count]
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        // At the end of the thread there is nobody left to use it.
        let _ = SPARES.try_with(|spares| {
            if let Some(spares) = &mut *spares.borrow_mut()
                && spares.len() < MOST_SPARES
            {
                spares.push(memory);
            }
        });
    }
}

/// The memory that came back last, which is the likeliest to be in the processor's cache; or else fresh memory.
fn take_spare() -> Vec<u8> {
    let spare = SPARES.with_borrow_mut(|spares| spares.get_or_insert_default().pop());
    spare.unwrap_or_else(|| vec![0; READ_SIZE])
}

/// What counts a buffer that is kept; `None` if there are too many.
fn take_loan() -> Option<Arc<()>> {
    let loan = LOANS.try_with(Arc::clone).ok()?;
    (Arc::strong_count(&loan) <= MOST_KEPT + 1).then_some(loan)
}

/// Frees what no loop of this thread will use soon.
pub(crate) fn free_spares() {
    let spares = SPARES.try_with(|spares| spares.take());
    drop(spares);
}

thread_local! {
    /// Memory that nobody uses. `None` in threads without connections: what is dropped there is freed.
    static SPARES: RefCell<Option<Vec<Vec<u8>>>> = const { RefCell::new(None) };
    /// Its clones are the buffers of this thread that programs keep, wherever they are.
    static LOANS: Arc<()> = Arc::default();
}

/// Bytes asked for in one read: CPython's `max_size`. Less would cost more system calls: a 100 KiB echo takes a quarter
/// less of the processor with this than with reads of 64 KiB.
const READ_SIZE: usize = 256 * 1024;

/// Programs that read what they get keep few. More are not worth their memory, which may be sixteen times what was received:
/// then a read is copied.
const MOST_KEPT: usize = 32;

/// Twice as many as the loop lets receive that much before the tasks run.
const MOST_SPARES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(home: &Cell<Vec<u8>>, byte: u8, count: usize) -> (Bytes, usize) {
        let mut buffer = ReadBuffer::borrow(home);
        buffer[..count].fill(byte);
        let address = buffer.as_ptr().addr();
        (buffer.keep(count).ok().unwrap(), address)
    }

    #[test]
    fn memory_that_was_lent_comes_back() {
        let home = Cell::default();
        let address = ReadBuffer::borrow(&home).as_ptr().addr();
        assert_eq!(ReadBuffer::borrow(&home).as_ptr().addr(), address);
    }

    #[test]
    fn what_is_kept_does_not_change() {
        let home = Cell::default();
        let kept: Vec<_> = (1..=20).map(|byte| fill(&home, byte, 1000).0).collect();
        for (byte, kept) in (1..).zip(kept) {
            assert_eq!(kept, vec![byte; 1000]);
        }
        assert_eq!(spares(), MOST_SPARES);
        free_spares();
        assert_eq!(spares(), 0);
    }

    #[test]
    fn so_many_may_be_kept_and_no_more() {
        let home = Cell::default();
        let mut kept: Vec<_> = (0..MOST_KEPT).map(|_| fill(&home, 1, 1).0).collect();
        assert!(ReadBuffer::borrow(&home).keep(1).is_err());
        assert_eq!(home.take().len(), READ_SIZE, "it comes back");
        drop(kept.pop());
        assert!(ReadBuffer::borrow(&home).keep(1).is_ok());
    }

    #[test]
    fn memory_is_used_again_when_its_last_clone_is_dropped() {
        let home = Cell::default();
        let (mut kept, address) = fill(&home, 1, 1000);
        let clone = kept.split_to(10);
        drop(kept);
        assert_ne!(fill(&home, 2, 1).1, address);
        drop(clone);
        assert_eq!(fill(&home, 3, 1).1, address);
    }

    #[test]
    fn a_thread_that_reads_nothing_keeps_no_memory() {
        let (kept, _) = fill(&Cell::default(), 1, 1);
        let dropped = std::thread::spawn(move || {
            drop(kept);
            spares()
        });
        assert_eq!(dropped.join().unwrap(), 0);
    }

    fn spares() -> usize {
        SPARES.with_borrow(|spares| spares.as_ref().map_or(0, Vec::len))
    }
}
