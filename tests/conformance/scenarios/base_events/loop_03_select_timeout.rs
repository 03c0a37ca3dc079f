//! LOOP-03: the poll waits for the nearest timer, a day at most, and for ever without timers.

use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

use asyncio::{EventLoop, EventLoopProxy};

use crate::py;

/// Prints how long the loop is prepared to wait, and wakes it when that is too long.
struct Watch {
    event_loop: Rc<OnceCell<EventLoopProxy>>,
    timer_seen: bool,
}

impl Watch {
    fn report(&mut self, timeout: Option<Duration>) {
        match timeout {
            Some(Duration::ZERO) => {}
            None => {
                println!("wait for ever");
                self.stop();
            }
            Some(timeout) if timeout == Duration::from_secs(86400) => {
                println!("wait one day");
                self.stop();
            }
            Some(_) if !self.timer_seen => {
                self.timer_seen = true;
                println!("wait until the timer");
            }
            Some(_) => {}
        }
    }

    fn stop(&self) {
        let event_loop = self
            .event_loop
            .get()
            .expect("the loop is there when it runs");
        event_loop.stop().expect("a loop that waits is not closed");
    }
}

pub fn main() -> asyncio::Result<()> {
    let proxy = Rc::new(OnceCell::new());
    let mut watch = Watch {
        event_loop: proxy.clone(),
        timer_seen: false,
    };
    let selector = py::watched_selector(move |timeout| watch.report(timeout))?;
    let event_loop = EventLoop::builder().selector(selector).build()?;
    proxy.set(event_loop.proxy()).expect("set once");
    println!("no timer");
    event_loop.run_forever()?;

    println!("a timer in 1000 days");
    let far = event_loop.call_later(86400 * 1000, || println!("never"));
    event_loop.run_forever()?;

    println!("a timer at infinity");
    let endless = event_loop.call_later(f64::INFINITY, || println!("never"));
    far.cancel();
    event_loop.run_forever()?;

    println!("a timer soon");
    event_loop.call_later(0.01, py::stop(&event_loop));
    event_loop.run_forever()?;
    endless.cancel();
    event_loop.close()?;
    Ok(())
}
