//! STR-10, STR-11, STR-12 and STR-16, on connections that exist in memory only.

use std::io;
use std::rc::Rc;

use asyncio_streams::{
    Error, EventLoop, Result, StreamReader, StreamReaderProtocol, StreamWriter, get_running_loop,
};

use crate::support::{Memory, Notes, logged, run, started, step, text};

/// A connection with both of its ends' objects.
struct Pair {
    memory: Rc<Memory>,
    reader: StreamReader,
    writer: StreamWriter,
    protocol: Rc<StreamReaderProtocol>,
}

fn pair(event_loop: &EventLoop) -> Result<Pair> {
    let memory = Rc::new(Memory::default());
    let reader = StreamReader::default();
    let protocol = StreamReaderProtocol::new(&reader);
    memory.connect(protocol.clone())?;
    let flow = protocol.flow_control();
    let writer = StreamWriter::new(&memory.transport(), flow, Some(&reader), event_loop);
    Ok(Pair {
        memory,
        reader,
        writer,
        protocol,
    })
}

fn reset() -> Error {
    io::Error::from(io::ErrorKind::ConnectionReset).into()
}

#[test]
fn what_is_written_reaches_the_transport() {
    run(async {
        let mut pair = pair(&get_running_loop()?)?;
        pair.writer.write(b"one ");
        pair.writer.writelines(&["two ", "", "three"]);
        assert_eq!(*pair.memory.sent.borrow(), b"one two three");
        assert!(pair.writer.can_write_eof());
        assert_eq!(pair.writer.transport(), pair.memory.transport());
        pair.writer.close();
        assert!(pair.writer.is_closing());
        pair.writer.wait_closed().await
    });
}

#[test]
fn str_10_drain_gives_the_readers_error() {
    run(async {
        let mut pair = pair(&get_running_loop()?)?;
        let error = reset();
        pair.reader.set_exception(error.clone());
        for _ in 0..2 {
            assert!(pair.writer.drain().await.unwrap_err().same(&error));
        }
        pair.writer.close();
        pair.writer.wait_closed().await
    });
}

#[test]
fn str_10_drain_after_close_lets_the_connection_end() {
    run(async {
        let mut pair = pair(&get_running_loop()?)?;
        let notes = Notes::default();
        pair.writer.close();
        get_running_loop()?.call_soon({
            let notes = notes.clone();
            move || notes.add("callback")
        });
        for _ in 0..2 {
            let error = pair.writer.drain().await.unwrap_err();
            assert_eq!(text(&error), "ConnectionResetError: Connection lost");
            assert_eq!(notes.take().len(), 1);
            notes.add("the callback has run");
        }
        pair.writer.wait_closed().await
    });
}

/// Starts three tasks in `drain()`.
async fn three_drain(writer: &StreamWriter, notes: &Notes) -> Result<()> {
    for name in ["a", "b", "c"] {
        let (mut writer, notes) = (writer.clone(), notes.clone());
        let drain = async move {
            match writer.drain().await {
                Ok(()) => notes.add(name),
                Err(error) => notes.add(format!("{name} {}", error.type_name())),
            }
            Ok(())
        };
        started(drain).await?;
    }
    Ok(())
}

#[test]
fn str_10_many_tasks_drain_and_go_on_in_order() {
    run(async {
        let mut pair = pair(&get_running_loop()?)?;
        let notes = Notes::default();
        let flow = pair.protocol.flow_control();
        flow.pause_writing();
        three_drain(&pair.writer, &notes).await?;
        assert!(notes.take().is_empty());
        flow.resume_writing();
        flow.pause_writing();
        assert!(notes.take().is_empty(), "they go on in the next iteration");
        step().await?;
        assert_eq!(notes.take(), ["a", "b", "c"]);
        pair.writer.close();
        pair.writer.wait_closed().await
    });
}

#[test]
fn str_10_drain_and_the_end_of_the_connection() {
    for (exc, outcome) in [(Some(reset()), " ConnectionResetError"), (None, "")] {
        run(async move {
            let pair = pair(&get_running_loop()?)?;
            let notes = Notes::default();
            pair.protocol.flow_control().pause_writing();
            three_drain(&pair.writer, &notes).await?;
            pair.memory.lose(exc)?;
            step().await?;
            let expected = ["a", "b", "c"].map(|name| format!("{name}{outcome}"));
            assert_eq!(notes.take(), expected);
            Ok(())
        });
    }
}

#[test]
fn str_11_drain_returns_at_once_below_the_mark() {
    run(async {
        let mut pair = pair(&get_running_loop()?)?;
        let notes = Notes::default();
        get_running_loop()?.call_soon({
            let notes = notes.clone();
            move || notes.add("callback")
        });
        pair.writer.write(b"data");
        pair.writer.drain().await?;
        assert!(notes.take().is_empty());
        pair.writer.close();
        pair.writer.wait_closed().await
    });
}

#[test]
fn str_12_wait_closed_gives_the_error_of_the_connection() {
    run(async {
        let mut pair = pair(&get_running_loop()?)?;
        let error = reset();
        let waiting = started({
            let writer = pair.writer.clone();
            async move { writer.wait_closed().await }
        })
        .await?;
        assert!(!waiting.done());
        pair.memory.lose(Some(error.clone()))?;
        assert!(waiting.await.unwrap_err().same(&error));
        for _ in 0..2 {
            assert!(pair.writer.wait_closed().await.unwrap_err().same(&error));
        }
        assert!(pair.reader.read(1).await.unwrap_err().same(&error));
        Ok(())
    });
}

#[test]
fn the_end_of_the_connection_wakes_reader_closer_and_drainer_in_this_order() {
    run(async {
        let Pair {
            memory,
            mut reader,
            writer,
            protocol,
        } = pair(&get_running_loop()?)?;
        let notes = Notes::default();
        protocol.flow_control().pause_writing();
        three_drain(&writer, &notes).await?;
        started({
            let (writer, notes) = (writer.clone(), notes.clone());
            async move {
                writer.wait_closed().await?;
                notes.add("closed");
                Ok(())
            }
        })
        .await?;
        started({
            let notes = notes.clone();
            async move {
                notes.add(format!("read {:?}", reader.read(1).await?));
                Ok(())
            }
        })
        .await?;
        memory.lose(None)?;
        step().await?;
        assert_eq!(notes.take(), ["read b\"\"", "closed", "a", "b", "c"]);
        Ok(())
    });
}

#[test]
fn str_16_the_last_unclosed_writer_closes_the_connection() {
    let logs = logged(|| {
        run(async {
            let Pair {
                memory,
                mut reader,
                writer,
                protocol: _,
            } = pair(&get_running_loop()?)?;
            let clone = writer.clone();
            drop(writer);
            assert!(memory.transport().is_reading());
            drop(clone);
            assert!(!memory.transport().is_reading());
            assert_eq!(reader.read(1).await?, "");
            Ok(())
        });
    });
    assert_eq!(
        logs,
        ["unclosed <StreamWriter transport=<Memory> reader=<StreamReader transport=<Memory>>>"]
    );
}

#[test]
fn str_16_a_closed_writer_goes_silently() {
    let logs = logged(|| {
        run(async {
            let mut pair = pair(&get_running_loop()?)?;
            pair.writer.close();
            Ok(())
        });
    });
    assert!(logs.is_empty(), "{logs:?}");
}

#[test]
fn str_16_after_the_loop_there_is_only_a_warning() {
    let logs = logged(|| {
        let pair = run(async { pair(&get_running_loop()?) });
        drop(pair);
    });
    assert_eq!(logs, ["loop is closed"]);
}

#[test]
fn nothing_is_left_of_a_connection_that_the_loop_did_not_end() {
    let (pair, event_loop) = run(async {
        let event_loop = get_running_loop()?;
        Ok((pair(&event_loop)?, event_loop))
    });
    drop(event_loop);
    let memory = Rc::downgrade(&pair.memory);
    let protocol = Rc::downgrade(&pair.protocol);
    logged(|| drop(pair));
    assert_eq!((memory.strong_count(), protocol.strong_count()), (0, 0));
}
