//! Ctrl-C as an event of the loop. Mirrors what `asyncio.runners` and `asyncio.unix_events` do with `SIGINT`.
//!
//! The handler only writes to a socket pair that the loop watches, and sets a flag. While no loop watches, the signal
//! keeps its default action; and a second Ctrl-C that comes before the loop has looked at the first has it as well, so
//! that a blocked program can be ended.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use signal_hook::consts::SIGINT;
use signal_hook::{SigId, flag, low_level};

use crate::base_events::EventLoop;
use crate::exceptions::Result;
use crate::readers::Owner;

impl EventLoop {
    /// Calls `callback` for every Ctrl-C (`SIGINT`) while the returned watch lives. `None` if this is not the main
    /// thread, or if the program ignores the signal or handles it itself: as in Python, these are left alone.
    ///
    /// # Errors
    ///
    /// `OSError` if a socket pair or the signal handler cannot be had.
    pub fn watch_interrupt(
        &self,
        mut callback: impl FnMut() + 'static,
    ) -> Result<Option<InterruptWatch>> {
        if !on_main_thread() || !Active::is_possible() {
            return Ok(None);
        }
        let (mut receiver, sender) = UnixStream::pair()?;
        receiver.set_nonblocking(true)?;
        let unseen = Arc::new(AtomicBool::new(false));
        let watch = InterruptWatch {
            event_loop: self.clone(),
            receiver: receiver.try_clone()?,
            unseen: unseen.clone(),
            _active: Active::start()?,
            registrations: [
                // In this order: the first signal must not find the flag that it sets.
                Registration(flag::register_conditional_default(SIGINT, unseen.clone())?),
                Registration(flag::register(SIGINT, unseen.clone())?),
                Registration(low_level::pipe::register(SIGINT, sender)?),
            ],
        };
        self.set_owner(&watch.receiver, Owner::Loop);
        self.state().alarm.replace(Some(watch.unseen.clone()));
        self.watch_reader(&watch.receiver, move || -> io::Result<()> {
            unseen.store(false, Ordering::SeqCst);
            for _ in 0..drain(&mut receiver)? {
                callback();
            }
            Ok(())
        })?;
        Ok(Some(watch))
    }
}

/// While it lives, Ctrl-C is an event of its loop; see [`EventLoop::watch_interrupt`].
pub struct InterruptWatch {
    event_loop: EventLoop,
    receiver: UnixStream,
    /// Whether there was a signal that the loop has not looked at.
    unseen: Arc<AtomicBool>,
    registrations: [Registration; 3],
    _active: Active,
}

impl InterruptWatch {
    /// Ends the watch. True if there was a Ctrl-C for which the callback was not called: it came too late.
    pub fn end(self) -> bool {
        let unseen = self.unseen.clone();
        drop(self);
        unseen.load(Ordering::SeqCst)
    }
}

impl Drop for InterruptWatch {
    fn drop(&mut self) {
        self.event_loop.unwatch_reader(&self.receiver);
        self.event_loop.set_owner(&self.receiver, Owner::Anyone);
        self.event_loop.state().alarm.take();
    }
}

impl fmt::Debug for InterruptWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InterruptWatch")
            .field(&self.registrations)
            .finish()
    }
}

#[derive(Debug)]
struct Registration(SigId);

impl Drop for Registration {
    fn drop(&mut self) {
        low_level::unregister(self.0);
    }
}

/// Counts as a watcher of SIGINT. signal-hook never gives a signal its default action back, so one action that stays
/// applies it whenever nobody watches.
struct Active;

impl Active {
    /// Whether the signal has its default action, or this one's.
    fn is_possible() -> bool {
        *Active::installed() || has_default_action()
    }

    fn installed() -> MutexGuard<'static, bool> {
        static INSTALLED: Mutex<bool> = Mutex::new(false);
        INSTALLED.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start() -> io::Result<Self> {
        let mut installed = Active::installed();
        if !*installed {
            flag::register_conditional_default(SIGINT, unwatched().clone())?;
            *installed = true;
        }
        WATCHERS.fetch_add(1, Ordering::SeqCst);
        unwatched().store(false, Ordering::SeqCst);
        Ok(Active)
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        if WATCHERS.fetch_sub(1, Ordering::SeqCst) == 1 {
            unwatched().store(true, Ordering::SeqCst);
        }
    }
}

static WATCHERS: AtomicUsize = AtomicUsize::new(0);

fn unwatched() -> &'static Arc<AtomicBool> {
    static UNWATCHED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    UNWATCHED.get_or_init(Default::default)
}

fn on_main_thread() -> bool {
    rustix::thread::gettid() == rustix::process::getpid()
}

/// Linux says which signals a process ignores or handles; elsewhere the default is assumed.
fn has_default_action() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let masks = status.lines().filter_map(|line| {
        let mask = line
            .strip_prefix("SigIgn:")
            .or_else(|| line.strip_prefix("SigCgt:"))?;
        u64::from_str_radix(mask.trim(), 16).ok()
    });
    masks.fold(0, |all, mask| all | mask) & (1 << (SIGINT - 1)) == 0
}

/// The number of bytes there are: one per signal.
fn drain(receiver: &mut UnixStream) -> io::Result<usize> {
    let mut bytes = [0; 64];
    match receiver.read(&mut bytes) {
        Ok(count) => Ok(count),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
            Ok(0)
        }
        Err(error) => Err(error),
    }
}
