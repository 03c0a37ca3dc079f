//! The clocks.

#[cfg(target_os = "linux")]
use std::time::Duration;

use asyncio_reactor::{Clock, SystemClock, VirtualClock};

#[test]
fn system_clock_never_goes_backwards() {
    let mut last = SystemClock.time();
    for _ in 0..10_000 {
        let now = SystemClock.time();
        assert!(now >= last);
        last = now;
    }
}

#[cfg(target_os = "linux")]
#[test]
fn system_clock_shows_seconds_of_the_monotonic_clock() {
    use rustix::time::{ClockId, clock_gettime};

    let monotonic = || {
        let now = clock_gettime(ClockId::Monotonic);
        Duration::new(now.tv_sec as u64, now.tv_nsec as u32).as_secs_f64()
    };
    let (before, now, after) = (monotonic(), SystemClock.time(), monotonic());
    assert!(before - 1e-6 <= now && now <= after + 1e-6);
}

#[test]
fn resolution_is_a_nanosecond() {
    assert_eq!(SystemClock.resolution(), 1e-9);
    assert_eq!(VirtualClock::new(0.0).resolution(), 1e-9);
}

#[test]
fn only_the_virtual_clock_is_virtual() {
    assert!(SystemClock.as_virtual().is_none());
    let clock = VirtualClock::new(1.0);
    clock.as_virtual().unwrap().advance(1.0);
    assert_eq!(Clock::time(&clock), 2.0);
}

#[test]
fn virtual_clock_moves_when_told() {
    let clock = VirtualClock::new(-5.0);
    assert_eq!(clock.time(), -5.0);
    clock.advance(7.5);
    assert_eq!(clock.time(), 2.5);
    clock.advance_to(86_400.0);
    assert_eq!(clock.time(), 86_400.0);
}

#[test]
fn virtual_clock_is_shared_by_clones() {
    let clock = VirtualClock::new(0.0);
    clock.clone().advance(1.0);
    assert_eq!(clock.time(), 1.0);
}

#[test]
fn virtual_clock_ignores_what_is_no_later_time() {
    let clock = VirtualClock::new(10.0);
    for by in [-1.0, 0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        clock.advance(by);
        clock.advance_to(by);
        assert_eq!(clock.time(), 10.0);
    }
}

#[test]
#[should_panic(expected = "a clock cannot start at NaN seconds")]
fn virtual_clock_starts_at_a_number() {
    let _ = VirtualClock::new(f64::NAN);
}
