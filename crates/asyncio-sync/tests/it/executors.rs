//! The same bodies on every executor: nothing needs our loop.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use asyncio_sync::{Barrier, BoundedSemaphore, Condition, Event, Lock, Semaphore};

use crate::support::{Spawn, on_every_executor, yield_now, yields};

#[test]
fn a_lock_is_handed_on_in_order() {
    on_every_executor(async |spawn: Spawn| {
        let (lock, order) = (Rc::new(Lock::new()), Rc::new(RefCell::new(Vec::new())));
        let guard = lock.lock().await.unwrap();
        for n in 0..10 {
            let (lock, order) = (lock.clone(), order.clone());
            spawn(Box::pin(async move {
                let _guard = lock.lock().await.unwrap();
                order.borrow_mut().push(n);
                yield_now().await;
            }));
            yields(3).await;
        }
        drop(guard);
        lock.acquire().await.unwrap();
        assert_eq!(*order.borrow(), (0..10).collect::<Vec<_>>());
        lock.release().unwrap();
    });
}

#[test]
fn a_lock_excludes() {
    on_every_executor(async |spawn: Spawn| {
        let (lock, inside) = (Rc::new(Lock::new()), Rc::new(Cell::new(0)));
        let done = Rc::new(Semaphore::new(0));
        for n in 0..20 {
            let (lock, inside, done) = (lock.clone(), inside.clone(), done.clone());
            spawn(Box::pin(async move {
                for _ in 0..10 {
                    let guard = lock.lock().await.unwrap();
                    assert_eq!(inside.replace(1), 0);
                    yields(n % 3).await;
                    inside.set(0);
                    drop(guard);
                    yields(n % 2).await;
                }
                done.release();
            }));
        }
        for _ in 0..20 {
            done.acquire().await.unwrap();
        }
        assert!(!lock.locked());
    });
}

#[test]
fn an_event_wakes_everybody() {
    on_every_executor(async |spawn: Spawn| {
        let event = Rc::new(Event::new());
        let done = Rc::new(Semaphore::new(0));
        for _ in 0..5 {
            let (event, done) = (event.clone(), done.clone());
            spawn(Box::pin(async move {
                event.wait().await.unwrap();
                done.release();
            }));
        }
        yields(3).await;
        event.set();
        event.clear();
        for _ in 0..5 {
            done.acquire().await.unwrap();
        }
        assert!(!event.is_set());
    });
}

#[test]
fn a_semaphore_lets_so_many_in() {
    on_every_executor(async |spawn: Spawn| {
        let semaphore = Rc::new(BoundedSemaphore::new(3));
        let (inside, most) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let done = Rc::new(Semaphore::new(0));
        for n in 0..12 {
            let (semaphore, done) = (semaphore.clone(), done.clone());
            let (inside, most) = (inside.clone(), most.clone());
            spawn(Box::pin(async move {
                let _permit = semaphore.permit().await.unwrap();
                inside.set(inside.get() + 1);
                most.set(inside.get().max(most.get()));
                yields(n % 4 + 1).await;
                inside.set(inside.get() - 1);
                done.release();
            }));
        }
        for _ in 0..12 {
            done.acquire().await.unwrap();
        }
        assert_eq!(most.get(), 3);
        yield_now().await;
        assert!(semaphore.release().is_err(), "all units are back");
    });
}

#[test]
fn a_condition_hands_items_over() {
    on_every_executor(async |spawn: Spawn| {
        let condition = Rc::new(Condition::new());
        let (items, got) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(0)));
        for _ in 0..4 {
            let (condition, items, got) = (condition.clone(), items.clone(), got.clone());
            spawn(Box::pin(async move {
                let mut guard = condition.lock().await.unwrap();
                for _ in 0..5 {
                    let ready = || !items.borrow().is_empty();
                    guard.wait_for(ready).await.unwrap();
                    let item: i32 = items.borrow_mut().pop().unwrap();
                    got.set(got.get() + item);
                }
                condition.notify_all().unwrap();
            }));
        }
        for item in 0..20 {
            let _guard = condition.lock().await.unwrap();
            items.borrow_mut().push(item);
            condition.notify(1).unwrap();
        }
        let mut guard = condition.lock().await.unwrap();
        guard.wait_for(|| got.get() == 190).await.unwrap();
    });
}

#[test]
fn a_barrier_gathers_round_after_round() {
    on_every_executor(async |spawn: Spawn| {
        let barrier = Rc::new(Barrier::new(4).unwrap());
        let places = Rc::new(RefCell::new(Vec::new()));
        let visit = async |n: usize, barrier: Rc<Barrier>, places: Rc<RefCell<Vec<usize>>>| {
            for _ in 0..6 {
                yields(n).await;
                let place = barrier.wait().await.unwrap();
                places.borrow_mut().push(place);
            }
        };
        for n in 0..3 {
            let (barrier, places) = (barrier.clone(), places.clone());
            spawn(Box::pin(async move { visit(n, barrier, places).await }));
        }
        visit(3, barrier.clone(), places.clone()).await;
        yields(10).await;
        let places = places.take();
        for round in places.chunks(4) {
            let mut round = round.to_vec();
            round.sort_unstable();
            assert_eq!(round, [0, 1, 2, 3]);
        }
        assert_eq!(places.len(), 24);
        assert_eq!(barrier.n_waiting(), 0);
    });
}
