//! [`future_add_to_awaited_by`]: what only the program knows. Mirrors the functions of `asyncio.futures`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use crate::by_address::ByAddress;
use crate::state::AnyFuture;
use crate::tasks::Waitable;
use asyncio_executor::layer::LoopLayer;

/// Makes the call graph show `future` as awaited by `waiter`, for a combinator that is not made of asyncio's own:
/// `asyncio.future_add_to_awaited_by`.
///
/// Nothing else comes of it. It is forgotten with either of the two.
///
/// ```
/// use asyncio_tasks::*;
///
/// # run(async {
/// let child = create_task(sleep(0.001));
/// let me = current_task()?.unwrap();
/// future_add_to_awaited_by(&child, &me);
/// assert_eq!(capture_call_graph(Some(&child))?.unwrap().awaited_by().len(), 1);
/// future_discard_from_awaited_by(&child, &me);
/// assert_eq!(capture_call_graph(Some(&child))?.unwrap().awaited_by().len(), 0);
/// # child.await }).unwrap();
/// ```
pub fn future_add_to_awaited_by(future: &impl Waitable, waiter: &impl Waitable) {
    let (future, waiter) = (future.waited().0, waiter.waited().0);
    let told: Rc<AwaitedBy> = future.core().event_loop().extension();
    told.add(&future, &waiter);
}

/// Takes back what [`future_add_to_awaited_by`] said: `asyncio.future_discard_from_awaited_by`.
pub fn future_discard_from_awaited_by(future: &impl Waitable, waiter: &impl Waitable) {
    let (future, waiter) = (future.waited().0, waiter.waited().0);
    let told: Rc<AwaitedBy> = future.core().event_loop().extension();
    told.discard(&future, &waiter);
}

/// What the program said of the futures of one loop.
#[derive(Default)]
pub(crate) struct AwaitedBy(RefCell<Told>);

#[derive(Default)]
struct Told {
    /// By the address of the future, which is not used again while there is a `Weak` to it.
    waiters: ByAddress<Entry>,
    /// With so many entries, those of futures that are gone are looked for.
    enough: usize,
}

struct Entry {
    future: Weak<dyn AnyFuture>,
    waiters: Vec<Weak<dyn AnyFuture>>,
}

impl AwaitedBy {
    fn add(&self, future: &Rc<dyn AnyFuture>, waiter: &Rc<dyn AnyFuture>) {
        let told = &mut *self.0.borrow_mut();
        if told.waiters.len() >= told.enough {
            told.waiters
                .retain(|_, entry| entry.future.strong_count() > 0);
            told.enough = (told.waiters.len() * 2).max(FEW);
        }
        let entry = told.waiters.entry(future.id()).or_insert_with(|| Entry {
            future: Rc::downgrade(future),
            waiters: Vec::new(),
        });
        if !entry
            .waiters
            .iter()
            .any(|other| other.ptr_eq(&Rc::downgrade(waiter)))
        {
            entry.waiters.push(Rc::downgrade(waiter));
        }
    }

    fn discard(&self, future: &Rc<dyn AnyFuture>, waiter: &Rc<dyn AnyFuture>) {
        let told = &mut *self.0.borrow_mut();
        if let Some(entry) = told.waiters.get_mut(&future.id()) {
            entry
                .waiters
                .retain(|other| other.as_ptr().addr() != waiter.id());
            if entry.waiters.is_empty() {
                told.waiters.remove(&future.id());
            }
        }
    }

    pub(super) fn waiters_of(&self, future: &Rc<dyn AnyFuture>) -> Vec<Rc<dyn AnyFuture>> {
        let told = self.0.borrow();
        let entry = told.waiters.get(&future.id());
        let waiters = entry.into_iter().flat_map(|entry| &entry.waiters);
        waiters.filter_map(Weak::upgrade).collect()
    }
}

/// So many entries are not worth a search.
const FEW: usize = 64;
