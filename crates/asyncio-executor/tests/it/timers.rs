//! Timers: order, precision, and what becomes of cancelled ones.

use std::cell::RefCell;
use std::io::pipe;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use asyncio_executor::layer::{Alarm, Timer};
use asyncio_executor::{Context, ContextCell, ContextVar, DeadlockError, EventLoop, TimerHandle};
use asyncio_reactor::sim::Call;

use crate::support::{Log, manual_loop, run_once, run_times, stopper, virtual_loop};

#[test]
fn timers_fire_by_deadline_and_then_by_insertion() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    for (name, delay) in [("c", 2.0), ("a", 1.0), ("d", 2.0), ("b", 1.0), ("e", 2.0)] {
        event_loop.call_later(delay, log.note(name));
    }
    event_loop.call_later(3.0, stopper(&event_loop));
    event_loop.run_forever().unwrap();
    assert_eq!(log.take(), ["a", "b", "c", "d", "e"]);
    assert_eq!(event_loop.time(), 3.0);
    event_loop.close().unwrap();
}

#[test]
fn a_thousand_equal_deadlines_fire_in_the_order_of_insertion() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    for n in 0..1000 {
        event_loop.call_at(5.0, log.note(n));
        // Others in between, which take other places in the heap.
        event_loop.call_at(4.0 - f64::from(n), || ());
    }
    event_loop.call_at(6.0, stopper(&event_loop));
    event_loop.run_forever().unwrap();
    let expected: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    assert_eq!(log.take(), expected);
    event_loop.close().unwrap();
}

#[test]
fn zeros_of_either_sign_are_equal_deadlines() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    event_loop.call_at(0.0, log.note("first"));
    event_loop.call_at(-0.0, log.note("second"));
    run_once(&event_loop);
    assert_eq!(log.take(), ["first", "second"]);
    event_loop.close().unwrap();
}

#[test]
fn a_delay_of_zero_or_less_comes_after_what_is_ready_and_the_most_negative_first() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    event_loop.call_later(0.0, log.note("0"));
    event_loop.call_later(-1.0, log.note("-1"));
    event_loop.call_later(f64::NEG_INFINITY, log.note("-inf"));
    event_loop.call_soon(log.note("soon"));
    run_once(&event_loop);
    assert_eq!(log.take(), ["soon", "-inf", "-1", "0"]);
    event_loop.close().unwrap();
}

#[test]
fn a_timer_of_no_delay_waits_for_the_next_iteration() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    event_loop.call_soon({
        let (event_loop, log) = (event_loop.clone(), log.clone());
        move || {
            event_loop.call_later(0.0, log.note("timer"));
            log.add("callback");
        }
    });
    run_once(&event_loop);
    assert_eq!(log.take(), ["callback"]);
    run_once(&event_loop);
    assert_eq!(log.take(), ["timer"]);
    event_loop.close().unwrap();
}

#[test]
fn a_timer_is_early_by_less_than_the_resolution_only() {
    let (event_loop, _sim, clock) = manual_loop(1);
    let log = Log::new();
    event_loop.call_at(10.0, log.note("fired"));
    clock.set(10.0 - 2e-9);
    run_once(&event_loop);
    assert!(log.take().is_empty());
    clock.set(10.0 - 0.5e-9);
    run_once(&event_loop);
    assert_eq!(log.take(), ["fired"]);
    event_loop.close().unwrap();
}

#[test]
fn where_a_float_is_coarser_than_the_resolution_timers_fire_all_the_same() {
    let (event_loop, _sim, clock) = manual_loop(1);
    let log = Log::new();
    // The distance of two neighbours here is 2 seconds, so `now + resolution` is `now`.
    let far = 2f64.powi(54);
    clock.set(far);
    event_loop.call_at(far, log.note("fired"));
    run_once(&event_loop);
    assert_eq!(log.take(), ["fired"]);
    event_loop.close().unwrap();
}

#[test]
fn nan_is_refused() {
    let (event_loop, _sim) = virtual_loop();
    for schedule in [
        |event_loop: &EventLoop| event_loop.call_later(f64::NAN, || ()),
        |event_loop: &EventLoop| event_loop.call_at(f64::NAN, || ()),
        // Infinity less infinity.
        |event_loop: &EventLoop| {
            event_loop.call_at(f64::INFINITY, || ());
            event_loop.call_at(f64::INFINITY - f64::INFINITY, || ())
        },
    ] {
        let refused = catch_unwind(AssertUnwindSafe(|| schedule(&event_loop)));
        assert!(refused.is_err());
    }
    event_loop.close().unwrap();
}

#[test]
fn no_wait_is_longer_than_a_day() {
    let (event_loop, sim, _clock) = manual_loop(1);
    let day = Duration::from_secs(86_400);
    for delay in [86_401.0, 1e300, f64::MAX, f64::INFINITY] {
        let timer = event_loop.call_later(delay, || ());
        sim.on_block({
            let event_loop = event_loop.clone();
            move |_| event_loop.stop()
        });
        event_loop.run_forever().unwrap();
        assert_eq!(select_timeouts(sim.take_calls()), [Some(day)], "{delay}");
        timer.cancel();
        run_once(&event_loop);
    }
    event_loop.close().unwrap();
}

#[test]
fn virtual_time_does_not_spin_on_a_timer_that_never_comes() {
    let (event_loop, sim) = virtual_loop();
    event_loop.call_later(f64::INFINITY, || unreachable!("never comes"));
    assert!(event_loop.run_forever().unwrap_err().is::<DeadlockError>());
    let (reader, _writer) = pipe().unwrap();
    event_loop
        .add_reader(&reader, || unreachable!("nothing comes"))
        .unwrap();
    let _ = sim.take_calls();
    sim.on_block({
        let proxy = event_loop.proxy();
        move |_| proxy.stop().unwrap()
    });
    event_loop.run_forever().unwrap();
    assert_eq!(select_timeouts(sim.take_calls()).last(), Some(&None));
    assert_eq!(event_loop.time(), 0.0);
    event_loop.close().unwrap();
}

#[test]
fn virtual_time_jumps_to_the_last_finite_moment() {
    let (event_loop, _sim) = virtual_loop();
    event_loop.call_at(f64::MAX, stopper(&event_loop));
    event_loop.run_forever().unwrap();
    assert_eq!(event_loop.time(), f64::MAX);
    event_loop.close().unwrap();
}

#[test]
fn a_timer_that_another_one_cancels_in_the_same_iteration_does_not_fire() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    let second: Rc<RefCell<Option<TimerHandle>>> = Rc::default();
    event_loop.call_at(1.0, {
        let second = second.clone();
        move || second.borrow().as_ref().unwrap().cancel()
    });
    let timer = event_loop.call_at(1.0, log.note("cancelled"));
    second.replace(Some(timer.clone()));
    event_loop.call_at(1.0, log.note("third"));
    event_loop.call_at(2.0, stopper(&event_loop));
    event_loop.run_forever().unwrap();
    assert_eq!(log.take(), ["third"]);
    assert!(timer.cancelled());
    event_loop.close().unwrap();
}

#[test]
fn cancelling_drops_what_the_callback_captured_at_once() {
    let (event_loop, _sim) = virtual_loop();
    let captured = Arc::new(());
    let timer = event_loop.call_later(1.0, {
        let captured = captured.clone();
        move || drop(captured)
    });
    assert_eq!(Arc::strong_count(&captured), 2);
    timer.cancel();
    timer.cancel();
    assert_eq!(Arc::strong_count(&captured), 1);
    event_loop.close().unwrap();
}

#[test]
fn cancelled_timers_leave_when_they_are_many() {
    let (event_loop, _sim) = virtual_loop();
    let (alive, mut timers) = counted_timers(&event_loop, 1000);
    // Not from the head, where they would leave one by one.
    timers.drain(500..).for_each(|timer| timer.cancel());
    run_once(&event_loop);
    assert_eq!(alive(), 1000, "exactly one half is not more than one half");

    timers.pop().unwrap().cancel();
    run_once(&event_loop);
    assert_eq!(alive(), 499);
    drop(timers);
    event_loop.close().unwrap();
    assert_eq!(alive(), 0);
}

#[test]
fn few_cancelled_timers_leave_from_the_head_only() {
    let (event_loop, _sim) = virtual_loop();
    let (alive, mut timers) = counted_timers(&event_loop, 100);
    timers.drain(1..).for_each(|timer| timer.cancel());
    run_once(&event_loop);
    assert_eq!(alive(), 100);
    timers.pop().unwrap().cancel();
    run_once(&event_loop);
    assert_eq!(alive(), 0);
    event_loop.close().unwrap();
}

#[test]
fn timers_that_are_cancelled_again_and_again_take_no_more_room() {
    let (event_loop, _sim) = virtual_loop();
    let mut most = 0;
    let (alive, _keep) = counted_timers(&event_loop, 1);
    for _ in 0..1000 {
        let (_, timers) = counted_timers(&event_loop, 10);
        timers.into_iter().for_each(|timer| timer.cancel());
        run_once(&event_loop);
        most = most.max(alive());
    }
    // As in CPython: up to 100, and one batch more.
    assert!(most <= 111, "{most} timers");
    event_loop.close().unwrap();
}

#[test]
fn the_count_of_cancelled_timers_stays_exact() {
    let (event_loop, _sim) = virtual_loop();
    // One that has run, one that is due in the same iteration, and one in the heap; each twice.
    let timers: Rc<RefCell<Vec<TimerHandle>>> = Rc::default();
    let ran = event_loop.call_at(1.0, || ());
    event_loop.call_at(1.5, {
        let timers = timers.clone();
        move || {
            timers.borrow().iter().for_each(TimerHandle::cancel);
            timers.borrow().iter().for_each(TimerHandle::cancel);
        }
    });
    let due = event_loop.call_at(1.5, || ());
    let scheduled = event_loop.call_at(2.0, || ());
    timers.borrow_mut().extend([ran, due, scheduled]);
    event_loop.call_at(2.0, stopper(&event_loop));
    event_loop.run_forever().unwrap();

    // One too many in the count would now be seen as a purge at exactly one half.
    let (alive, mut timers) = counted_timers(&event_loop, 200);
    timers.drain(100..).for_each(|timer| timer.cancel());
    run_times(&event_loop, 2);
    assert_eq!(alive(), 200);
    event_loop.close().unwrap();
}

#[test]
fn a_purged_timers_context_may_use_the_loop_when_it_is_dropped() {
    static LAST: ContextVar<Arc<SchedulesOnDrop>> = ContextVar::new("last");
    let (event_loop, _sim) = virtual_loop();
    let (dropped, drops) = std::sync::mpsc::channel();
    let context = Context::new();
    let value = SchedulesOnDrop(dropped);
    context.run(|| drop(LAST.set(Arc::new(value)))).unwrap();
    let timer = event_loop.call_later_in(&context, 1.0, || ());
    drop(context);
    timer.cancel();
    drop(timer);
    assert!(drops.try_recv().is_err());
    run_once(&event_loop);
    assert!(drops.try_recv().is_ok());
    event_loop.close().unwrap();
}

/// What the alarms of a test do and say.
struct Bell(Box<dyn Fn()>);

impl Alarm for Bell {
    fn ring(self: Rc<Self>) {
        (self.0)();
    }

    fn take_context(&self) -> ContextCell {
        ContextCell::default()
    }
}

fn ring_at(event_loop: &EventLoop, when: f64, ring: impl Fn() + 'static) -> Timer {
    Timer::ring_at(event_loop, when, Rc::new(Bell(Box::new(ring))))
}

#[test]
fn timers_without_handles_fire_in_their_place() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    let last = ring_at(&event_loop, 2.0, log.note("last"));
    event_loop.call_at(1.0, log.note("first"));
    let second = ring_at(&event_loop, 1.0, log.note("second"));
    event_loop.call_at(1.0, log.note("third"));
    event_loop.call_at(3.0, stopper(&event_loop));
    event_loop.run_forever().unwrap();
    assert_eq!(log.take(), ["first", "second", "third", "last"]);
    drop((second, last));
    event_loop.close().unwrap();
}

/// In the heap, at its end or not; in the ready queue; and after it has fired.
#[test]
fn a_timer_without_a_handle_is_cancelled_by_its_drop() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    let in_the_heap = ring_at(&event_loop, 1.0, log.note("cancelled"));
    let due: Rc<RefCell<Option<Timer>>> = Rc::default();
    event_loop.call_at(2.0, {
        let due = due.clone();
        move || drop(due.take())
    });
    due.replace(Some(ring_at(&event_loop, 2.0, log.note("cancelled"))));
    let fired = ring_at(&event_loop, 2.0, log.note("fired"));
    drop(ring_at(&event_loop, 9.0, log.note("cancelled")));
    drop(in_the_heap);
    event_loop.call_at(3.0, stopper(&event_loop));
    event_loop.run_forever().unwrap();
    drop(fired);
    assert_eq!(log.take(), ["fired"]);
    assert!(event_loop.run_forever().unwrap_err().is::<DeadlockError>());

    let left = ring_at(&event_loop, 9.0, log.note("cancelled"));
    event_loop.close().unwrap();
    drop(left);
}

/// Schedules on the running loop when it is dropped: a timer and a callback.
struct SchedulesOnDrop(std::sync::mpsc::Sender<()>);

impl Drop for SchedulesOnDrop {
    fn drop(&mut self) {
        let event_loop = asyncio_executor::get_running_loop().unwrap();
        event_loop.call_soon(|| ());
        event_loop.call_later(1.0, || ()).cancel();
        self.0.send(()).unwrap();
    }
}

static COUNTED: ContextVar<Counted> = ContextVar::new("counted");

/// Counts the timers that are alive, cancelled ones in the heap included, by a value in their contexts.
#[derive(Clone)]
struct Counted {
    _token: Arc<()>,
}

/// Timers of ascending deadlines, far away, and a count of those that the loop still has in this thread.
fn counted_timers(event_loop: &EventLoop, count: u32) -> (impl Fn() -> usize, Vec<TimerHandle>) {
    thread_local! {
        static TOKEN: Arc<()> = Arc::new(());
    }
    let timers = (0..count).map(|n| {
        let context = Context::new();
        let token = TOKEN.with(Clone::clone);
        context
            .run(|| drop(COUNTED.set(Counted { _token: token })))
            .unwrap();
        event_loop.call_later_in(&context, 1e6 + f64::from(n), || ())
    });
    let timers: Vec<TimerHandle> = timers.collect();
    (|| TOKEN.with(Arc::strong_count) - 1, timers)
}

fn select_timeouts(calls: Vec<Call>) -> Vec<Option<Duration>> {
    let timeouts = calls.into_iter().map(|call| match call {
        Call::Select { timeout } => Some(timeout),
        _ => None,
    });
    timeouts.flatten().collect()
}
