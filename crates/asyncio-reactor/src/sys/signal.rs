//! What the process does when a signal comes. Mirrors `signal.getsignal`.

use std::io;
use std::mem::MaybeUninit;
use std::ptr;

/// What the process does when a signal comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalAction {
    /// What the system does by default, mirrors `signal.SIG_DFL`.
    Default,
    /// Nothing, mirrors `signal.SIG_IGN`.
    Ignore,
    /// Somebody's function is called.
    Handler,
}

/// What the process does when `signal` comes, mirrors `signal.getsignal`.
///
/// # Errors
///
/// What the operating system says of a number that no signal has.
///
/// # Examples
///
/// ```
/// use asyncio_reactor::{SignalAction, signal_action};
///
/// const SIGPIPE: i32 = 13;
/// assert_eq!(signal_action(SIGPIPE)?, SignalAction::Ignore); // by Rust itself
/// assert!(signal_action(-1).is_err());
/// # std::io::Result::Ok(())
/// ```
#[allow(unsafe_code, reason = "neither std nor rustix asks for an action")]
pub fn signal_action(signal: i32) -> io::Result<SignalAction> {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action the call changes nothing; it writes to `action`, which has the room for it.
    if unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call has succeeded, and so it has written the action.
    Ok(match unsafe { action.assume_init() }.sa_sigaction {
        libc::SIG_DFL => SignalAction::Default,
        libc::SIG_IGN => SignalAction::Ignore,
        _ => SignalAction::Handler,
    })
}
