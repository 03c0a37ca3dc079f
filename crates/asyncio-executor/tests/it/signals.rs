//! Signals where they cannot be had: tests do not run on the main thread. What a program meets on its main thread is in
//! `tests/integration`.

use std::rc::Rc;

use asyncio_executor::signal::{self, SIGKILL, SIGTERM, SIGUSR1};
use asyncio_executor::{Error, SignalInterrupt, new_event_loop};

#[test]
fn run_07_only_the_main_thread_has_handlers() {
    let event_loop = new_event_loop().unwrap();
    let held = Rc::new(());
    let captured = held.clone();
    let error = event_loop
        .add_signal_handler(SIGUSR1, move || drop(captured.clone()))
        .unwrap_err();
    assert_eq!(
        format!("{error:?}"),
        "RuntimeError: set_wakeup_fd only works in main thread of the main interpreter"
    );
    assert_eq!(Rc::strong_count(&held), 1);
    assert!(!event_loop.remove_signal_handler(SIGUSR1).unwrap());
    assert!(event_loop.watch_signal(SIGTERM, || ()).unwrap().is_none());
    event_loop.close().unwrap();
}

#[test]
fn run_07_the_signal_is_checked_first() {
    let event_loop = new_event_loop().unwrap();
    for number in [i32::MIN, -1, 0, 32, 33, 65, i32::MAX] {
        let text = format!("ValueError: invalid signal number {number}");
        let added = event_loop.add_signal_handler(number, || ());
        assert_eq!(format!("{:?}", added.unwrap_err()), text);
        let removed = event_loop.remove_signal_handler(number);
        assert_eq!(format!("{:?}", removed.unwrap_err()), text);
        let watched = event_loop.watch_signal(number, || ());
        assert_eq!(format!("{:?}", watched.unwrap_err()), text);
    }
    let watched = event_loop.watch_signal(SIGKILL, || ());
    assert_eq!(
        format!("{:?}", watched.unwrap_err()),
        "RuntimeError: sig 9 cannot be caught"
    );
    event_loop.close().unwrap();
}

#[test]
fn a_signal_interrupt_names_its_signal() {
    assert_eq!(signal::name(SIGTERM), Some("SIGTERM"));
    assert_eq!(signal::name(34), None);
    for (signal, text) in [(SIGTERM, "SIGTERM"), (34, "signal 34")] {
        let error = Error::from(SignalInterrupt { signal });
        assert_eq!(format!("{error:?}"), format!("SignalInterrupt: {text}"));
        assert!(error.is_base_exception());
    }
}
