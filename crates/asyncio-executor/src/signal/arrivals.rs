//! The way of one signal into a loop: a pipe that the loop reads.

use std::io::{self, ErrorKind, PipeReader, Read, pipe};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base_events::LoopLayer;
use rustix::io::ioctl_fionbio;

use super::disposition::{Claim, Line, Role};
use crate::base_events::EventLoop;
use crate::exceptions::Result;
use crate::readers::Owner;

/// A signal that arrives in a loop. Dropping it gives the signal back; [`close`](Arrivals::close) tells the loop as well,
/// unless that is closed.
pub(super) struct Arrivals {
    claim: Claim,
    receiver: Rc<PipeReader>,
}

impl Arrivals {
    /// Calls `arrived` in the loop with the number of signals that have come, until somebody else takes them over.
    /// `unseen` is set from the moment a signal comes until the loop looks.
    pub(super) fn open(
        event_loop: &EventLoop,
        signal: i32,
        role: Role,
        unseen: Option<Arc<AtomicBool>>,
        mut arrived: impl FnMut(usize) + 'static,
    ) -> Result<Self> {
        let (receiver, sender) = pipe()?;
        ioctl_fionbio(&receiver, true).map_err(io::Error::from)?;
        let receiver = Rc::new(receiver);
        let line = Line {
            sender,
            alarm: event_loop.state().alarm.clone(),
            unseen: unseen.clone(),
        };
        let arrivals = Arrivals {
            claim: Claim::new(signal, role, line)?,
            receiver: receiver.clone(),
        };
        if let Role::Watch(_) = role {
            // A runner's watch is there all the time: it costs a busy loop no looks, and virtual time does not take it
            // for something to wait for.
            event_loop.set_owner(&arrivals.receiver, Owner::Loop);
        }
        let watched = event_loop.watch_reader(&arrivals.receiver, move || -> io::Result<()> {
            if let Some(unseen) = &unseen {
                // Before reading: what comes from here on is unseen again.
                unseen.store(false, Ordering::SeqCst);
            }
            let (count, end) = drain(&receiver);
            arrived(count);
            match end {
                End::Empty => Ok(()),
                End::TakenOver => {
                    forget(&EventLoop::current(), &receiver);
                    Ok(())
                }
                End::Failed(error) => Err(error),
            }
        });
        match watched {
            Ok(()) => Ok(arrivals),
            Err(error) => {
                arrivals.close(event_loop);
                Err(error)
            }
        }
    }

    /// Whether the signal still arrives here.
    pub(super) fn is_open(&self) -> bool {
        self.claim.is_valid()
    }

    /// What has come and was not read is lost.
    pub(super) fn close(self, event_loop: &EventLoop) {
        drop(self.claim);
        forget(event_loop, &self.receiver);
    }
}

fn forget(event_loop: &EventLoop, receiver: &PipeReader) {
    event_loop.unwatch_reader(receiver);
    event_loop.set_owner(receiver, Owner::Anyone);
}

/// Why there is nothing more to read.
enum End {
    /// No more signals have come.
    Empty,
    /// No more will come: the writing side is closed.
    TakenOver,
    Failed(io::Error),
}

/// The number of bytes there are, one per signal. All of them: the loop may be too busy to be asked to look again.
fn drain(mut receiver: &PipeReader) -> (usize, End) {
    let mut bytes = [0; 1024];
    let mut count = 0;
    loop {
        match receiver.read(&mut bytes) {
            Ok(0) => return (count, End::TakenOver),
            Ok(more) => count += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return (count, End::Empty),
            Err(error) => return (count, End::Failed(error)),
        }
    }
}
