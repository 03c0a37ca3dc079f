//! [`EventLoopBuilder`]: a loop with another selector, clock, debug mode or polling interval than the default.

use std::env;
use std::panic::Location;
use std::rc::Rc;

use asyncio_reactor::{Clock, Selector, SystemClock, default_selector};

use crate::base_events::EventLoop;
use crate::delay::IntoDelay;
use crate::exceptions::{Result, ValueError};
use crate::shuffle::{Deal, dealer};

/// Builds an [`EventLoop`]; see [`EventLoop::builder`].
///
/// ```
/// use asyncio_executor::EventLoop;
/// use asyncio_reactor::VirtualClock;
///
/// let event_loop = EventLoop::builder().clock(VirtualClock::new(0.0)).debug(true).build()?;
/// assert_eq!(event_loop.time(), 0.0);
/// event_loop.close()?;
/// # Ok::<(), asyncio_executor::Error>(())
/// ```
#[derive(Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct EventLoopBuilder {
    selector: Option<Box<dyn Selector>>,
    clock: Option<Rc<dyn Clock>>,
    debug: Option<bool>,
    watchdog: Option<f64>,
    poll_interval: Option<u32>,
    shuffle: Option<Deal>,
}

/// What the builder collected, with every default filled in.
pub(crate) struct Settings {
    pub(crate) selector: Box<dyn Selector>,
    pub(crate) clock: Rc<dyn Clock>,
    pub(crate) debug: bool,
    pub(crate) location: &'static Location<'static>,
    pub(crate) poll_interval: u32,
    pub(crate) shuffle: Option<Deal>,
}

impl EventLoopBuilder {
    /// A builder with every default.
    pub fn new() -> Self {
        Self::default()
    }

    /// The selector: `SelectorEventLoop(selector)`.
    pub fn selector(mut self, selector: impl Selector + 'static) -> Self {
        self.selector = Some(Box::new(selector));
        self
    }

    /// The clock of `time()` and of the timers.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Rc::new(clock));
        self
    }

    /// Debug mode. The default is on if the environment variable `ASYNCIO_DEBUG` is set and not empty.
    pub fn debug(mut self, debug: bool) -> Self {
        self.debug = Some(debug);
        self
    }

    /// A thread that reports a step or a callback which blocks the loop for longer than `limit`; see
    /// [`EventLoop::set_watchdog`]. The default is the number of seconds, such as `2.5`, in the environment variable
    /// `ASYNCIO_WATCHDOG`, and without it there is no watchdog.
    pub fn watchdog(mut self, limit: impl IntoDelay) -> Self {
        self.watchdog = Some(limit.into_delay());
        self
    }

    /// After how many callbacks and steps the loop looks for input, output and due timers although more are
    /// ready. 1 interleaves exactly as CPython does; the default of 61 is faster, and is fewer when they take long: the
    /// next look then comes after 200 µs, or after the one that takes longer. More than 1 also has the callbacks of
    /// descriptors run a few at a time, each few followed by what they have scheduled.
    pub fn poll_interval(mut self, callbacks: u32) -> Self {
        self.poll_interval = Some(callbacks);
        self
    }

    /// Runs the steps of one iteration, which are those of tasks that are ready at the same time, in an order that
    /// `seed` decides, to show what depends on the order in which asyncio runs them.
    ///
    /// Callbacks keep their places among the steps. The same program in [virtual time](asyncio_reactor::VirtualClock),
    /// without input from outside, does the same for the same seed.
    ///
    /// ```
    /// use asyncio_executor::EventLoop;
    /// use asyncio_reactor::VirtualClock;
    ///
    /// let event_loop = EventLoop::builder().clock(VirtualClock::new(0.0)).shuffle(42).build()?;
    /// event_loop.close()?;
    /// # Ok::<(), asyncio_executor::Error>(())
    /// ```
    pub fn shuffle(mut self, seed: u64) -> Self {
        self.shuffle = Some(dealer(seed));
        self
    }

    /// The loop.
    ///
    /// # Errors
    ///
    /// `OSError` if the selector or the watchdog's thread cannot be created, `ValueError` for an unknown
    /// `ASYNCIO_SELECTOR` or a watchdog's limit that is no time.
    #[track_caller]
    pub fn build(self) -> Result<EventLoop> {
        let selector = match self.selector {
            Some(selector) => selector,
            None => selector_by_name(env::var("ASYNCIO_SELECTOR").unwrap_or_default().as_str())?,
        };
        let watchdog = match self.watchdog {
            Some(limit) => Some(limit),
            None => watchdog_by_environment()?,
        };
        let event_loop = EventLoop::new(Settings {
            selector,
            clock: self.clock.unwrap_or_else(|| Rc::new(SystemClock)),
            debug: self
                .debug
                .unwrap_or_else(|| env::var_os("ASYNCIO_DEBUG").is_some_and(|set| !set.is_empty())),
            poll_interval: self.poll_interval.unwrap_or(POLL_INTERVAL),
            shuffle: self.shuffle,
            location: Location::caller(),
        });
        if watchdog.is_some() {
            let started = event_loop.set_watchdog(watchdog);
            started.inspect_err(|_| drop(event_loop.close()))?;
        }
        Ok(event_loop)
    }
}

fn selector_by_name(name: &str) -> Result<Box<dyn Selector>> {
    match name {
        "" => Ok(default_selector()?),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        "epoll" => Ok(Box::new(asyncio_reactor::EpollSelector::new()?)),
        "polling" => Ok(Box::new(asyncio_reactor::PollingSelector::new()?)),
        _ => Err(
            ValueError::with_message(format!("ASYNCIO_SELECTOR names no selector: {name:?}"))
                .into(),
        ),
    }
}

fn watchdog_by_environment() -> Result<Option<f64>, ValueError> {
    let Some(limit) = env::var_os("ASYNCIO_WATCHDOG").filter(|set| !set.is_empty()) else {
        return Ok(None);
    };
    let seconds = limit.to_str().and_then(seconds);
    seconds.map(Some).ok_or_else(|| {
        let text = format!("ASYNCIO_WATCHDOG is no number of seconds: {limit:?}");
        ValueError::with_message(text)
    })
}

/// A number with or without a point. The standard library's own way knows all floats, for which it needs long tables.
fn seconds(text: &str) -> Option<f64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = || whole.bytes().chain(decimals.bytes());
    if digits().next().is_none() || !digits().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digit = |byte: u8| f64::from(byte - b'0');
    let whole = whole
        .bytes()
        .fold(0.0, |sum, byte| sum * 10.0 + digit(byte));
    let fraction = decimals.bytes().rev();
    Some(whole + fraction.fold(0.0, |sum, byte| (sum + digit(byte)) / 10.0))
}

/// Large enough to make the price of a system call vanish, small enough that input waits for some
/// microseconds only; a prime, so that it does not fall into step with the program.
const POLL_INTERVAL: u32 = 61;
