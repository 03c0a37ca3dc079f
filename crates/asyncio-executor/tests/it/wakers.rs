//! Tasks that are woken, and whose wakers are dropped, on other threads. What `schedule.rs` promises about
//! threads is tested here: a coroutine is polled and dropped on its loop's own thread and nowhere else.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::task::{Poll, Wake, Waker};
use std::thread;

use asyncio_executor::EventLoop;
use asyncio_executor::layer::LoopLayer;

use crate::support::{
    HomeBound, MiniTask, real_loop, run_once, run_times, spawn, stopper, virtual_loop,
};

#[test]
fn a_task_is_woken_from_another_thread_by_every_kind_of_wake() {
    let event_loop = real_loop();
    for wake in [
        |waker: Waker| waker.wake(),
        |waker: Waker| waker.wake_by_ref(),
        |waker: Waker| {
            let clone = waker.clone();
            drop(waker);
            clone.wake();
        },
        |waker: Waker| {
            for _ in 0..10 {
                waker.wake_by_ref();
            }
        },
    ] {
        let polls = Rc::new(Cell::new(0));
        let task = counting_task(&event_loop, &polls, 2);
        run_once(&event_loop);
        assert_eq!(polls.get(), 1);
        let waker = task.waker();
        thread::spawn(move || wake(waker)).join().unwrap();
        run_once(&event_loop);
        assert_eq!(polls.get(), 2, "woken once, however often");
        assert!(task.is_done());
    }
    event_loop.close().unwrap();
}

#[test]
fn a_sleeping_loop_is_woken_by_a_waker() {
    const TURNS: usize = 5000;
    let event_loop = real_loop();
    let (to_other, wakers) = mpsc::channel::<Waker>();
    let other = thread::spawn(move || wakers.into_iter().for_each(Waker::wake));
    let polls = Rc::new(Cell::new(0));
    let counted = polls.clone();
    let stop = stopper(&event_loop);
    let guard = HomeBound::new();
    spawn(
        &event_loop,
        poll_fn(move |cx| {
            guard.check();
            counted.set(counted.get() + 1);
            if counted.get() == TURNS {
                stop();
                return Poll::Ready(());
            }
            to_other.send(cx.waker().clone()).unwrap();
            Poll::Pending
        }),
    );
    event_loop.run_forever().unwrap();
    assert_eq!(polls.get(), TURNS);
    other.join().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn a_wake_during_a_poll_brings_one_more_poll() {
    let event_loop = real_loop();
    let polls = Rc::new(Cell::new(0));
    let counted = polls.clone();
    let task = spawn(
        &event_loop,
        poll_fn(move |cx| {
            counted.set(counted.get() + 1);
            if counted.get() == 2 {
                return Poll::Ready(());
            }
            let waker = cx.waker().clone();
            thread::spawn(move || waker.wake()).join().unwrap();
            Poll::Pending
        }),
    );
    run_times(&event_loop, 2);
    assert_eq!(polls.get(), 2);
    assert!(task.is_done());
    event_loop.close().unwrap();
}

#[test]
fn wakers_of_a_finished_task_do_nothing() {
    let (event_loop, _sim) = virtual_loop();
    let polls = Rc::new(Cell::new(0));
    let task = counting_task(&event_loop, &polls, 2);
    run_once(&event_loop);
    let waker = task.waker();
    waker.wake_by_ref();
    run_once(&event_loop);
    assert!(task.is_done());
    let other = thread::spawn(move || {
        waker.wake_by_ref();
        let clone = waker.clone();
        clone.wake();
        waker
    });
    let waker = other.join().unwrap();
    run_once(&event_loop);
    assert_eq!(polls.get(), 2);
    event_loop.close().unwrap();
    drop(event_loop);
    thread::spawn(move || drop(waker)).join().unwrap();
}

#[test]
fn wakers_outlive_a_loop_that_was_closed_and_dropped() {
    let (event_loop, _sim) = virtual_loop();
    let guard = HomeBound::new();
    let task = spawn(&event_loop, async move {
        pending::<()>().await;
        drop(guard);
    });
    run_once(&event_loop);
    let (first, second) = (task.waker(), task.waker());
    event_loop.close().unwrap();
    assert!(task.is_destroyed());
    drop((task, event_loop));
    thread::spawn(move || {
        first.wake_by_ref();
        drop(first);
        // The last reference.
        second.wake();
    })
    .join()
    .unwrap();
}

#[test]
fn a_task_in_the_inbox_of_a_closing_loop_is_dropped_at_home() {
    let (event_loop, _sim) = virtual_loop();
    let dropped = Rc::new(Cell::new(0));
    let tasks: Vec<_> = (0..50)
        .map(|_| guarded_task(&event_loop, &dropped))
        .collect();
    run_once(&event_loop);
    let wakers: Vec<Waker> = tasks.iter().map(|task| task.waker()).collect();
    thread::spawn(move || wakers.into_iter().for_each(Waker::wake))
        .join()
        .unwrap();
    event_loop.close().unwrap();
    assert_eq!(dropped.get(), 50);
}

#[test]
fn wakes_that_race_with_close() {
    const ROUNDS: usize = 200;
    const THREADS: usize = 3;
    const TASKS: usize = 8;
    for round in 0..ROUNDS {
        let event_loop = real_loop();
        let dropped = Rc::new(Cell::new(0));
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| guarded_task(&event_loop, &dropped))
            .collect();
        run_once(&event_loop);
        let start = Arc::new(Barrier::new(THREADS + 1));
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let wakers: Vec<Waker> = tasks.iter().map(|task| task.waker()).collect();
                let start = start.clone();
                thread::spawn(move || {
                    start.wait();
                    for waker in &wakers {
                        waker.wake_by_ref();
                    }
                    wakers.into_iter().for_each(Waker::wake);
                })
            })
            .collect();
        start.wait();
        if round % 2 == 0 {
            run_once(&event_loop);
        }
        event_loop.close().unwrap();
        assert_eq!(dropped.get(), TASKS, "nothing is left in the inbox");
        assert!(tasks.iter().all(|task| task.is_destroyed()));
        drop((tasks, event_loop));
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    }
}

#[test]
fn wakes_that_race_with_the_end_of_the_task() {
    const ROUNDS: usize = 100;
    for _ in 0..ROUNDS {
        let event_loop = real_loop();
        let polls = Rc::new(Cell::new(0));
        let tasks: Vec<_> = (0..8)
            .map(|_| counting_task(&event_loop, &polls, 2))
            .collect();
        run_once(&event_loop);
        let wakers: Vec<Waker> = tasks.iter().map(|task| task.waker()).collect();
        let other = thread::spawn(move || {
            for _ in 0..20 {
                wakers.iter().for_each(Waker::wake_by_ref);
            }
        });
        while !tasks.iter().all(|task| task.is_done()) {
            run_once(&event_loop);
        }
        assert_eq!(polls.get(), 16);
        event_loop.close().unwrap();
        other.join().unwrap();
    }
}

#[test]
fn wakers_that_are_cloned_and_dropped_in_a_storm() {
    const THREADS: usize = 3;
    const EACH: usize = 3000;
    let event_loop = real_loop();
    let guard = HomeBound::new();
    let woken = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(AtomicBool::new(false));
    let task = spawn(&event_loop, {
        let (woken, done) = (woken.clone(), done.clone());
        let stop = stopper(&event_loop);
        poll_fn(move |_| {
            guard.check();
            woken.fetch_add(1, Ordering::Relaxed);
            if done.load(Ordering::SeqCst) {
                stop();
                return Poll::Ready(());
            }
            Poll::Pending
        })
    });
    run_once(&event_loop);
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let waker = task.waker();
            thread::spawn(move || {
                for n in 0..EACH {
                    let clone = waker.clone();
                    match n % 3 {
                        0 => clone.wake(),
                        1 => clone.wake_by_ref(),
                        _ => drop(clone),
                    }
                }
            })
        })
        .collect();
    let waker = task.waker();
    let last = thread::spawn(move || {
        for thread in threads {
            thread.join().unwrap();
        }
        done.store(true, Ordering::SeqCst);
        waker.wake();
    });
    event_loop.run_forever().unwrap();
    last.join().unwrap();
    assert!(task.is_done());
    assert!(woken.load(Ordering::Relaxed) >= 2);
    event_loop.close().unwrap();
}

#[test]
fn a_task_of_one_loop_wakes_a_task_of_another_threads_loop() {
    const TURNS: usize = 1000;
    let (to_right, from_left) = mpsc::channel::<Waker>();
    let (to_left, from_right) = mpsc::channel::<Waker>();
    let run = |send: mpsc::Sender<Waker>, receive: mpsc::Receiver<Waker>| {
        move || {
            let event_loop = real_loop();
            let stop = stopper(&event_loop);
            let guard = HomeBound::new();
            let mut turns = 0;
            spawn(
                &event_loop,
                poll_fn(move |cx| {
                    guard.check();
                    receive.try_iter().for_each(Waker::wake);
                    turns += 1;
                    if turns == TURNS {
                        stop();
                        return Poll::Ready(());
                    }
                    if send.send(cx.waker().clone()).is_err() {
                        // The other one has ended and wakes nobody any more.
                        cx.waker().wake_by_ref();
                    }
                    Poll::Pending
                }),
            );
            // Whoever waits for the other one is looked after by a timer too: both may wait at once.
            keep_waking(&event_loop);
            event_loop.run_forever().unwrap();
            event_loop.close().unwrap();
        }
    };
    let left = thread::spawn(run(to_right, from_right));
    let right = thread::spawn(run(to_left, from_left));
    left.join().unwrap();
    right.join().unwrap();
}

/// Wakes every task of `event_loop` now and then.
fn keep_waking(event_loop: &EventLoop) {
    event_loop
        .tasks()
        .iter()
        .filter_map(|task| task.waker())
        .for_each(Waker::wake);
    let next = event_loop.clone();
    event_loop.call_later(1e-4, move || keep_waking(&next));
}

#[test]
fn a_task_that_is_woken_while_another_loop_runs_in_its_thread_waits_in_its_own() {
    let (sleeping, _sim) = virtual_loop();
    let (running, _other_sim) = virtual_loop();
    let polls = Rc::new(Cell::new(0));
    let task = counting_task(&sleeping, &polls, 2);
    run_once(&sleeping);
    let waker = task.waker();
    running.call_soon(move || waker.wake());
    run_once(&running);
    assert_eq!(polls.get(), 1);
    run_once(&sleeping);
    assert_eq!(polls.get(), 2);
    sleeping.close().unwrap();
    running.close().unwrap();
}

#[test]
fn many_loops_of_one_thread_find_their_own_tasks() {
    let loops: Vec<_> = (0..20).map(|_| virtual_loop()).collect();
    let polls: Vec<Rc<Cell<usize>>> = loops.iter().map(|_| Rc::default()).collect();
    let tasks: Vec<_> = loops
        .iter()
        .zip(&polls)
        .map(|((event_loop, _), polls)| counting_task(event_loop, polls, 3))
        .collect();
    for (event_loop, _) in &loops {
        run_once(event_loop);
    }
    for task in tasks.iter().rev() {
        task.waker().wake();
    }
    for ((event_loop, _), polls) in loops.iter().zip(&polls) {
        run_once(event_loop);
        assert_eq!(polls.get(), 2);
        event_loop.close().unwrap();
    }
}

#[test]
fn an_unclosed_loop_whose_thread_has_ended_drops_no_coroutine_elsewhere() {
    let (sender, wakers) = mpsc::channel();
    thread::spawn(move || {
        let event_loop = real_loop();
        let guard = HomeBound::new();
        let task = spawn(&event_loop, async move {
            pending::<()>().await;
            drop(guard);
        });
        run_once(&event_loop);
        sender.send(task.waker()).unwrap();
        // Never closed: the task keeps its loop, and the loop its task.
    })
    .join()
    .unwrap();
    let waker = wakers.recv().unwrap();
    waker.wake_by_ref();
    waker.wake();
}

/// `forget_task` is for tasks that are done. If it is called too early the coroutine is lost to its loop, and must
/// not be found by another one.
#[test]
fn a_task_that_was_forgotten_too_early_is_never_stepped_by_another_loop() {
    let (event_loop, _sim) = virtual_loop();
    let guard = HomeBound::new();
    let waker = Rc::new(Cell::new(None));
    let task = {
        let waker = waker.clone();
        spawn(
            &event_loop,
            poll_fn(move |cx| {
                guard.check();
                waker.set(Some(cx.waker().clone()));
                Poll::<()>::Pending
            }),
        )
    };
    run_once(&event_loop);
    task.forget();
    event_loop.close().unwrap();
    let waker = waker.take().unwrap();
    thread::spawn(move || {
        let others: Vec<_> = (0..50).map(|_| real_loop()).collect();
        thread::spawn(move || waker.wake()).join().unwrap();
        for event_loop in others {
            run_once(&event_loop);
            event_loop.close().unwrap();
        }
    })
    .join()
    .unwrap();
}

#[test]
fn a_waker_of_another_kind_may_wake_the_task_too() {
    struct Through(Waker, AtomicUsize);
    impl Wake for Through {
        fn wake(self: Arc<Self>) {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.wake_by_ref();
        }
    }
    let (event_loop, _sim) = virtual_loop();
    let polls = Rc::new(Cell::new(0));
    let task = counting_task(&event_loop, &polls, 2);
    run_once(&event_loop);
    let through = Arc::new(Through(task.waker(), AtomicUsize::new(0)));
    let waker = Waker::from(through.clone());
    thread::spawn(move || waker.wake()).join().unwrap();
    run_once(&event_loop);
    assert!(task.is_done());
    assert_eq!(through.1.load(Ordering::Relaxed), 1);
    event_loop.close().unwrap();
}

/// A task that is done at its poll number `last`, and counts them.
fn counting_task(event_loop: &EventLoop, polls: &Rc<Cell<usize>>, last: usize) -> Rc<MiniTask> {
    let polls = polls.clone();
    let guard = HomeBound::new();
    let mut own = 0;
    spawn(
        event_loop,
        poll_fn(move |_| {
            guard.check();
            own += 1;
            polls.set(polls.get() + 1);
            if own >= last {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }),
    )
}

/// A task that never ends by itself, and counts its end.
fn guarded_task(event_loop: &EventLoop, dropped: &Rc<Cell<usize>>) -> Rc<MiniTask> {
    struct Counts(
        Rc<Cell<usize>>,
        #[allow(dead_code, reason = "is dropped")] HomeBound,
    );
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let guard = Counts(dropped.clone(), HomeBound::new());
    spawn(event_loop, async move {
        pending::<()>().await;
        drop(guard);
    })
}
