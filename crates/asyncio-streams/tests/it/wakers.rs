//! What foreign wakers may do when they are woken: panic, drop waits, poll in place.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use asyncio_streams::{FlowControl, Result, StreamReader, StreamReaderProtocol};

use crate::support::{Memory, logged, run, started, step};

type Wait = Pin<Box<dyn Future<Output = Result<()>>>>;

/// Panics when it is woken.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("foreign waker");
    }
}

thread_local! {
    /// What [`InPlace`] polls.
    static POLLED: RefCell<Vec<Wait>> = const { RefCell::new(Vec::new()) };
}

/// Polls everything in place, and drops what is done.
struct InPlace;

impl InPlace {
    fn start(wait: Wait) {
        POLLED.with_borrow_mut(|polled| polled.push(wait));
        InPlace::poll_all();
    }

    fn poll_all() {
        let waker = Waker::from(Arc::new(InPlace));
        let mut waits = POLLED.take();
        waits.retain_mut(|wait| poll(wait, &waker).is_pending());
        POLLED.with_borrow_mut(|polled| polled.extend(waits));
    }
}

impl Wake for InPlace {
    fn wake(self: Arc<Self>) {
        InPlace::poll_all();
    }
}

fn poll(wait: &mut Wait, waker: &Waker) -> Poll<Result<()>> {
    wait.as_mut().poll(&mut Context::from_waker(waker))
}

fn drain(flow: &FlowControl) -> Wait {
    let flow = flow.clone();
    Box::pin(async move { flow.drain_helper().await })
}

fn wait_closed(flow: &FlowControl) -> Wait {
    let flow = flow.clone();
    Box::pin(async move { flow.wait_closed().await })
}

/// `first` puts somebody in line before a task, which must go on all the same at `turn`.
fn task_goes_on_behind(first: fn(&FlowControl), turn: fn(&FlowControl)) {
    run(async move {
        let flow = FlowControl::new();
        flow.pause_writing();
        first(&flow);
        let drains = started(drain(&flow)).await?;
        let closes = started(wait_closed(&flow)).await?;
        turn(&flow);
        step().await?;
        assert!(drains.done(), "the one that drains was woken");
        if !closes.done() {
            flow.connection_lost(None);
            closes.await?;
        }
        Ok(())
    });
}

#[test]
fn a_waker_that_panics_keeps_nobody_from_going_on() {
    let logs = logged(|| {
        for (wait, turn) in [
            (
                drain as fn(&FlowControl) -> Wait,
                FlowControl::resume_writing as fn(&FlowControl),
            ),
            (drain, |flow| flow.connection_lost(None)),
            (wait_closed, |flow| flow.connection_lost(None)),
        ] {
            run(async move {
                let flow = FlowControl::new();
                flow.pause_writing();
                let mut first = wait(&flow);
                assert!(poll(&mut first, &Waker::from(Arc::new(Panics))).is_pending());
                let drains = started(drain(&flow)).await?;
                turn(&flow);
                step().await?;
                assert!(drains.done());
                assert!(poll(&mut first, Waker::noop()).is_ready());
                Ok(())
            });
        }
    });
    assert_eq!(logs.len(), 3);
    for log in logs {
        assert!(log.starts_with("Exception ignored in a waker"), "{log}");
    }
}

#[test]
fn a_readers_waker_that_panics_keeps_no_writer_from_hearing_of_the_end() {
    let logs = logged(|| {
        run(async {
            let mut reader = StreamReader::default();
            let protocol = StreamReaderProtocol::new(&reader);
            let memory = Rc::new(Memory::default());
            memory.connect(protocol.clone())?;
            let mut read: Wait = Box::pin(async move { reader.read(1).await.map(drop) });
            assert!(poll(&mut read, &Waker::from(Arc::new(Panics))).is_pending());
            let closes = started(wait_closed(protocol.flow_control())).await?;
            memory.lose(None)?;
            closes.await
        });
    });
    assert_eq!(logs.len(), 1);
}

#[test]
fn a_wait_that_its_waker_ends_in_place_is_not_in_the_way() {
    let turns: [fn(&FlowControl); 2] = [FlowControl::resume_writing, |flow| {
        flow.connection_lost(None);
    }];
    for turn in turns {
        task_goes_on_behind(|flow| InPlace::start(drain(flow)), turn);
        assert!(POLLED.take().is_empty());
    }
}

#[test]
fn who_waits_again_in_place_waits_for_the_next_turn() {
    task_goes_on_behind(
        |flow| {
            let flow = flow.clone();
            InPlace::start(Box::pin(async move {
                flow.drain_helper().await?;
                flow.pause_writing();
                flow.drain_helper().await
            }));
        },
        FlowControl::resume_writing,
    );
    assert!(POLLED.take().is_empty());
}

#[test]
fn a_read_that_goes_on_in_place_leaves_no_transport_paused() {
    run(async {
        let memory = Rc::new(Memory::default());
        let mut reader = StreamReader::new(4)?;
        reader.set_transport(&memory.transport());
        let feeder = reader.feeder();
        let taken = Rc::new(Cell::new(0));
        let count = taken.clone();
        InPlace::start(Box::pin(async move {
            count.set(reader.read(100).await?.len());
            count.set(count.get() + reader.readexactly(20).await?.len());
            Ok(())
        }));
        for expected in [10, 10, 30] {
            assert!(memory.transport().is_reading());
            feeder.feed_data(&[0; 10]);
            assert_eq!(taken.get(), expected);
        }
        assert!(POLLED.take().is_empty());
        Ok(())
    });
}
