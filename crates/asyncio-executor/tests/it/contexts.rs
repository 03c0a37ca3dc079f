//! Contexts and context variables.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use asyncio_executor::{
    Context, ContextSnapshot, ContextVar, copy_context, get_running_loop, try_running_loop,
};

use crate::support::{Log, run_once, run_times, spawn, virtual_loop};

static VAR: ContextVar<u32> = ContextVar::new("var");
static OTHER: ContextVar<String> = ContextVar::new("other");

#[test]
fn callbacks_get_a_copy_of_the_context_when_they_are_scheduled() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    let outer = VAR.set(1);
    let note = || {
        let log = log.clone();
        move || {
            log.add(format!("{:?}", VAR.get()));
            VAR.set(10);
        }
    };
    event_loop.call_soon(note());
    event_loop.call_soon(note());
    VAR.set(2);
    event_loop.call_later(0.0, note());
    run_times(&event_loop, 2);
    assert_eq!(log.take(), ["Some(1)", "Some(1)", "Some(2)"]);
    assert_eq!(VAR.get(), Some(2), "callbacks change their own copies");
    VAR.reset(outer).unwrap();
    assert_eq!(VAR.get(), None);
    event_loop.close().unwrap();
}

#[test]
fn a_given_context_is_shared() {
    let (event_loop, _sim) = virtual_loop();
    let context = Context::new();
    event_loop.call_soon_in(&context, || VAR.set(1).discard());
    event_loop.call_later_in(&context, 0.0, || {
        assert_eq!(VAR.get(), Some(1));
        VAR.set(2);
    });
    let handle = event_loop.call_soon_in(&context, || ());
    assert_eq!(handle.get_context(), context);
    run_once(&event_loop);
    assert_eq!(context.get(&VAR), Some(2));
    assert_eq!(VAR.get(), None);
    event_loop.close().unwrap();
}

#[test]
fn the_context_of_a_running_callback_can_be_had_and_changes_with_it() {
    let (event_loop, _sim) = virtual_loop();
    let handle: Rc<RefCell<Option<asyncio_executor::Handle>>> = Rc::default();
    let inside = event_loop.call_soon({
        let handle = handle.clone();
        move || {
            VAR.set(1);
            let context = handle.borrow().as_ref().unwrap().get_context();
            assert_eq!(context.get(&VAR), Some(1), "set before it was asked for");
            VAR.set(2);
            assert_eq!(context.get(&VAR), Some(2), "and after");
            let error = context.run(|| ()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "cannot enter context: it is already entered"
            );
            assert_ne!(copy_context(), context);
        }
    });
    handle.replace(Some(inside.clone()));
    run_once(&event_loop);
    assert_eq!(inside.get_context().get(&VAR), Some(2));
    event_loop.close().unwrap();
}

#[test]
fn the_context_of_a_task_is_one_through_all_its_steps() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    let noted = log.clone();
    let mut polls = 0;
    let task = spawn(
        &event_loop,
        std::future::poll_fn(move |cx| {
            polls += 1;
            noted.add(format!("{:?}", VAR.get()));
            VAR.set(polls);
            if polls == 3 {
                return std::task::Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            std::task::Poll::Pending
        }),
    );
    run_times(&event_loop, 3);
    assert_eq!(log.take(), ["None", "Some(1)", "Some(2)"]);
    assert!(task.is_done());
    assert_eq!(VAR.get(), None);
    event_loop.close().unwrap();
}

#[test]
fn a_context_cannot_be_entered_twice() {
    let context = Context::new();
    let other = Context::new();
    context
        .run(|| {
            assert!(context.run(|| ()).is_err());
            other
                .run(|| {
                    assert!(context.run(|| ()).is_err(), "not through another one");
                    assert!(other.run(|| ()).is_err());
                    assert!(context.copy().run(|| ()).is_ok());
                })
                .unwrap();
            assert!(other.run(|| ()).is_ok(), "it was left");
        })
        .unwrap();
    assert!(context.run(|| ()).is_ok());
}

#[test]
fn a_panic_leaves_the_context() {
    let context = Context::new();
    let run = std::panic::AssertUnwindSafe(|| {
        context.run(|| {
            VAR.set(1);
            panic!("inside")
        })
    });
    assert!(std::panic::catch_unwind(run).is_err());
    assert_eq!(VAR.get(), None);
    assert_eq!(context.run(|| VAR.get()).unwrap(), Some(1));
}

#[test]
fn a_copy_goes_its_own_way() {
    let context = Context::new();
    context.run(|| VAR.set(1).discard()).unwrap();
    let copy = context.copy();
    assert_ne!(context, copy);
    copy.run(|| VAR.set(2).discard()).unwrap();
    context.run(|| OTHER.set("text".into()).discard()).unwrap();
    assert_eq!((context.get(&VAR), copy.get(&VAR)), (Some(1), Some(2)));
    assert_eq!(copy.get(&OTHER), None);
}

#[test]
fn tokens_restore_what_was_before_in_any_order() {
    let context = Context::new();
    context
        .run(|| {
            let unset = VAR.set(1);
            let one = VAR.set(2);
            let two = VAR.set(3);
            VAR.reset(one).unwrap();
            assert_eq!(VAR.get(), Some(1));
            VAR.reset(two).unwrap();
            assert_eq!(VAR.get(), Some(2));
            VAR.reset(unset).unwrap();
            assert_eq!(VAR.get(), None);
        })
        .unwrap();
}

#[test]
fn a_token_of_another_variable_is_refused() {
    static SAME_TYPE: ContextVar<u32> = ContextVar::new("same type");
    let context = Context::new();
    context
        .run(|| {
            VAR.set(1);
            let token = SAME_TYPE.set(2);
            assert!(VAR.reset(token).is_err());
            assert_eq!((VAR.get(), SAME_TYPE.get()), (Some(1), Some(2)));
        })
        .unwrap();
}

#[test]
fn many_variables_keep_their_own_values() {
    let variables = (0..200).map(|_| ContextVar::new("one of many"));
    let variables: Vec<ContextVar<usize>> = variables.collect();
    let context = Context::new();
    context
        .run(|| {
            // Their keys come in the order of their first use; here backwards and forwards.
            for (n, variable) in variables.iter().enumerate().rev() {
                variable.set(n);
            }
            let tokens = variables.iter().map(|variable| variable.set(1000));
            let tokens: Vec<_> = tokens.collect();
            for (variable, token) in variables.iter().zip(tokens).step_by(2) {
                variable.reset(token).unwrap();
            }
        })
        .unwrap();
    for (n, variable) in variables.iter().enumerate() {
        let expected = if n % 2 == 0 { n } else { 1000 };
        assert_eq!(context.get(variable), Some(expected));
    }
}

#[test]
fn values_are_dropped_when_nothing_can_see_them_any_more() {
    static HELD: ContextVar<Arc<()>> = ContextVar::new("held");
    let (event_loop, _sim) = virtual_loop();
    let value = Arc::new(());
    let context = Context::new();
    context
        .run(|| {
            let token = HELD.set(value.clone());
            event_loop.call_soon(|| ());
            HELD.reset(token).unwrap();
        })
        .unwrap();
    assert_eq!(Arc::strong_count(&value), 2, "the handle's copy has it");
    run_once(&event_loop);
    assert_eq!(Arc::strong_count(&value), 1);
    event_loop.close().unwrap();
}

/// A value whose end uses the loop, a context variable, and its own context.
struct Meddler(std::sync::mpsc::Sender<Option<u32>>);

impl Drop for Meddler {
    fn drop(&mut self) {
        let before = VAR.get();
        VAR.set(77);
        copy_context();
        if let Ok(event_loop) = get_running_loop() {
            event_loop.call_soon(|| ());
        }
        self.0.send(before).unwrap();
    }
}

#[test]
fn a_value_may_use_contexts_and_the_loop_when_it_is_dropped() {
    static MEDDLER: ContextVar<Option<Arc<Meddler>>> = ContextVar::new("meddler");
    let (event_loop, _sim) = virtual_loop();
    let (sender, dropped) = std::sync::mpsc::channel();
    let value = move || Some(Arc::new(Meddler(sender.clone())));

    // Replaced, reset, and left in a context that goes with its handle.
    event_loop.call_soon({
        let value = value.clone();
        move || {
            VAR.set(1);
            MEDDLER.set(value()).discard();
            MEDDLER.set(None).discard();
            assert_eq!(VAR.get(), Some(77));
            let token = MEDDLER.set(value());
            MEDDLER.reset(token).unwrap();
            MEDDLER.set(value()).discard();
        }
    });
    run_once(&event_loop);
    assert_eq!(dropped.try_iter().count(), 3);
    assert!(try_running_loop().is_none());
    event_loop.close().unwrap();
    VAR.set(0);
}

#[test]
fn a_snapshot_carries_the_values_to_another_thread() {
    let context = Context::new();
    context.run(|| VAR.set(5).discard()).unwrap();
    let snapshot = context.snapshot();
    let seen = thread::spawn(move || {
        assert_eq!(VAR.get(), None);
        let seen = snapshot.clone().run(|| {
            let seen = VAR.get();
            VAR.set(6);
            seen
        });
        assert_eq!(snapshot.run(|| VAR.get()), Some(5), "each run has its own");
        assert_eq!(VAR.get(), None);
        seen
    });
    assert_eq!(seen.join().unwrap(), Some(5));
    assert_eq!(context.get(&VAR), Some(5));
    assert_eq!(ContextSnapshot::current().run(|| VAR.get()), None);
}

#[test]
fn a_callback_from_another_thread_has_a_copy_of_that_threads_context() {
    let (event_loop, _sim) = virtual_loop();
    let proxy = event_loop.proxy();
    let (sender, seen) = std::sync::mpsc::channel();
    VAR.set(1);
    thread::spawn(move || {
        VAR.set(2);
        proxy
            .call_soon_threadsafe(move || {
                sender.send(VAR.get()).unwrap();
                VAR.set(3);
            })
            .unwrap();
        VAR.set(4);
    })
    .join()
    .unwrap();
    run_once(&event_loop);
    assert_eq!(seen.recv().unwrap(), Some(2));
    assert_eq!(VAR.get(), Some(1));
    event_loop.close().unwrap();
}

/// For closures that must return nothing.
trait Discard: Sized {
    fn discard(self) {}
}

impl<T> Discard for asyncio_executor::Token<T> {}

/// A context stays on its thread: its values travel.
#[test]
fn a_callback_from_another_thread_runs_with_the_given_values() {
    static VAR: ContextVar<u32> = ContextVar::new("var");
    let event_loop = crate::support::real_loop();
    let context = Context::new();
    context.run(|| VAR.set(5)).unwrap();
    let (snapshot, proxy) = (context.snapshot(), event_loop.proxy());
    let stopper = event_loop.proxy();
    let sender = std::thread::spawn(move || {
        let seen = move || {
            assert_eq!(VAR.get(), Some(5));
            VAR.set(6);
            stopper.stop()
        };
        proxy.call_soon_threadsafe_in(&snapshot, seen).map(drop)
    });
    event_loop.run_forever().unwrap();
    sender.join().unwrap().unwrap();
    assert_eq!(context.get(&VAR), Some(5), "a copy of the values");
    event_loop.close().unwrap();
}
