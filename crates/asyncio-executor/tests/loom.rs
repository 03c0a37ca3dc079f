//! Models of what other threads do to a loop, in every interleaving that loom finds: no wake-up is lost, nothing runs
//! twice, nothing is left behind. The loop is the real one, on a selector of the model.
//!
//!     RUSTFLAGS="--cfg loom" cargo test -p asyncio-executor --test loom --release
#![cfg(loom)]

use std::cell::Cell;
use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use asyncio_executor::{EventLoop, EventLoopProxy};
use asyncio_reactor::{Event, Interest, Notifier, Notify, Selector};
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Condvar, Mutex};
use loom::thread;

/// A loop that would sleep for ever is what loom reports as a deadlock.
#[test]
fn a_callback_from_another_thread_wakes_the_loop() {
    model(|event_loop| {
        let proxy = event_loop.proxy();
        let other = thread::spawn(move || {
            let stopper = proxy.clone();
            proxy
                .call_soon_threadsafe(move || stopper.stop())
                .map(drop)
                .unwrap();
        });
        event_loop.run_forever().unwrap();
        other.join().unwrap();
    });
}

fn model(f: impl Fn(&EventLoop) + Sync + Send + 'static) {
    loom::model(move || {
        let event_loop = EventLoop::builder()
            .selector(ModelSelector::default())
            .build()
            .unwrap();
        f(&event_loop);
        event_loop.close().unwrap();
    });
}

/// Sleeps until it is notified. There are no descriptors.
#[derive(Default)]
struct ModelSelector(Arc<Bell>);

#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    rings: Condvar,
}

impl Selector for ModelSelector {
    fn register(&mut self, _: BorrowedFd<'_>, _: Interest) -> io::Result<()> {
        Ok(())
    }

    fn modify(&mut self, _: RawFd, _: Interest) -> io::Result<()> {
        Ok(())
    }

    fn unregister(&mut self, _: RawFd) -> io::Result<()> {
        Ok(())
    }

    fn select(&mut self, timeout: Option<Duration>, _: &mut Vec<Event>) -> io::Result<()> {
        let mut rung = self.0.rung.lock().unwrap();
        while !*rung && timeout.is_none() {
            rung = self.0.rings.wait(rung).unwrap();
        }
        *rung = false;
        Ok(())
    }

    fn notifier(&self) -> Notifier {
        Notifier::from(self.0.clone())
    }
}

impl Notify for Bell {
    fn notify(&self) {
        *self.rung.lock().unwrap() = true;
        self.rings.notify_one();
    }
}
