//! What `EpollSelector` promises beyond the contract.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use asyncio_reactor::{EpollSelector, Interest, Selector};
use rustix::process::{Signal, kill_process};
use rustix::thread::gettid;
use signal_hook::consts::SIGUSR1;

use crate::support::{SIGNALS, duplicate_at, free_number, only, pair, poll, quiet, select, wait};

#[test]
fn files_that_are_always_ready_are_refused() {
    let mut selector = EpollSelector::new().unwrap();
    for file in [std::env::current_exe().unwrap(), "/".into()] {
        let file = File::open(file).unwrap();
        let error = selector
            .register(file.as_fd(), Interest::READABLE)
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        let text = format!(
            "register fd {} for reading: Operation not permitted (os error 1); \
             regular files and directories cannot be waited for",
            file.as_raw_fd()
        );
        assert_eq!(error.to_string(), text);
        let error = selector.unregister(file.as_raw_fd()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}

#[test]
fn errors_keep_what_the_system_said() {
    let mut selector = EpollSelector::new().unwrap();
    let root = File::open("/").unwrap();
    let error = selector
        .register(root.as_fd(), Interest::READABLE)
        .unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    let source: &io::Error = source.downcast_ref().unwrap();
    assert_eq!(source.raw_os_error(), Some(1));
}

#[test]
fn a_closed_descriptor_cannot_be_modified() {
    let mut selector = EpollSelector::new().unwrap();
    let fd = free_number();
    let (left, right) = pair();
    let duplicate = duplicate_at(fd, &left);
    selector
        .register(duplicate.as_fd(), Interest::READABLE)
        .unwrap();
    drop(duplicate);
    selector.modify(fd, Interest::READABLE).unwrap();
    let error = selector.modify(fd, Interest::WRITABLE).unwrap_err();
    let text = format!("modify fd {fd} to writing: Bad file descriptor (os error 9)");
    assert_eq!(error.to_string(), text);
    let error = selector.modify(fd, Interest::WRITABLE).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);

    let reused = duplicate_at(fd, &right);
    selector
        .register(reused.as_fd(), Interest::WRITABLE)
        .unwrap();
    assert_eq!(wait(&mut selector), only(&reused, Interest::WRITABLE));
}

#[test]
fn a_reused_number_cannot_be_modified() {
    let mut selector = EpollSelector::new().unwrap();
    let fd = free_number();
    let (left, right) = pair();
    let duplicate = duplicate_at(fd, &left);
    selector
        .register(duplicate.as_fd(), Interest::READABLE)
        .unwrap();
    drop(duplicate);
    let reused = duplicate_at(fd, &right);
    let error = selector.modify(fd, Interest::WRITABLE).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    let text = format!("modify fd {fd} to writing: No such file or directory (os error 2)");
    assert_eq!(error.to_string(), text);
    assert!(poll(&mut selector).is_empty());
    selector
        .register(reused.as_fd(), Interest::WRITABLE)
        .unwrap();
    assert_eq!(wait(&mut selector), only(&reused, Interest::WRITABLE));
}

/// A file that is registered, closed, unregistered, ready, and open elsewhere.
fn outlived(selector: &mut EpollSelector) -> (UnixStream, UnixStream, i32) {
    let fd = free_number();
    let (left, right) = pair();
    let duplicate = duplicate_at(fd, &left);
    selector
        .register(duplicate.as_fd(), Interest::READABLE)
        .unwrap();
    drop(duplicate);
    selector.unregister(fd).unwrap();
    (&right).write_all(b"x").unwrap();
    (left, right, fd)
}

#[test]
fn an_outlived_file_ends_one_wait_only() {
    let _quiet = quiet();
    let mut selector = EpollSelector::new().unwrap();
    let _open = outlived(&mut selector);
    assert!(wait(&mut selector).is_empty());
    let (start, timeout) = (Instant::now(), Duration::from_millis(5));
    assert!(select(&mut selector, Some(timeout)).is_empty());
    assert!(start.elapsed() >= timeout);
}

#[test]
fn an_outlived_file_does_not_count_for_another() {
    let _quiet = quiet();
    let mut selector = EpollSelector::new().unwrap();
    let (_left, _right, fd) = outlived(&mut selector);
    let (other, peer) = pair();
    let reused = duplicate_at(fd, &other);
    selector
        .register(reused.as_fd(), Interest::READABLE)
        .unwrap();
    assert!(wait(&mut selector).is_empty());
    assert!(poll(&mut selector).is_empty());
    (&peer).write_all(b"x").unwrap();
    assert_eq!(wait(&mut selector), only(&reused, Interest::READABLE));
}

#[test]
fn an_outlived_file_disturbs_nothing_else() {
    let _quiet = quiet();
    let mut selector = EpollSelector::new().unwrap();
    let notifier = selector.notifier();
    let (left, right) = pair();
    selector.register(left.as_fd(), Interest::READABLE).unwrap();
    let closed = free_number();
    let duplicate = duplicate_at(closed, &left);
    selector
        .register(duplicate.as_fd(), Interest::READABLE)
        .unwrap();
    let _open = outlived(&mut selector);
    drop(duplicate);

    notifier.notify();
    for _ in 0..3 {
        assert!(poll(&mut selector).is_empty());
    }
    let (start, timeout) = (Instant::now(), Duration::from_millis(5));
    assert!(select(&mut selector, Some(timeout)).is_empty());
    assert!(start.elapsed() >= timeout);

    notifier.notify();
    assert!(wait(&mut selector).is_empty());
    (&right).write_all(b"x").unwrap();
    assert_eq!(wait(&mut selector), only(&left, Interest::READABLE));
    selector.modify(left.as_raw_fd(), Interest::BOTH).unwrap();
    assert_eq!(wait(&mut selector), only(&left, Interest::BOTH));
    selector.unregister(closed).unwrap();
}

#[test]
fn debug_counts_what_is_registered() {
    let mut selector = EpollSelector::new().unwrap();
    let (left, right) = pair();
    selector.register(left.as_fd(), Interest::BOTH).unwrap();
    selector.register(right.as_fd(), Interest::BOTH).unwrap();
    selector.unregister(left.as_raw_fd()).unwrap();
    let text = format!("{selector:?}");
    assert!(text.contains("registered: 1"), "{text}");
}

#[test]
fn a_signal_ends_a_wait() {
    let _alone = SIGNALS.write().unwrap_or_else(PoisonError::into_inner);
    let handled = Arc::new(AtomicBool::new(false));
    let handler = signal_hook::flag::register(SIGUSR1, Arc::clone(&handled)).unwrap();

    let (report, reported) = channel();
    let (release, released) = channel::<()>();
    let waiting = thread::spawn(move || {
        let mut selector = EpollSelector::new().unwrap();
        report.send(gettid()).unwrap();
        let ready = wait(&mut selector);
        report.send(gettid()).unwrap();
        // Stays alive for as long as signals are sent to it.
        released.recv().unwrap_err();
        ready
    });
    let thread = reported.recv().unwrap();
    while reported.try_recv().is_err() {
        kill_process(thread, Signal::USR1).unwrap();
        thread::yield_now();
    }
    drop(release);
    assert!(waiting.join().unwrap().is_empty());
    assert!(handled.load(Ordering::Relaxed));
    signal_hook::low_level::unregister(handler);
}
