//! What the tests of selectors share.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Once, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use asyncio_reactor::{Interest, Selector};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Held for writing by the test that sends signals, which may end any wait.
pub(crate) static SIGNALS: RwLock<()> = RwLock::new(());

/// No signals while the guard lives.
pub(crate) fn quiet() -> RwLockReadGuard<'static, ()> {
    SIGNALS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Selects once and returns what is ready, a descriptor's directions put together.
pub(crate) fn select(
    selector: &mut dyn Selector,
    timeout: Option<Duration>,
) -> BTreeMap<RawFd, Interest> {
    let mut events = Vec::new();
    selector.select(timeout, &mut events).unwrap();
    let mut ready = BTreeMap::new();
    for event in events {
        assert!(!event.readiness.is_empty());
        let readiness = ready.entry(event.fd).or_insert(Interest::NONE);
        *readiness = readiness.with(event.readiness);
    }
    ready
}

/// What is ready now.
pub(crate) fn poll(selector: &mut dyn Selector) -> BTreeMap<RawFd, Interest> {
    select(selector, Some(Duration::ZERO))
}

/// What is ready once something is.
pub(crate) fn wait(selector: &mut dyn Selector) -> BTreeMap<RawFd, Interest> {
    select(selector, None)
}

/// One descriptor that is ready.
pub(crate) fn only(fd: &impl AsRawFd, readiness: Interest) -> BTreeMap<RawFd, Interest> {
    BTreeMap::from([(fd.as_raw_fd(), readiness)])
}

/// Two connected streams that do not block.
pub(crate) fn pair() -> (UnixStream, UnixStream) {
    let (left, right) = UnixStream::pair().unwrap();
    left.set_nonblocking(true).unwrap();
    right.set_nonblocking(true).unwrap();
    (left, right)
}

/// Writes until no more can be written.
pub(crate) fn fill(mut stream: &UnixStream) {
    while stream.write(&[0; 1 << 16]).is_ok() {}
}

/// Reads until nothing is left.
pub(crate) fn drain(mut stream: &UnixStream) {
    while stream.read(&mut [0; 1 << 16]).is_ok_and(|n| n > 0) {}
}

/// A number that is free and that no other test takes.
pub(crate) fn free_number() -> RawFd {
    static NEXT: AtomicI32 = AtomicI32::new(3500);
    raise_limit();
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A duplicate of `file` under a number that is free.
pub(crate) fn duplicate_at(number: RawFd, file: &impl AsFd) -> OwnedFd {
    let duplicate = fcntl_dupfd_cloexec(file, number).unwrap();
    assert_eq!(duplicate.as_raw_fd(), number);
    duplicate
}

/// Allows this process as many descriptors as the tests need.
pub(crate) fn raise_limit() {
    static RAISED: Once = Once::new();
    RAISED.call_once(|| {
        let limit = getrlimit(Resource::Nofile);
        if limit.current.is_some_and(|current| current < 4096) {
            let current = Some(4096);
            setrlimit(Resource::Nofile, Rlimit { current, ..limit }).unwrap();
        }
    });
}
