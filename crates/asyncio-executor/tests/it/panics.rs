//! Code of the program that panics, wherever it may: the loop goes on, and every panic is reported exactly once.

use std::fmt;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::panic::panic_any;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use asyncio_executor::{
    Context, ContextVar, Error, EventLoop, ExceptionContext, KeyboardInterrupt, raise,
};

use crate::support::{
    BREAKS_LOGGER, Bomb, Log, capture_log, child_command, in_child, log_reports, real_loop,
    run_once, run_times, spawn, take_logged,
};

/// What it does with the loop, and what the reports say of it, one each.
type Case = (&'static str, fn(&EventLoop), &'static [&'static str]);

const CASES: &[Case] = &[
    (
        "a callback",
        |event_loop| drop(event_loop.call_soon(|| panic!("boom"))),
        &["boom"],
    ),
    (
        "a timer",
        |event_loop| drop(event_loop.call_later(0, || panic!("boom"))),
        &["boom"],
    ),
    (
        "a callback of another thread",
        |event_loop| drop(event_loop.call_soon_threadsafe(|| panic!("boom"))),
        &["boom"],
    ),
    (
        "a reader",
        |event_loop| readable(event_loop, || panic!("boom")),
        &["boom"],
    ),
    (
        "a step",
        |event_loop| drop(spawn(event_loop, async { panic!("boom") })),
        &["boom"],
    ),
    (
        "what a callback captured",
        |event_loop| {
            let bomb = Bomb("captured");
            event_loop.call_soon(move || {
                let _ = &bomb;
            });
        },
        &["captured"],
    ),
    (
        "what a callback of another thread captured",
        |event_loop| {
            let bomb = Bomb("captured");
            drop(event_loop.call_soon_threadsafe(move || {
                let _ = &bomb;
            }));
        },
        &["captured"],
    ),
    (
        "what cancelled callbacks captured",
        |event_loop| {
            let inside = event_loop.clone();
            event_loop.call_soon(move || {
                let bombs = [Bomb("soon"), Bomb("later"), Bomb("threadsafe")];
                let [soon, later, threadsafe] = bombs;
                inside
                    .call_soon(move || {
                        let _ = &soon;
                    })
                    .cancel();
                inside
                    .call_later(0, move || {
                        let _ = &later;
                    })
                    .cancel();
                let handle = inside.call_soon_threadsafe(move || {
                    let _ = &threadsafe;
                });
                handle.unwrap().cancel();
            });
        },
        &["soon", "later", "threadsafe"],
    ),
    (
        "what a callback that cancels itself captured",
        |event_loop| {
            let bomb = Bomb("captured");
            let (reader, writer) = UnixStream::pair().unwrap();
            drop(writer);
            let own = event_loop.clone();
            let reader = Rc::new(reader);
            let fd = reader.clone();
            let watched = event_loop.add_reader(&*reader, move || {
                let _bomb = &bomb;
                own.remove_reader(&*fd).unwrap();
                panic!("itself")
            });
            watched.unwrap();
        },
        &["itself", "captured"],
    ),
    (
        "what a replaced and a removed reader captured",
        |event_loop| {
            let inside = event_loop.clone();
            event_loop.call_soon(move || {
                let (reader, _writer) = UnixStream::pair().unwrap();
                for text in ["replaced", "removed"] {
                    let bomb = Bomb(text);
                    inside
                        .add_reader(&reader, move || {
                            let _ = &bomb;
                        })
                        .unwrap();
                }
                inside.remove_reader(&reader).unwrap();
            });
        },
        &["replaced", "removed"],
    ),
    (
        "an exception that cannot be printed",
        |event_loop| drop(event_loop.call_soon(|| Err::<(), _>(Unprintable))),
        &["Unprintable: <cannot be printed: panicked: unprintable>"],
    ),
    (
        "an exception that cannot be dropped",
        |event_loop| drop(event_loop.call_soon(|| Err::<(), _>(Undroppable(Bomb("dropped"))))),
        &["Undroppable", "dropped"],
    ),
    (
        "a payload that cannot be dropped",
        |event_loop| drop(event_loop.call_soon(|| panic_any(Bomb("payload")))),
        &["a payload that is not text"],
    ),
    (
        "a value of a context",
        |event_loop| {
            static VAR: ContextVar<Arc<Bomb>> = ContextVar::new("var");
            event_loop.call_soon_in(&Context::new(), || drop(VAR.set(Arc::new(Bomb("value")))));
        },
        &["value"],
    ),
    (
        "a report about what cannot be printed",
        |event_loop| {
            let inside = event_loop.clone();
            event_loop.call_soon(move || {
                let report = ExceptionContext::new("report").with_exception(Unprintable.into());
                inside.call_exception_handler(&report.with("thing", Unprintable));
            });
        },
        &["thing: <cannot be printed: panicked: unprintable>"],
    ),
];

#[test]
fn the_loop_goes_on_and_every_panic_is_reported_once() {
    capture_log();
    for (name, act, expected) in CASES {
        // The default handler, and one that notes what the default one would print.
        for custom in [false, true] {
            let event_loop = real_loop();
            let log = Log::new();
            if custom {
                let noted = log.clone();
                event_loop.set_exception_handler(move |_, report| noted.add(report));
            }
            let ran = Log::new();
            act(&event_loop);
            event_loop.call_soon(ran.note("next"));
            run_times(&event_loop, 4);
            event_loop.call_soon(ran.note("later"));
            run_once(&event_loop);
            assert_eq!(ran.take(), ["next", "later"], "{name}");
            event_loop.close().unwrap();
            let reports = if custom { log.take() } else { take_logged() };
            assert_eq!(reports.len(), expected.len(), "{name}: {reports:#?}");
            for text in *expected {
                let found = reports.iter().filter(|report| report.contains(text));
                assert_eq!(found.count(), 1, "{name}, {text}: {reports:#?}");
            }
            assert!(take_logged().is_empty(), "{name}");
        }
    }
}

#[test]
fn close_drops_everything_whatever_panics() {
    let event_loop = real_loop();
    let log = Log::new();
    log_reports(&event_loop, &log);
    let (reader, _writer) = UnixStream::pair().unwrap();
    let texts = ["soon", "later", "threadsafe", "reader"];
    let [soon, later, threadsafe, watcher] = texts.map(Bomb);
    event_loop.call_soon(move || {
        let _ = &soon;
    });
    event_loop.call_later(3600, move || {
        let _ = &later;
    });
    drop(event_loop.call_soon_threadsafe(move || {
        let _ = &threadsafe;
    }));
    event_loop
        .add_reader(&reader, move || {
            let _ = &watcher;
        })
        .unwrap();
    event_loop.close().unwrap();
    let reports = log.take();
    for text in texts {
        let found = reports
            .iter()
            .filter(|report| report.ends_with(&format!("panicked: {text}")));
        assert_eq!(found.count(), 1, "{text}: {reports:#?}");
    }
    assert_eq!(reports.len(), texts.len(), "{reports:#?}");
}

#[test]
fn a_destructor_that_interrupts_ends_the_run_only_inside_of_a_callback() {
    struct Interrupts;
    impl Drop for Interrupts {
        fn drop(&mut self) {
            raise(KeyboardInterrupt::new());
        }
    }
    let event_loop = real_loop();
    let log = Log::new();
    log_reports(&event_loop, &log);
    let captured = Interrupts;
    event_loop.call_soon(move || {
        let _ = &captured;
    });
    assert!(
        event_loop
            .run_forever()
            .unwrap_err()
            .is::<KeyboardInterrupt>()
    );
    let captured = Interrupts;
    event_loop
        .call_soon(move || {
            let _ = &captured;
        })
        .cancel();
    run_once(&event_loop);
    assert!(log.take().is_empty(), "there was no loop that ran");
    event_loop.close().unwrap();
}

#[test]
fn what_a_broken_logger_does_not_take_goes_to_standard_error() {
    const NAME: &str = "panics::what_a_broken_logger_does_not_take_goes_to_standard_error";
    if !in_child() {
        let output = child_command(NAME).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            text.matches(BREAKS_LOGGER).count(),
            2,
            "the panic and the report: {text}"
        );
        assert!(
            text.contains("The logger itself panicked: the logger is broken"),
            "{text}"
        );
        return;
    }
    capture_log();
    let event_loop = real_loop();
    event_loop.call_soon(|| panic!("{BREAKS_LOGGER}"));
    run_once(&event_loop);
    event_loop.call_soon(|| panic!("but this"));
    run_once(&event_loop);
    assert_eq!(take_logged().len(), 1);
    event_loop.close().unwrap();
}

#[test]
fn a_handle_that_is_cancelled_without_a_loop_logs_the_panic() {
    capture_log();
    let event_loop = real_loop();
    let captured = Bomb("captured");
    event_loop
        .call_soon(move || {
            let _ = &captured;
        })
        .cancel();
    let lines = take_logged();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("panicked: captured"), "{lines:?}");
    event_loop.close().unwrap();
}

#[test]
fn a_handle_that_another_thread_cancels_does_not_harm_that_thread() {
    let event_loop = real_loop();
    let captured = Mutex::new(Bomb("captured"));
    let handle = event_loop
        .call_soon_threadsafe(move || drop(captured))
        .unwrap();
    let other = std::thread::spawn(move || handle.cancel());
    other.join().unwrap();
    run_once(&event_loop);
    event_loop.close().unwrap();
}

/// Has `callback` called once as the reader of a descriptor.
fn readable(event_loop: &EventLoop, callback: fn()) {
    let (reader, mut writer) = UnixStream::pair().unwrap();
    writer.write_all(b"!").unwrap();
    let own = event_loop.clone();
    let reader = Rc::new(reader);
    let fd = reader.clone();
    let watched = event_loop.add_reader(&*reader, move || {
        own.remove_reader(&*fd)?;
        callback();
        Ok::<_, Error>(())
    });
    watched.unwrap();
}

struct Unprintable;

impl fmt::Debug for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("unprintable")
    }
}

impl fmt::Display for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("unprintable")
    }
}

impl std::error::Error for Unprintable {}

impl asyncio_executor::ContextThing for Unprintable {}

struct Undroppable(#[allow(dead_code, reason = "it is dropped")] Bomb);

impl fmt::Debug for Undroppable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an exception")
    }
}

impl fmt::Display for Undroppable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an exception")
    }
}

impl std::error::Error for Undroppable {}
