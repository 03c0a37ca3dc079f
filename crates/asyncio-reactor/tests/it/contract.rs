//! What holds for every selector.

use std::collections::BTreeMap;
use std::io::{self, Write, pipe};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use asyncio_reactor::{Interest, PollingSelector, Selector, default_selector};

use crate::support::{
    drain, duplicate_at, fill, free_number, only, pair, poll, quiet, raise_limit, select, wait,
};

type Made = io::Result<Box<dyn Selector>>;

/// Runs each check for each selector.
macro_rules! contract {
    ($($check:ident)*) => {
        contract! { @ default = default_selector(), $($check)* }
        contract! { @ polling = PollingSelector::new().map(|it| Box::new(it) as _), $($check)* }
        contract! { @ oneshot = PollingSelector::with_oneshot().map(|it| Box::new(it) as _), $($check)* }
    };
    (@ $selector:ident = $make:expr, $($check:ident)*) => {
        mod $selector {
            use super::*;
            $(
                #[test]
                fn $check() {
                    let _quiet = quiet();
                    let made: Made = $make;
                    super::$check(&mut *made.unwrap());
                }
            )*
        }
    };
}

contract! {
    reports_what_can_be_read
    reports_what_can_be_written
    reports_both_directions
    reports_only_what_is_registered
    reports_for_as_long_as_it_is_ready
    appends_to_the_events
    reports_the_end_of_input
    reports_hang_up_in_every_registered_direction
    reports_errors_in_every_registered_direction
    modify_replaces_the_interest
    modify_to_the_same_interest_changes_nothing
    unregistered_is_not_reported
    a_number_is_registered_once
    unknown_numbers_are_refused
    an_empty_interest_is_refused
    what_is_no_descriptor_is_refused
    a_closed_descriptor_can_be_unregistered
    a_closed_descriptor_is_modified_or_forgotten
    a_reused_number_stays_registered
    a_reused_number_can_be_registered_after_unregister
    a_file_can_come_back_under_its_number
    many_descriptors
    notify_ends_the_next_select
    notify_ends_a_running_select
    notify_comes_through_every_time
    notifications_coalesce
    notify_puts_readiness_off_once_at_most
    notifier_outlives_the_selector
    a_timeout_passes_in_full
    a_long_timeout_is_no_error
}

fn reports_what_can_be_read(selector: &mut dyn Selector) {
    let (left, right) = pair();
    selector.register(left.as_fd(), Interest::READABLE).unwrap();
    assert!(poll(selector).is_empty());
    (&right).write_all(b"x").unwrap();
    assert_eq!(wait(selector), only(&left, Interest::READABLE));
    drain(&left);
    assert!(poll(selector).is_empty());
}

fn reports_what_can_be_written(selector: &mut dyn Selector) {
    let (left, right) = pair();
    selector.register(left.as_fd(), Interest::WRITABLE).unwrap();
    assert_eq!(wait(selector), only(&left, Interest::WRITABLE));
    fill(&left);
    assert!(poll(selector).is_empty());
    drain(&right);
    assert_eq!(wait(selector), only(&left, Interest::WRITABLE));
}

fn reports_both_directions(selector: &mut dyn Selector) {
    let (left, right) = pair();
    selector.register(left.as_fd(), Interest::BOTH).unwrap();
    assert_eq!(poll(selector), only(&left, Interest::WRITABLE));
    (&right).write_all(b"x").unwrap();
    assert_eq!(poll(selector), only(&left, Interest::BOTH));
    fill(&left);
    assert_eq!(poll(selector), only(&left, Interest::READABLE));
}

fn reports_only_what_is_registered(selector: &mut dyn Selector) {
    let (left, right) = pair();
    (&right).write_all(b"x").unwrap();
    selector.register(left.as_fd(), Interest::READABLE).unwrap();
    assert_eq!(poll(selector), only(&left, Interest::READABLE));
    selector
        .modify(left.as_raw_fd(), Interest::WRITABLE)
        .unwrap();
    assert_eq!(poll(selector), only(&left, Interest::WRITABLE));
}

fn reports_for_as_long_as_it_is_ready(selector: &mut dyn Selector) {
    let (left, right) = pair();
    (&right).write_all(b"x").unwrap();
    selector.register(left.as_fd(), Interest::BOTH).unwrap();
    for _ in 0..3 {
        assert_eq!(wait(selector), only(&left, Interest::BOTH));
    }
}

fn appends_to_the_events(selector: &mut dyn Selector) {
    let (left, _right) = pair();
    selector.register(left.as_fd(), Interest::WRITABLE).unwrap();
    let mut events = Vec::new();
    for length in 1..=3 {
        selector.select(None, &mut events).unwrap();
        assert_eq!(events.len(), length);
    }
    assert!(events.iter().all(|event| event.fd == left.as_raw_fd()));
}

fn reports_the_end_of_input(selector: &mut dyn Selector) {
    let (reader, writer) = pipe().unwrap();
    selector
        .register(reader.as_fd(), Interest::READABLE)
        .unwrap();
    assert!(poll(selector).is_empty());
    drop(writer);
    assert_eq!(wait(selector), only(&reader, Interest::READABLE));
}

fn reports_hang_up_in_every_registered_direction(selector: &mut dyn Selector) {
    let (left, right) = pair();
    fill(&left);
    selector.register(left.as_fd(), Interest::BOTH).unwrap();
    assert!(poll(selector).is_empty());
    drop(right);
    for interest in [Interest::BOTH, Interest::READABLE, Interest::WRITABLE] {
        selector.modify(left.as_raw_fd(), interest).unwrap();
        assert_eq!(wait(selector), only(&left, interest));
    }
}

fn reports_errors_in_every_registered_direction(selector: &mut dyn Selector) {
    let (reader, writer) = pipe().unwrap();
    selector
        .register(writer.as_fd(), Interest::READABLE)
        .unwrap();
    drop(reader);
    for interest in [Interest::READABLE, Interest::WRITABLE, Interest::BOTH] {
        selector.modify(writer.as_raw_fd(), interest).unwrap();
        assert_eq!(wait(selector), only(&writer, interest));
    }
}

fn modify_replaces_the_interest(selector: &mut dyn Selector) {
    let (left, right) = pair();
    let fd = left.as_raw_fd();
    selector.register(left.as_fd(), Interest::READABLE).unwrap();
    assert!(poll(selector).is_empty());
    selector.modify(fd, Interest::BOTH).unwrap();
    assert_eq!(poll(selector), only(&left, Interest::WRITABLE));
    selector.modify(fd, Interest::READABLE).unwrap();
    assert!(poll(selector).is_empty());
    (&right).write_all(b"x").unwrap();
    assert_eq!(wait(selector), only(&left, Interest::READABLE));
}

fn modify_to_the_same_interest_changes_nothing(selector: &mut dyn Selector) {
    let (left, _right) = pair();
    selector.register(left.as_fd(), Interest::WRITABLE).unwrap();
    selector
        .modify(left.as_raw_fd(), Interest::WRITABLE)
        .unwrap();
    assert_eq!(wait(selector), only(&left, Interest::WRITABLE));
}

fn unregistered_is_not_reported(selector: &mut dyn Selector) {
    let (left, _right) = pair();
    for _ in 0..3 {
        selector.register(left.as_fd(), Interest::WRITABLE).unwrap();
        assert_eq!(wait(selector), only(&left, Interest::WRITABLE));
        selector.unregister(left.as_raw_fd()).unwrap();
        assert!(poll(selector).is_empty());
    }
    let (start, timeout) = (Instant::now(), Duration::from_millis(5));
    assert!(select(selector, Some(timeout)).is_empty());
    assert!(start.elapsed() >= timeout);
}

fn a_number_is_registered_once(selector: &mut dyn Selector) {
    let (left, _right) = pair();
    let fd = left.as_raw_fd();
    selector.register(left.as_fd(), Interest::WRITABLE).unwrap();
    let error = selector
        .register(left.as_fd(), Interest::READABLE)
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    let text = format!("register fd {fd} for reading: it is already registered");
    assert_eq!(error.to_string(), text);
    assert_eq!(wait(selector), only(&left, Interest::WRITABLE));
}

fn unknown_numbers_are_refused(selector: &mut dyn Selector) {
    let (left, _right) = pair();
    for fd in [left.as_raw_fd(), -1, i32::MIN, i32::MAX] {
        let error = selector.modify(fd, Interest::BOTH).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let text = format!("modify fd {fd} to reading and writing: it is not registered");
        assert_eq!(error.to_string(), text);

        let error = selector.unregister(fd).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let text = format!("unregister fd {fd}: it is not registered");
        assert_eq!(error.to_string(), text);
    }
}

fn an_empty_interest_is_refused(selector: &mut dyn Selector) {
    let (left, _right) = pair();
    let fd = left.as_raw_fd();
    let error = selector.register(left.as_fd(), Interest::NONE).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    let text = format!("register fd {fd} for nothing: the interest is empty");
    assert_eq!(error.to_string(), text);

    selector.register(left.as_fd(), Interest::WRITABLE).unwrap();
    let error = selector.modify(fd, Interest::NONE).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert_eq!(wait(selector), only(&left, Interest::WRITABLE));
}

fn what_is_no_descriptor_is_refused(selector: &mut dyn Selector) {
    let error = selector
        .register(rustix::fs::CWD, Interest::READABLE)
        .unwrap_err();
    let fd = rustix::fs::CWD.as_raw_fd();
    let text = format!("register fd {fd} for reading: Bad file descriptor (os error 9)");
    assert_eq!(error.to_string(), text);
}

fn a_closed_descriptor_can_be_unregistered(selector: &mut dyn Selector) {
    let fd = free_number();
    let (left, _right) = pair();
    let duplicate = duplicate_at(fd, &left);
    drop(left);
    selector
        .register(duplicate.as_fd(), Interest::WRITABLE)
        .unwrap();
    drop(duplicate);
    assert!(poll(selector).is_empty());
    selector.unregister(fd).unwrap();
    let error = selector.unregister(fd).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

fn a_closed_descriptor_is_modified_or_forgotten(selector: &mut dyn Selector) {
    let fd = free_number();
    let (left, _right) = pair();
    let duplicate = duplicate_at(fd, &left);
    drop(left);
    selector
        .register(duplicate.as_fd(), Interest::READABLE)
        .unwrap();
    drop(duplicate);
    let modified = selector.modify(fd, Interest::WRITABLE);
    assert_eq!(selector.unregister(fd).is_ok(), modified.is_ok());
}

fn a_reused_number_stays_registered(selector: &mut dyn Selector) {
    let fd = free_number();
    let (left, right) = pair();
    let duplicate = duplicate_at(fd, &left);
    drop(left);
    selector
        .register(duplicate.as_fd(), Interest::READABLE)
        .unwrap();
    drop(duplicate);
    let reused = duplicate_at(fd, &right);
    let error = selector
        .register(reused.as_fd(), Interest::BOTH)
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
}

fn a_reused_number_can_be_registered_after_unregister(selector: &mut dyn Selector) {
    let fd = free_number();
    let (left, right) = pair();
    let duplicate = duplicate_at(fd, &left);
    drop(left);
    selector
        .register(duplicate.as_fd(), Interest::READABLE)
        .unwrap();
    drop(duplicate);
    let reused = duplicate_at(fd, &right);
    selector.unregister(fd).unwrap();
    selector
        .register(reused.as_fd(), Interest::READABLE)
        .unwrap();
    assert_eq!(wait(selector), only(&reused, Interest::READABLE));
}

fn a_file_can_come_back_under_its_number(selector: &mut dyn Selector) {
    let fd = free_number();
    let (left, right) = pair();
    let duplicate = duplicate_at(fd, &left);
    selector
        .register(duplicate.as_fd(), Interest::WRITABLE)
        .unwrap();
    drop(duplicate);
    selector.unregister(fd).unwrap();

    let returned = duplicate_at(fd, &left);
    selector
        .register(returned.as_fd(), Interest::READABLE)
        .unwrap();
    assert!(poll(selector).is_empty());
    (&right).write_all(b"x").unwrap();
    assert_eq!(wait(selector), only(&returned, Interest::READABLE));
}

fn many_descriptors(selector: &mut dyn Selector) {
    raise_limit();
    let (left, right) = pair();
    let duplicates: Vec<OwnedFd> = (0..1100)
        .map(|_| left.as_fd().try_clone_to_owned().unwrap())
        .collect();
    let (few, rest) = duplicates.split_at(1000);
    (&right).write_all(b"x").unwrap();

    register_all(selector, few);
    assert_eq!(poll(selector).len(), few.len());
    register_all(selector, rest);
    let mut seen = BTreeMap::new();
    while seen.len() < duplicates.len() {
        seen.extend(wait(selector));
    }
    assert!(
        duplicates
            .iter()
            .all(|fd| seen.contains_key(&fd.as_raw_fd()))
    );

    drain(&left);
    assert!(poll(selector).is_empty());
    for fd in &duplicates {
        selector.unregister(fd.as_raw_fd()).unwrap();
    }
    (&right).write_all(b"x").unwrap();
    assert!(poll(selector).is_empty());
}

fn register_all(selector: &mut dyn Selector, descriptors: &[OwnedFd]) {
    for fd in descriptors {
        selector.register(fd.as_fd(), Interest::READABLE).unwrap();
    }
}

fn notify_ends_the_next_select(selector: &mut dyn Selector) {
    let notifier = selector.notifier();
    for _ in 0..100 {
        notifier.notify();
        assert!(wait(selector).is_empty());
    }
}

fn notify_ends_a_running_select(selector: &mut dyn Selector) {
    let notifier = selector.notifier();
    let (ask, asked) = channel();
    let thread = thread::spawn(move || asked.iter().for_each(|()| notifier.notify()));
    for _ in 0..1000 {
        ask.send(()).unwrap();
        assert!(wait(selector).is_empty());
    }
    drop(ask);
    thread.join().unwrap();
}

/// Each thread waits for its notification to be seen before it sends the next one, so that a lost
/// one stops the test. The counters are relaxed: notifying must make them visible.
fn notify_comes_through_every_time(selector: &mut dyn Selector) {
    const THREADS: usize = 3;
    const ROUNDS: usize = 3000;
    let sent: Arc<[AtomicUsize; THREADS]> = Arc::default();
    let mut acknowledge = Vec::new();
    let mut threads = Vec::new();
    for index in 0..THREADS {
        let (sender, acknowledged) = channel();
        acknowledge.push(sender);
        let notifier = selector.notifier().clone();
        let sent = Arc::clone(&sent);
        threads.push(thread::spawn(move || {
            for _ in 0..ROUNDS {
                sent[index].fetch_add(1, Ordering::Relaxed);
                notifier.notify();
                acknowledged.recv().unwrap();
            }
        }));
    }
    let mut seen = [0; THREADS];
    while seen != [ROUNDS; THREADS] {
        wait(selector);
        for (index, seen) in seen.iter_mut().enumerate() {
            if sent[index].load(Ordering::Relaxed) > *seen {
                *seen += 1;
                acknowledge[index].send(()).unwrap();
            }
        }
    }
    for thread in threads {
        thread.join().unwrap();
    }
}

fn notifications_coalesce(selector: &mut dyn Selector) {
    let notifier = selector.notifier();
    for _ in 0..10_000 {
        notifier.notify();
    }
    assert!(wait(selector).is_empty());
    let (start, timeout) = (Instant::now(), Duration::from_millis(5));
    assert!(select(selector, Some(timeout)).is_empty());
    assert!(start.elapsed() >= timeout);
}

fn notify_puts_readiness_off_once_at_most(selector: &mut dyn Selector) {
    let (left, _right) = pair();
    selector.register(left.as_fd(), Interest::WRITABLE).unwrap();
    for _ in 0..100 {
        selector.notifier().notify();
        let mut ready = wait(selector);
        if ready.is_empty() {
            ready = wait(selector);
        }
        assert_eq!(ready, only(&left, Interest::WRITABLE));
    }
}

fn notifier_outlives_the_selector(_: &mut dyn Selector) {
    let notifier = default_selector().unwrap().notifier();
    notifier.clone().notify();
    notifier.notify();
}

fn a_timeout_passes_in_full(selector: &mut dyn Selector) {
    let (left, _right) = pair();
    selector.register(left.as_fd(), Interest::READABLE).unwrap();
    for micros in [1, 200, 999, 1001, 1500, 2999] {
        let (start, timeout) = (Instant::now(), Duration::from_micros(micros));
        assert!(select(selector, Some(timeout)).is_empty());
        assert!(start.elapsed() >= timeout, "{micros} us");
    }
}

fn a_long_timeout_is_no_error(selector: &mut dyn Selector) {
    for timeout in [Duration::from_secs(25 * 86_400), Duration::MAX] {
        selector.notifier().notify();
        assert!(select(selector, Some(timeout)).is_empty());
    }
}
