//! The callbacks of descriptors.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Read, Write, pipe};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{EventLoop, ExceptionContext, Handle};
use asyncio_reactor::Interest;
use asyncio_reactor::sim::Call;

use crate::support::{
    Log, OnDrop, log_reports, manual_loop, real_loop, run_once, run_times, stopper, virtual_loop,
};

#[test]
fn a_reader_runs_whenever_there_is_input_and_keeps_its_state() {
    let (event_loop, sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    let log = Log::new();
    let mut count = 0;
    let noted = log.clone();
    event_loop
        .add_reader(&reader, move || {
            count += 1;
            noted.add(count);
        })
        .unwrap();
    sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
    run_times(&event_loop, 3);
    assert_eq!(log.take(), ["1", "2", "3"]);
    sim.clear_ready(reader.as_raw_fd());
    run_once(&event_loop);
    assert!(log.take().is_empty());
    event_loop.close().unwrap();
}

#[test]
fn a_reader_runs_before_the_writer_of_its_descriptor() {
    let (event_loop, sim) = virtual_loop();
    let (stream, _peer) = UnixStream::pair().unwrap();
    let fd = stream.as_raw_fd();
    let log = Log::new();
    event_loop.add_writer(&stream, log.note("writer")).unwrap();
    event_loop.add_reader(&stream, log.note("reader")).unwrap();
    sim.set_ready(fd, Interest::BOTH);
    run_once(&event_loop);
    assert_eq!(log.take(), ["reader", "writer"]);

    assert!(event_loop.remove_reader(&stream).unwrap());
    run_once(&event_loop);
    assert_eq!(log.take(), ["writer"]);
    assert!(event_loop.remove_writer(&stream).unwrap());
    assert!(!event_loop.remove_writer(&stream).unwrap());
    run_once(&event_loop);
    assert!(log.take().is_empty());

    let (writing, both) = (Interest::WRITABLE, Interest::BOTH);
    let calls = sim.take_calls().into_iter();
    let calls: Vec<Call> = calls
        .filter(|call| !matches!(call, Call::Select { .. }))
        .collect();
    assert_eq!(
        calls,
        [
            Call::Register {
                fd,
                interest: writing
            },
            Call::Modify { fd, interest: both },
            Call::Modify {
                fd,
                interest: writing
            },
            Call::Unregister { fd },
        ]
    );
    event_loop.close().unwrap();
}

#[test]
fn a_replaced_reader_is_dropped_at_once_and_costs_no_system_call() {
    let (event_loop, sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    let log = Log::new();
    let dropped = OnDrop(log.note("dropped"));
    event_loop
        .add_reader(&reader, move || {
            let _captured = &dropped;
            unreachable!("was replaced")
        })
        .unwrap();
    let _ = sim.take_calls();
    event_loop.add_reader(&reader, log.note("new")).unwrap();
    assert_eq!(log.take(), ["dropped"]);
    assert_eq!(sim.take_calls(), []);
    sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
    run_once(&event_loop);
    assert_eq!(log.take(), ["new"]);
    event_loop.close().unwrap();
}

#[test]
fn a_reader_may_replace_itself() {
    let (event_loop, sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    let reader = Rc::new(reader);
    let log = Log::new();
    let dropped = OnDrop(log.note("first dropped"));
    event_loop
        .add_reader(&*reader, {
            let (event_loop, reader, log) = (event_loop.clone(), reader.clone(), log.clone());
            move || {
                let _captured = &dropped;
                event_loop.add_reader(&*reader, log.note("second")).unwrap();
                log.add("first");
            }
        })
        .unwrap();
    sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
    run_times(&event_loop, 3);
    assert_eq!(log.take(), ["first", "first dropped", "second", "second"]);
    event_loop.close().unwrap();
}

#[test]
fn a_reader_may_remove_itself() {
    let (event_loop, sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    let reader = Rc::new(reader);
    let log = Log::new();
    let dropped = OnDrop(log.note("dropped"));
    event_loop
        .add_reader(&*reader, {
            let (event_loop, reader, log) = (event_loop.clone(), reader.clone(), log.clone());
            move || {
                let _captured = &dropped;
                assert!(event_loop.remove_reader(&*reader).unwrap());
                assert!(!event_loop.remove_reader(&*reader).unwrap());
                log.add("ran");
            }
        })
        .unwrap();
    sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
    run_times(&event_loop, 2);
    assert_eq!(log.take(), ["ran", "dropped"]);
    assert_eq!(Rc::strong_count(&reader), 1);
    event_loop.close().unwrap();
}

#[test]
fn a_reader_that_is_removed_in_the_iteration_that_would_run_it_does_not_run() {
    let (event_loop, sim) = virtual_loop();
    let (stream, _peer) = UnixStream::pair().unwrap();
    let stream = Rc::new(stream);
    let log = Log::new();
    event_loop
        .add_reader(&*stream, {
            let (event_loop, stream, log) = (event_loop.clone(), stream.clone(), log.clone());
            move || {
                log.add("reader");
                event_loop.remove_writer(&*stream).unwrap();
            }
        })
        .unwrap();
    event_loop.add_writer(&*stream, log.note("writer")).unwrap();
    sim.set_ready(stream.as_raw_fd(), Interest::BOTH);
    run_once(&event_loop);
    assert_eq!(log.take(), ["reader"]);
    event_loop.close().unwrap();
}

#[test]
fn a_reader_that_panics_stays_registered() {
    let (event_loop, sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    let log = Log::new();
    log_reports(&event_loop, &log);
    let mut count = 0;
    event_loop
        .add_reader(&reader, move || {
            count += 1;
            panic!("time {count}");
        })
        .unwrap();
    sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
    run_times(&event_loop, 2);
    let reports = log.take();
    assert_eq!(reports.len(), 2);
    assert!(reports[0].ends_with("panicked: time 1"), "{reports:?}");
    assert!(reports[1].ends_with("panicked: time 2"), "{reports:?}");
    assert!(event_loop.remove_reader(&reader).unwrap());
    event_loop.close().unwrap();
}

#[test]
fn a_reader_whose_handle_was_cancelled_leaves_the_selector_at_its_next_event() {
    let (event_loop, sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    let fd = reader.as_raw_fd();
    event_loop.set_exception_handler(|_, report: &ExceptionContext| {
        report.get::<Handle>("handle").unwrap().cancel();
    });
    let runs = Rc::new(Cell::new(0));
    let counted = runs.clone();
    event_loop
        .add_reader(&reader, move || {
            counted.set(counted.get() + 1);
            panic!("gives the handler the handle");
        })
        .unwrap();
    sim.set_ready(fd, Interest::READABLE);
    run_once(&event_loop);
    assert_eq!(sim.interest(fd), Some(Interest::READABLE));
    run_once(&event_loop);
    assert_eq!(sim.interest(fd), None);
    assert_eq!(runs.get(), 1);
    assert_eq!(Rc::strong_count(&runs), 1);
    event_loop.close().unwrap();
}

#[test]
fn what_a_callback_captured_may_use_the_loop_when_it_is_dropped() {
    let (event_loop, _sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    let (other, _other_writer) = pipe().unwrap();
    let other = Rc::new(other);
    let log = Log::new();
    let uses_loop = || {
        let (event_loop, other, log) = (event_loop.clone(), other.clone(), log.clone());
        OnDrop(move || {
            event_loop.add_reader(&*other, || ()).unwrap();
            event_loop.remove_reader(&*other).unwrap();
            event_loop.call_soon(log.note("scheduled"));
        })
    };
    let captured = uses_loop();
    event_loop
        .add_reader(&reader, move || {
            let _captured = &captured;
        })
        .unwrap();
    // Replaced, and then removed.
    let captured = uses_loop();
    event_loop
        .add_reader(&reader, move || {
            let _captured = &captured;
        })
        .unwrap();
    event_loop.remove_reader(&reader).unwrap();
    run_once(&event_loop);
    assert_eq!(log.take(), ["scheduled"; 2]);
    event_loop.close().unwrap();
}

#[test]
fn a_callback_that_the_selector_refuses_may_use_the_loop_when_it_is_dropped() {
    let event_loop = real_loop();
    let (reader, _writer) = pipe().unwrap();
    let file = File::open(std::env::current_exe().unwrap()).unwrap();
    let uses_loop = {
        let event_loop = event_loop.clone();
        OnDrop(move || assert!(!event_loop.remove_reader(&reader).unwrap()))
    };
    let refused = event_loop.add_reader(&file, move || {
        let _captured = &uses_loop;
    });
    let error = refused.unwrap_err();
    assert_eq!(error.type_name(), "PermissionError", "{error:?}");
    assert!(!event_loop.remove_reader(&file).unwrap());
    event_loop.close().unwrap();
}

#[test]
fn a_descriptor_that_was_closed_too_early_does_no_harm() {
    let event_loop = real_loop();
    let log = Log::new();
    let number = with_closed_reader(&event_loop, &log);
    run_once(&event_loop);
    assert!(log.take().is_empty());

    // The number comes back as another file, and is still registered: it must be removed first.
    let (reader, mut writer) = pipe().unwrap();
    let reader = duplicate_at(number, &reader);
    assert!(event_loop.remove_reader(&reader).unwrap());
    event_loop.add_reader(&reader, log.note("new")).unwrap();
    writer.write_all(b"x").unwrap();
    run_once(&event_loop);
    assert_eq!(log.take(), ["new"]);
    assert!(event_loop.remove_reader(&reader).unwrap());
    event_loop.close().unwrap();
}

#[test]
fn a_closed_descriptor_with_both_directions_can_be_removed() {
    let event_loop = real_loop();
    let (stream, _peer) = UnixStream::pair().unwrap();
    let closed = duplicate_at(600, &stream);
    event_loop.add_reader(&closed, || ()).unwrap();
    event_loop.add_writer(&closed, || ()).unwrap();
    drop(closed);

    let again = duplicate_at(600, &stream);
    assert!(event_loop.remove_reader(&again).unwrap());
    assert!(event_loop.remove_writer(&again).unwrap());
    let log = Log::new();
    event_loop.add_writer(&again, log.note("writer")).unwrap();
    run_once(&event_loop);
    assert_eq!(log.take(), ["writer"]);
    assert!(event_loop.remove_writer(&again).unwrap());
    event_loop.close().unwrap();
}

#[test]
fn a_transports_descriptor_is_its_own() {
    let (event_loop, sim) = virtual_loop();
    let (stream, _peer) = UnixStream::pair().unwrap();
    let log = Log::new();
    event_loop.claim(&stream);
    let text = format!("File descriptor {} is used by", stream.as_raw_fd());
    let refusals = [
        event_loop.add_reader(&stream, || ()).unwrap_err(),
        event_loop.add_writer(&stream, || ()).unwrap_err(),
        event_loop.remove_reader(&stream).unwrap_err(),
        event_loop.remove_writer(&stream).unwrap_err(),
    ];
    for refusal in refusals {
        assert!(refusal.to_string().starts_with(&text), "{refusal}");
    }
    event_loop
        .watch_reader(&stream, log.note("transport"))
        .unwrap();
    sim.set_ready(stream.as_raw_fd(), Interest::READABLE);
    run_once(&event_loop);
    assert_eq!(log.take(), ["transport"]);
    assert!(event_loop.unwatch_reader(&stream));
    event_loop.release(&stream);
    assert!(!event_loop.remove_reader(&stream).unwrap());
    event_loop.close().unwrap();
}

#[test]
fn a_closed_loop_takes_no_readers_and_has_none() {
    let (event_loop, _sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    event_loop.add_reader(&reader, || ()).unwrap();
    event_loop.close().unwrap();
    let refused = event_loop.add_reader(&reader, || ()).unwrap_err();
    assert_eq!(refused.to_string(), "Event loop is closed");
    assert!(!event_loop.remove_reader(&reader).unwrap());
    event_loop.claim(&reader);
    event_loop.release(&reader);
}

#[test]
fn input_through_the_systems_selector() {
    let event_loop = real_loop();
    let (reader, mut writer) = pipe().unwrap();
    let reader = Rc::new(RefCell::new(reader));
    let received: Rc<RefCell<Vec<u8>>> = Rc::default();
    event_loop
        .add_reader(reader.borrow().as_fd(), {
            let (event_loop, reader, received) =
                (event_loop.clone(), reader.clone(), received.clone());
            move || -> io::Result<()> {
                let mut byte = [0];
                let count = reader.borrow_mut().read(&mut byte)?;
                received.borrow_mut().extend(&byte[..count]);
                if count == 0 {
                    event_loop.stop();
                }
                Ok(())
            }
        })
        .unwrap();
    writer.write_all(b"level-triggered").unwrap();
    drop(writer);
    event_loop.run_forever().unwrap();
    assert_eq!(*received.borrow(), b"level-triggered");
    assert!(event_loop.remove_reader(reader.borrow().as_fd()).unwrap());
    event_loop.close().unwrap();
}

#[test]
fn a_hundred_descriptors_in_one_iteration() {
    let (event_loop, sim, _clock) = manual_loop(1);
    let pipes: Vec<_> = (0..100).map(|_| pipe().unwrap()).collect();
    let log = Log::new();
    for (n, (reader, _)) in pipes.iter().enumerate() {
        event_loop.add_reader(reader, log.note(n)).unwrap();
    }
    // Ready in the opposite order: that is the order in which they are reported.
    for (reader, _) in pipes.iter().rev() {
        sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
    }
    event_loop.call_soon(stopper(&event_loop));
    event_loop.run_forever().unwrap();
    let expected: Vec<String> = (0..100).rev().map(|n| n.to_string()).collect();
    assert_eq!(log.take(), expected);
    event_loop.close().unwrap();
}

/// Adds a reader and closes its descriptor without removing it. Returns the number.
fn with_closed_reader(event_loop: &EventLoop, log: &Log) -> RawFd {
    let (reader, _writer) = pipe().unwrap();
    let closed = duplicate_at(500, &reader);
    event_loop.add_reader(&closed, log.note("old")).unwrap();
    closed.as_raw_fd()
}

/// A duplicate of `file` under a number that no other test takes.
fn duplicate_at(number: RawFd, file: &impl AsFd) -> OwnedFd {
    let duplicate = rustix::io::fcntl_dupfd_cloexec(file, number).unwrap();
    assert_eq!(duplicate.as_raw_fd(), number);
    duplicate
}
