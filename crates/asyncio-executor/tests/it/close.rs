//! The end of a loop: what is dropped, where and in which order, and what may happen meanwhile.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::io::pipe;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};
use std::thread;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{EventLoop, ExceptionContext, get_running_loop};

use crate::support::{
    HomeBound, Log, OnDrop, capture_log, in_child, log_reports, open_descriptors, real_loop,
    run_in_child, run_once, spawn, stopper, take_logged, virtual_loop,
};

#[test]
fn closing_drops_everything_that_is_scheduled() {
    let (event_loop, _sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    let held = Rc::new(());
    let hold = || {
        let held = held.clone();
        move || drop(held.clone())
    };
    event_loop.call_soon(hold());
    event_loop.call_later(1.0, hold());
    event_loop.add_reader(&reader, hold()).unwrap();
    spawn(&event_loop, {
        let held = held.clone();
        async move {
            pending::<()>().await;
            drop(held);
        }
    });
    run_once(&event_loop);
    event_loop.call_soon(hold());
    assert_eq!(Rc::strong_count(&held), 5);
    event_loop.close().unwrap();
    assert_eq!(Rc::strong_count(&held), 1);
}

#[test]
fn what_a_crate_keeps_per_loop_goes_with_the_loop() {
    let (event_loop, _sim) = virtual_loop();
    #[derive(Default)]
    struct PerLoop;
    let mine = event_loop.extension::<PerLoop>();
    assert!(Rc::ptr_eq(&mine, &event_loop.extension::<PerLoop>()));
    let alive = Rc::downgrade(&mine);
    drop(mine);
    assert!(alive.upgrade().is_some());
    event_loop.close().unwrap();
    assert!(alive.upgrade().is_none());

    let late = Rc::downgrade(&event_loop.extension::<PerLoop>());
    assert!(late.upgrade().is_none(), "a closed loop keeps nothing");
}

#[test]
fn a_closed_loop_still_reports() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    log_reports(&event_loop, &log);
    event_loop.close().unwrap();
    event_loop.call_exception_handler(&ExceptionContext::new("late"));
    assert_eq!(log.take(), ["late: "]);
}

#[test]
fn a_loop_that_is_not_closed_says_so() {
    capture_log();
    let (event_loop, _sim) = virtual_loop();
    drop(event_loop);
    let [line] = <[String; 1]>::try_from(take_logged()).unwrap();
    assert!(
        line.starts_with("WARN: unclosed event loop <EventLoop running=false"),
        "{line}"
    );
    assert!(line.contains("support.rs"), "where it was created: {line}");
}

/// A task knows its loop, which would keep both alive for ever.
#[test]
fn a_thread_that_ends_closes_its_loops() {
    const NAME: &str = "close::a_thread_that_ends_closes_its_loops";
    if !in_child() {
        let output = run_in_child(NAME);
        assert!(output.status.success(), "{output:?}");
        return;
    }
    let before = open_descriptors();
    let dropped = Arc::new(AtomicUsize::new(0));
    let counted = dropped.clone();
    let ended = thread::spawn(move || {
        let event_loop = real_loop();
        let coroutine = || {
            let (home, counted) = (HomeBound::new(), counted.clone());
            let guard = OnDrop(move || {
                counted.fetch_add(1, Ordering::SeqCst);
            });
            async move {
                let _stays_home = (home, guard);
                pending::<()>().await;
            }
        };
        let task = spawn(&event_loop, coroutine());
        run_once(&event_loop);
        spawn(&event_loop, coroutine());
        task.waker()
    });
    let waker = ended.join().unwrap();
    assert_eq!(dropped.load(Ordering::SeqCst), 2);
    assert_eq!(open_descriptors(), before);
    // Of a task that is gone.
    waker.wake();
}

#[test]
fn destructors_may_use_the_closing_loop() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    let task = spawn(&event_loop, pending());
    run_once(&event_loop);
    let waker = task.waker();
    let (reader, _writer) = pipe().unwrap();
    let (other, _other_writer) = pipe().unwrap();
    let other = Rc::new(other);
    let meddle = |name: &'static str| {
        let (event_loop, log) = (event_loop.clone(), log.clone());
        let (waker, other) = (waker.clone(), other.clone());
        OnDrop(move || {
            waker.wake_by_ref();
            assert!(event_loop.is_closed());
            assert!(event_loop.run_forever().is_err());
            event_loop.close().unwrap();
            event_loop.stop();
            event_loop.tasks();
            event_loop.time();
            assert!(event_loop.add_reader(&*other, || ()).is_err());
            event_loop.remove_reader(&*other).unwrap();
            assert!(event_loop.call_soon_threadsafe(|| ()).is_err());
            log.add(name);
        })
    };
    let captured = meddle("callback");
    event_loop.call_soon(move || drop(captured));
    let captured = meddle("timer");
    event_loop.call_later(1.0, move || drop(captured));
    let captured = meddle("reader");
    let watch = move || {
        let _captured = &captured;
    };
    event_loop.add_reader(&reader, watch).unwrap();
    let captured = meddle("coroutine");
    spawn(&event_loop, async move {
        pending::<()>().await;
        drop(captured);
    });
    event_loop.close().unwrap();
    assert_eq!(log.take(), ["callback", "coroutine", "timer", "reader"]);
}

#[test]
fn destructors_that_panic_do_not_keep_the_loop_from_closing() {
    capture_log();
    let (event_loop, _sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    let held = Rc::new(());
    let panics = || {
        let (event_loop, held) = (event_loop.clone(), held.clone());
        // A closed loop refuses it, by a panic.
        OnDrop(move || {
            let held = held.clone();
            event_loop.call_soon(move || drop(held));
        })
    };
    for _ in 0..3 {
        let (ready, timer) = (panics(), panics());
        event_loop.call_soon(move || drop(ready));
        event_loop.call_later(1.0, move || drop(timer));
        let mail = OnDrop(|| panic!("in the destructor of a callback of another thread"));
        event_loop.call_soon_threadsafe(move || drop(mail)).unwrap();
    }
    let (readable, writable) = (panics(), panics());
    event_loop
        .add_reader(&reader, move || {
            let _captured = &readable;
        })
        .unwrap();
    event_loop
        .add_writer(&reader, move || {
            let _captured = &writable;
        })
        .unwrap();
    #[derive(Default)]
    struct Extension;
    impl Drop for Extension {
        fn drop(&mut self) {
            panic!("in the destructor of an extension");
        }
    }
    event_loop.extension::<Extension>();
    let task = spawn(&event_loop, pending());

    event_loop.close().unwrap();
    assert!(task.is_destroyed());
    assert_eq!(Rc::strong_count(&held), 1);
    assert_eq!(take_logged().len(), 12, "each is reported");
}

/// Were `close` to stop half-way, the runnable that another thread sent would be dropped with the inbox, wherever.
#[test]
fn after_a_panic_in_close_no_coroutine_is_left_in_the_inbox() {
    let (event_loop, _sim) = virtual_loop();
    let dropped = Rc::new(Cell::new(false));
    let noted = dropped.clone();
    let guard = OnDrop(move || noted.set(true));
    let task = spawn(&event_loop, async move {
        pending::<()>().await;
        drop(guard);
    });
    run_once(&event_loop);
    let panics = OnDrop(|| panic!("in the destructor of a callback"));
    event_loop.call_soon(move || drop(panics));
    let waker = task.waker();
    thread::spawn(move || waker.wake()).join().unwrap();
    let closed = catch_unwind(AssertUnwindSafe(|| event_loop.close()));
    assert!(dropped.get());
    closed.unwrap().unwrap();
}

#[test]
fn a_panic_that_leaves_a_poll_does_not_hang_the_close() {
    let (event_loop, _sim) = virtual_loop();
    let task = spawn(&event_loop, poll_fn(|_| panic!("not caught by this task")));
    let log = Log::new();
    log_reports(&event_loop, &log);
    event_loop.call_soon(log.note("goes on"));
    run_once(&event_loop);
    let report = "Exception ignored by the event loop: panicked: not caught by this task";
    assert_eq!(log.take(), [report, "goes on"]);
    assert!(!task.is_done());
    event_loop.close().unwrap();
    assert!(task.is_destroyed());
}

#[test]
fn the_closing_loop_counts_as_running_for_destructors() {
    let (event_loop, _sim) = virtual_loop();
    let seen: Rc<RefCell<Option<EventLoop>>> = Rc::default();
    let noted = seen.clone();
    let guard = OnDrop(move || drop(noted.replace(get_running_loop().ok())));
    spawn(&event_loop, async move {
        pending::<()>().await;
        drop(guard);
    });
    event_loop.close().unwrap();
    assert_eq!(seen.take().unwrap(), event_loop);
    assert!(get_running_loop().is_err());
}

#[test]
fn tasks_that_wake_each_other_while_they_are_dropped() {
    const TASKS: usize = 100;
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    log_reports(&event_loop, &log);
    let wakers: Rc<RefCell<Vec<Waker>>> = Rc::default();
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let wakers = wakers.clone();
            let guard = OnDrop(move || wakers.borrow().iter().for_each(Waker::wake_by_ref));
            spawn(&event_loop, async move {
                pending::<()>().await;
                drop(guard);
            })
        })
        .collect();
    run_once(&event_loop);
    wakers
        .borrow_mut()
        .extend(tasks.iter().map(|task| task.waker()));
    event_loop.close().unwrap();
    assert!(tasks.iter().all(|task| task.is_destroyed()));
    assert!(log.take().is_empty());
}

#[test]
fn a_woken_task_and_one_that_never_ran_are_dropped() {
    let (event_loop, _sim) = virtual_loop();
    let polls = Rc::new(Cell::new(0));
    let counted = polls.clone();
    let woken = spawn(
        &event_loop,
        poll_fn(move |_| {
            counted.set(counted.get() + 1);
            Poll::<()>::Pending
        }),
    );
    run_once(&event_loop);
    woken.waker().wake();
    let never_ran = spawn(&event_loop, async {
        unreachable!("the loop is closed first")
    });
    event_loop.close().unwrap();
    assert!(woken.is_destroyed() && never_ran.is_destroyed());
    assert_eq!(polls.get(), 1);
}

#[test]
fn loops_take_their_descriptors_with_them() {
    if in_child() {
        let before = open_descriptors();
        for _ in 0..10 {
            let event_loop = real_loop();
            let (reader, _writer) = pipe().unwrap();
            event_loop.add_reader(&reader, || ()).unwrap();
            event_loop.call_soon(stopper(&event_loop));
            event_loop.run_forever().unwrap();
            event_loop.close().unwrap();
            assert_eq!(open_descriptors(), before + 2, "the pipe");
        }
        assert_eq!(open_descriptors(), before);
        return;
    }
    let output = run_in_child("close::loops_take_their_descriptors_with_them");
    assert!(output.status.success(), "{output:?}");
}
