//! [`Address`]: how a task's waker finds its loop from any thread, as long as there is one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::inbox::Inbox;

/// Where tasks find the inbox of their loop. Wakers may outlive a loop on any thread, and counting them would cost two
/// atomic operations per task; so an address lives for ever, and another loop gets it when a loop is closed and
/// no future of its tasks is left.
///
/// Tasks know it by its number, which is half as long as a pointer. It has a cache line of its own, because its loop writes to
/// it all the time.
#[repr(align(64))]
pub(crate) struct Address {
    number: u32,
    inbox: Mutex<Option<Arc<Inbox>>>,
    /// How many futures of tasks exist. Only the loop's own thread counts.
    futures: AtomicUsize,
}

impl Address {
    pub(crate) fn lease() -> &'static Self {
        let number = lock(&NUMBERS).take();
        let (shelf, place) = position(number);
        let first = number - place;
        let addresses = || (0..1 << shelf).map(|place| Address::new(first + place));
        &SHELVES[shelf].get_or_init(|| addresses().collect())[place as usize]
    }

    /// The address of that number, which was leased at least once.
    pub(crate) fn numbered(number: u32) -> &'static Self {
        let (shelf, place) = position(number);
        let addresses = SHELVES[shelf].get();
        &addresses.expect("a task was made for it")[place as usize]
    }

    fn new(number: u32) -> Self {
        Address {
            number,
            inbox: Mutex::default(),
            futures: AtomicUsize::default(),
        }
    }

    #[inline]
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// A loop begins to live here.
    pub(crate) fn admit(&self, inbox: &Arc<Inbox>) {
        *lock(&self.inbox) = Some(inbox.clone());
    }

    /// The loop is closed. Whoever gets the address next must not get tasks of this loop with it.
    pub(crate) fn release(&'static self) {
        *lock(&self.inbox) = None;
        if self.futures() == 0 {
            lock(&NUMBERS).free.push(self.number);
        }
    }

    /// The inbox of the loop, unless it is closed.
    pub(crate) fn inbox(&self) -> Option<Arc<Inbox>> {
        lock(&self.inbox).clone()
    }

    #[inline]
    pub(crate) fn futures(&self) -> usize {
        self.futures.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn count_future(&self) {
        self.futures.store(self.futures() + 1, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn forget_future(&self) {
        self.futures.store(self.futures() - 1, Ordering::Relaxed);
    }
}

/// The numbers of addresses that nobody has.
struct Numbers {
    free: Vec<u32>,
    /// The least that nobody has ever had.
    next: u32,
}

impl Numbers {
    fn take(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        })
    }
}

static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers {
    free: Vec::new(),
    next: 0,
});

/// All addresses by their numbers, 1, 2, 4, ... to a shelf, so that none is ever moved.
static SHELVES: [OnceLock<Box<[Address]>>; 32] = [const { OnceLock::new() }; 32];

/// The shelf of an address, and its place there.
fn position(number: u32) -> (usize, u32) {
    let shelf = (number + 1).ilog2();
    (shelf as usize, number + 1 - (1 << shelf))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
