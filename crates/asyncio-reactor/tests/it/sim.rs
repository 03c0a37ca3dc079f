//! The scripted selector.

use std::cell::Cell;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::rc::Rc;
use std::time::Duration;

use asyncio_reactor::sim::{Call, SimSelector};
use asyncio_reactor::{Event, Interest, Selector, VirtualClock};

use crate::support::{only, pair, poll, wait};

const SECOND: Option<Duration> = Some(Duration::from_secs(1));

#[test]
fn reports_what_was_made_ready_until_cleared() {
    let (left, _right) = pair();
    let mut selector = SimSelector::new();
    let sim = selector.handle();
    selector.register(left.as_fd(), Interest::BOTH).unwrap();
    sim.set_ready(left.as_raw_fd(), Interest::READABLE);
    assert_eq!(wait(&mut selector), only(&left, Interest::READABLE));
    assert_eq!(wait(&mut selector), only(&left, Interest::READABLE));
    sim.set_ready(left.as_raw_fd(), Interest::WRITABLE);
    assert_eq!(wait(&mut selector), only(&left, Interest::WRITABLE));
    sim.clear_ready(left.as_raw_fd());
    assert!(poll(&mut selector).is_empty());
}

#[test]
fn reports_in_the_order_of_injection() {
    let (left, right) = pair();
    let mut selector = SimSelector::new();
    let sim = selector.handle();
    for stream in [&left, &right] {
        selector.register(stream.as_fd(), Interest::BOTH).unwrap();
    }
    let expected = [&right, &left].map(|stream| Event {
        fd: stream.as_raw_fd(),
        readiness: Interest::WRITABLE,
    });
    for event in expected {
        sim.set_ready(event.fd, event.readiness);
    }
    let mut events = Vec::new();
    selector.select(None, &mut events).unwrap();
    assert_eq!(events, expected);
}

#[test]
fn readiness_is_masked_by_the_registration() {
    let (left, _right) = pair();
    let fd = left.as_raw_fd();
    let mut selector = SimSelector::new();
    let sim = selector.handle();
    sim.set_ready(fd, Interest::READABLE);
    assert!(poll(&mut selector).is_empty());
    selector.register(left.as_fd(), Interest::WRITABLE).unwrap();
    assert!(poll(&mut selector).is_empty());
    selector.modify(fd, Interest::BOTH).unwrap();
    assert_eq!(poll(&mut selector), only(&left, Interest::READABLE));
    assert_eq!(sim.interest(fd), Some(Interest::BOTH));
    selector.unregister(fd).unwrap();
    assert!(poll(&mut selector).is_empty());
    assert_eq!(sim.interest(fd), None);
}

#[test]
fn records_calls_even_if_refused() {
    let (left, _right) = pair();
    let fd = left.as_raw_fd();
    let mut selector = SimSelector::new();
    let sim = selector.handle();
    selector.register(left.as_fd(), Interest::READABLE).unwrap();
    let error = selector.register(left.as_fd(), Interest::BOTH).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    selector.modify(fd, Interest::WRITABLE).unwrap();
    selector.unregister(fd).unwrap();
    let error = selector.unregister(fd).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    selector.select(SECOND, &mut Vec::new()).unwrap();

    let register = |interest| Call::Register { fd, interest };
    let expected = [
        register(Interest::READABLE),
        register(Interest::BOTH),
        Call::Modify {
            fd,
            interest: Interest::WRITABLE,
        },
        Call::Unregister { fd },
        Call::Unregister { fd },
        Call::Select { timeout: SECOND },
    ];
    assert_eq!(sim.take_calls(), expected);
    assert!(sim.take_calls().is_empty());
}

#[test]
fn what_is_no_descriptor_is_refused() {
    let mut selector = SimSelector::new();
    let error = selector
        .register(rustix::fs::CWD, Interest::READABLE)
        .unwrap_err();
    let fd = rustix::fs::CWD.as_raw_fd();
    let text = format!("register fd {fd} for reading: Bad file descriptor (os error 9)");
    assert_eq!(error.to_string(), text);
}

#[test]
fn steps_run_in_order_and_only_instead_of_blocking() {
    let (left, _right) = pair();
    let fd = left.as_raw_fd();
    let clock = VirtualClock::new(0.0);
    let mut selector = SimSelector::new();
    let sim = selector.handle();
    selector.register(left.as_fd(), Interest::READABLE).unwrap();
    let moved = clock.clone();
    sim.on_block(move |_| moved.advance(1.0));
    sim.on_block(move |sim| sim.set_ready(fd, Interest::READABLE));

    assert!(poll(&mut selector).is_empty());
    assert_eq!(clock.time(), 0.0);
    selector.select(SECOND, &mut Vec::new()).unwrap();
    assert_eq!(clock.time(), 1.0);
    assert_eq!(wait(&mut selector), only(&left, Interest::READABLE));
    assert_eq!(wait(&mut selector), only(&left, Interest::READABLE));
}

#[test]
fn a_step_can_fail_the_wait() {
    let mut selector = SimSelector::new();
    selector.handle().fail_on_block(io::ErrorKind::Other);
    let error = selector.select(None, &mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::Other);
    assert_eq!(error.to_string(), "wait for events: other error");
}

#[test]
fn a_timeout_passes_without_a_step() {
    let mut selector = SimSelector::new();
    let mut events = Vec::new();
    selector.select(SECOND, &mut events).unwrap();
    assert!(events.is_empty());
}

#[test]
fn a_notification_ends_one_wait() {
    let mut selector = SimSelector::new();
    let sim = selector.handle();
    let notifier = selector.notifier();
    std::thread::spawn(move || {
        notifier.notify();
        notifier.notify();
    })
    .join()
    .unwrap();
    assert_eq!(sim.notifications(), 2);
    assert!(wait(&mut selector).is_empty());
    let stepped = Rc::new(Cell::new(false));
    let set = Rc::clone(&stepped);
    sim.on_block(move |_| set.set(true));
    assert!(wait(&mut selector).is_empty());
    assert!(stepped.get());
}

#[test]
#[should_panic(expected = "would block forever")]
fn a_wait_for_nothing_panics() {
    wait(&mut SimSelector::new());
}
