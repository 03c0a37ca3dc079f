//! What a read or a wait that is cancelled or dropped leaves behind: everything.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use asyncio_streams::{
    CancelledError, FlowControl, Result, StreamFeeder, StreamReader, get_running_loop,
};
use futures_util::future::{Either, select};
use futures_util::{FutureExt, StreamExt};

use crate::support::{run, started, step};

type Read<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Every kind of read, with something to wait for.
fn reads() -> [fn(&mut StreamReader) -> Read<'_>; 7] {
    [
        |reader| reader.read(10).map(|read| read.map(drop)).boxed_local(),
        |reader| {
            reader
                .read_to_end()
                .map(|read| read.map(drop))
                .boxed_local()
        },
        |reader| {
            reader
                .readexactly(10)
                .map(|read| read.map(drop))
                .boxed_local()
        },
        |reader| {
            reader
                .readuntil("|")
                .map(|read| read.map(drop))
                .boxed_local()
        },
        |reader| reader.readline().map(|read| read.map(drop)).boxed_local(),
        |reader| {
            reader
                .next()
                .map(|line| line.unwrap().map(drop))
                .boxed_local()
        },
        |reader| {
            let line = StreamExt::next(reader);
            line.map(|line| line.unwrap().map(drop)).boxed_local()
        },
    ]
}

/// Starts each kind of read as a task, does `interrupt` to it, and looks for its error and for what is left.
fn each_read(
    interrupt: fn(&asyncio_streams::Task<()>, &StreamFeeder),
    outcome: Result<(), CancelledError>,
    left: &'static str,
) {
    for read in reads() {
        let outcome = outcome.clone();
        run(async move {
            let reader = Rc::new(futures_util::lock::Mutex::new(StreamReader::default()));
            let feeder = reader.lock().await.feeder();
            let task = started({
                let reader = reader.clone();
                async move { read(&mut *reader.lock().await).await }
            })
            .await?;
            interrupt(&task, &feeder);
            let result = task.await.map_err(|error| {
                let error: Option<&CancelledError> = error.downcast_ref();
                error.cloned().unwrap()
            });
            assert_eq!(result, outcome);
            feeder.feed_eof();
            assert_eq!(reader.lock().await.read_to_end().await?, left);
            Ok(())
        });
    }
}

#[test]
fn a_cancelled_read_takes_nothing() {
    each_read(
        |task, feeder| {
            assert!(task.cancel_with("stop"));
            feeder.feed_data(b"all of it");
        },
        Err(CancelledError::with_msg(Some("stop".into()))),
        "all of it",
    );
}

#[test]
fn a_read_that_is_cancelled_when_its_data_is_there_takes_nothing() {
    each_read(
        |task, feeder| {
            feeder.feed_data(b"all of it|\n");
            assert!(task.cancel());
        },
        Err(CancelledError::new()),
        "all of it|\n",
    );
}

#[test]
fn a_dropped_read_takes_nothing_and_is_not_woken() {
    for read in reads() {
        run(async move {
            let mut reader = StreamReader::default();
            assert!(read(&mut reader).now_or_never().is_none());
            reader.feed_data(b"all ");
            reader.feed_data(b"of it");
            reader.feed_eof();
            assert_eq!(reader.read_to_end().await?, "all of it");
            Ok(())
        });
    }
}

#[test]
fn a_read_may_lose_a_race() {
    run(async {
        let mut reader = StreamReader::default();
        let feeder = reader.feeder();
        reader.feed_data(b"half a ");
        let later = asyncio_streams::create_task(step());
        match select(Box::pin(reader.readline()), later).await {
            Either::Left(_) => panic!("there is no line"),
            Either::Right((stepped, _read)) => stepped?,
        }
        feeder.feed_data(b"line\n");
        assert_eq!(reader.readline().await?, "half a line\n");
        Ok(())
    });
}

#[test]
fn another_read_supersedes_a_line_of_the_stream() {
    run(async {
        let mut reader = StreamReader::default();
        reader.feed_data(b"half a ");
        assert!(StreamExt::next(&mut reader).now_or_never().is_none());
        assert_eq!(reader.read(5).await?, "half ");
        reader.feed_data(b"line\nand ");
        assert_eq!(StreamExt::next(&mut reader).await.unwrap()?, "a line\n");
        Ok(())
    });
}

#[test]
fn a_cancelled_drain_leaves_the_others_waiting() {
    run(async {
        let flow = FlowControl::new();
        flow.pause_writing();
        let mut tasks = Vec::new();
        for _ in 0..3 {
            let flow = flow.clone();
            tasks.push(started(async move { flow.drain_helper().await }).await?);
        }
        tasks[1].cancel();
        step().await?;
        assert_eq!(
            tasks.iter().map(|task| task.done()).collect::<Vec<_>>(),
            [false, true, false]
        );
        flow.resume_writing();
        step().await?;
        assert!(tasks.iter().all(|task| task.done()));
        assert!(tasks[1].cancelled());
        Ok(())
    });
}

/// Unlike in CPython, where one future is awaited by all.
#[test]
fn a_cancelled_wait_closed_leaves_the_others_waiting() {
    run(async {
        let flow = FlowControl::new();
        let wait = || {
            let flow = flow.clone();
            started(async move { flow.wait_closed().await })
        };
        let (cancelled, other) = (wait().await?, wait().await?);
        cancelled.cancel();
        step().await?;
        assert!(cancelled.cancelled() && !other.done());
        get_running_loop()?.call_soon({
            let flow = flow.clone();
            move || flow.connection_lost(None)
        });
        other.await?;
        flow.wait_closed().await
    });
}
