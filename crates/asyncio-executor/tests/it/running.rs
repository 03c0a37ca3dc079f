//! Which loop runs in which thread.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

use asyncio_executor::{
    EventLoop, get_event_loop, get_running_loop, new_event_loop, set_event_loop, try_running_loop,
};

use crate::support::{manual_loop, run_once, stopper, virtual_loop};

#[test]
fn a_loop_runs_in_its_own_thread_only() {
    let (event_loop, _sim) = virtual_loop();
    assert!(try_running_loop().is_none());
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || {
            assert_eq!(get_running_loop().unwrap(), event_loop);
            let elsewhere = thread::spawn(|| get_running_loop().map(drop)).join();
            let error = elsewhere.unwrap().unwrap_err();
            assert_eq!(error.to_string(), "no running event loop");
        }
    });
    run_once(&event_loop);
    assert!(get_running_loop().is_err());
    event_loop.close().unwrap();
}

#[test]
fn two_threads_run_a_loop_each_at_the_same_time() {
    let (to_first, from_second) = mpsc::channel();
    let (to_second, from_first) = mpsc::channel();
    let run = |send: mpsc::Sender<()>, receive: mpsc::Receiver<()>| {
        move || {
            let event_loop = new_event_loop().unwrap();
            event_loop.call_soon(move || {
                // Each waits until the other one is inside its callback.
                send.send(()).unwrap();
                receive.recv().unwrap();
                assert!(get_running_loop().unwrap().is_running());
            });
            event_loop.call_soon(stopper(&event_loop));
            event_loop.run_forever().unwrap();
            event_loop.close().unwrap();
        }
    };
    let threads = [
        thread::spawn(run(to_second, from_second)),
        thread::spawn(run(to_first, from_first)),
    ];
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn the_loop_that_runs_comes_before_the_one_that_was_set() {
    let (event_loop, _sim) = virtual_loop();
    let (set, _set_sim) = virtual_loop();
    let name = thread::current().name().unwrap().to_owned();
    let error = get_event_loop().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("There is no current event loop in thread '{name}'.")
    );

    set_event_loop(Some(set.clone()));
    assert_eq!(get_event_loop().unwrap(), set);
    let seen: Rc<RefCell<Option<EventLoop>>> = Rc::default();
    event_loop.call_soon({
        let seen = seen.clone();
        move || {
            seen.replace(get_event_loop().ok());
        }
    });
    run_once(&event_loop);
    assert_eq!(seen.take().unwrap(), event_loop);
    assert!(thread::spawn(|| get_event_loop().is_err()).join().unwrap());
    set_event_loop(None);
    assert!(get_event_loop().is_err());
    set.close().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn a_thread_may_end_with_a_loop_that_was_set_and_not_closed() {
    let ended = thread::spawn(|| {
        let event_loop = new_event_loop().unwrap();
        event_loop.call_soon(|| unreachable!("never run"));
        set_event_loop(Some(event_loop));
    });
    ended.join().unwrap();
}

#[test]
fn a_panic_that_leaves_a_run_leaves_the_thread_clean() {
    let (event_loop, _sim, _clock) = manual_loop(1);
    // The scripted selector panics when it would block for ever.
    let run = std::panic::AssertUnwindSafe(|| event_loop.run_forever());
    assert!(std::panic::catch_unwind(run).is_err());
    assert!(!event_loop.is_running());
    assert!(try_running_loop().is_none());
    run_once(&event_loop);
    event_loop.close().unwrap();
}

/// LOOP-36: a beginning, iterations and an end, driven from outside.
#[test]
fn loop_36_a_foreign_loop_drives_the_iterations() {
    let (event_loop, _sim) = virtual_loop();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let note = |text: &'static str| {
        let seen = seen.clone();
        move || seen.borrow_mut().push(text)
    };
    let run = event_loop.begin_run().unwrap();
    assert!(event_loop.is_running());
    assert_eq!(get_running_loop().unwrap(), event_loop);
    let twice = event_loop.begin_run().unwrap_err();
    assert_eq!(twice.to_string(), "This event loop is already running");

    event_loop.call_soon({
        let (event_loop, next) = (event_loop.clone(), note("next iteration"));
        move || drop(event_loop.call_soon(next))
    });
    event_loop.call_soon(note("first iteration"));
    assert!(run.run_once().unwrap().is_continue());
    assert_eq!(*seen.borrow(), ["first iteration"]);
    event_loop.stop();
    assert!(run.run_once().unwrap().is_break());
    assert_eq!(*seen.borrow(), ["first iteration", "next iteration"]);

    drop(run);
    assert!(!event_loop.is_running() && get_running_loop().is_err());
    // The stop is over with the run that it ended.
    event_loop.call_soon(stopper(&event_loop));
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
    let closed = event_loop.begin_run().unwrap_err();
    assert_eq!(closed.to_string(), "Event loop is closed");
}
