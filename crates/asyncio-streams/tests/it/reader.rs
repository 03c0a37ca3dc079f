//! STR-01 to STR-09 and STR-18, on readers that are fed by hand.

use std::io;
use std::rc::Rc;

use asyncio_streams::{
    Error, IncompleteReadError, LimitOverrunError, Result, StreamFeeder, StreamReader, ValueError,
    get_running_loop,
};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, TryStreamExt};

use crate::support::{Memory, Notes, run, started, step, text};

/// A reader that has received `data`.
fn fed(limit: usize, data: &[u8]) -> Result<StreamReader> {
    let reader = StreamReader::new(limit)?;
    reader.feed_data(data);
    Ok(reader)
}

/// As [`fed`], and that is all.
fn ended(data: &[u8]) -> StreamReader {
    let reader = StreamReader::default();
    reader.feed_data(data);
    reader.feed_eof();
    reader
}

fn reset() -> Error {
    io::Error::from(io::ErrorKind::ConnectionReset).into()
}

#[test]
fn str_01_a_limit_must_be_positive() {
    let error = StreamReader::new(0).unwrap_err();
    assert_eq!(error.message(), "Limit cannot be <= 0");
}

#[test]
fn str_01_the_transport_is_paused_above_twice_the_limit() {
    run(async {
        let memory = Rc::new(Memory::default());
        let transport = memory.transport();
        let mut reader = StreamReader::new(10)?;
        reader.set_transport(&transport);
        reader.feed_data(&[0; 20]);
        assert!(transport.is_reading());
        reader.feed_data(&[0]);
        assert!(!transport.is_reading());
        reader.feed_data(&[0; 50]);
        assert_eq!(reader.read(60).await?.len(), 60);
        assert!(!transport.is_reading(), "11 bytes are left");
        assert_eq!(reader.read(1).await?.len(), 1);
        assert!(transport.is_reading(), "10 bytes are left");
        Ok(())
    });
}

#[test]
fn str_01_a_read_that_waits_resumes_the_transport() {
    run(async {
        let memory = Rc::new(Memory::default());
        let transport = memory.transport();
        let mut reader = StreamReader::new(10)?;
        reader.set_transport(&transport);
        let feeder = reader.feeder();
        feeder.feed_data(&[0; 30]);
        assert!(!transport.is_reading());
        let task = started(async move { reader.readexactly(50).await }).await?;
        assert!(transport.is_reading());
        feeder.feed_data(&[0; 20]);
        assert!(!transport.is_reading());
        assert_eq!(task.await?.len(), 50);
        assert!(transport.is_reading());
        Ok(())
    });
}

#[test]
#[should_panic(expected = "AssertionError: Transport already set")]
fn str_01_a_reader_has_one_transport() {
    let reader = StreamReader::default();
    reader.set_transport(&Rc::new(Memory::default()).transport());
    reader.set_transport(&Rc::new(Memory::default()).transport());
}

#[test]
#[should_panic(expected = "AssertionError: feed_data after feed_eof")]
fn nothing_follows_the_end() {
    ended(b"").feed_data(b"more");
}

#[test]
fn str_02_a_separator_may_arrive_in_pieces() {
    run(async {
        let mut reader = StreamReader::default();
        let feeder = reader.feeder();
        let task = started(async move {
            let first = reader.readuntil(b"END").await?;
            Ok((first, reader.readuntil(b"|").await?))
        })
        .await?;
        for piece in [&b"first E"[..], b"N", b"Dsecond|th", b"ird|"] {
            feeder.feed_data(piece);
            step().await?;
        }
        let (first, second) = task.await?;
        assert_eq!(
            (&first[..], &second[..]),
            (&b"first END"[..], &b"second|"[..])
        );
        Ok(())
    });
}

#[test]
fn str_02_the_end_gives_everything_as_partial() {
    run(async {
        let mut reader = ended(b"line\nrest");
        assert_eq!(reader.readuntil(b"\n").await?, "line\n");
        for partial in ["rest", ""] {
            let error = reader.readuntil(b"\n").await.unwrap_err();
            let error = error.downcast_ref::<IncompleteReadError>().unwrap();
            assert_eq!(error, &IncompleteReadError::new(partial, None));
            assert!(reader.at_eof());
        }
        Ok(())
    });
}

#[test]
fn str_02_the_limit_counts_what_is_before_the_separator() {
    run(async {
        let mut reader = fed(5, b"12345\n123456\n")?;
        assert_eq!(reader.readuntil(b"\n").await?, "12345\n");
        let error = reader.readuntil(b"\n").await.unwrap_err();
        let error = error.downcast_ref::<LimitOverrunError>().unwrap();
        let found = "Separator is found, but chunk is longer than limit";
        assert_eq!(error, &LimitOverrunError::new(found, 6));
        assert_eq!(reader.readexactly(7).await?, "123456\n");

        let mut reader = fed(5, b"no separator")?;
        let missing = "Separator is not found, and chunk exceed the limit";
        for (separator, consumed) in [("\n", 12), ("????", 9)] {
            let error = reader.readuntil(separator).await.unwrap_err();
            let error = error.downcast_ref::<LimitOverrunError>().unwrap();
            assert_eq!(error, &LimitOverrunError::new(missing, consumed));
        }
        assert_eq!(reader.readexactly(12).await?, "no separator");
        Ok(())
    });
}

#[test]
fn str_03_of_several_separators_the_match_that_ends_first_wins() {
    run(async {
        let mut reader = fed(100, b"one;two\r\nthree\nfour--five-six")?;
        for expected in ["one;", "two\r\n", "three\n"] {
            assert_eq!(reader.readuntil((b"\r\n", b"\n", b";")).await?, expected);
        }
        assert_eq!(reader.readuntil((b"--", "-")).await?, "four-");
        assert_eq!(reader.readuntil((b"-f", b"-five")).await?, "-f");
        let any: &[&[u8]] = &[b"five-", b"ve-s", b"x"];
        assert_eq!(reader.readuntil(any).await?, "ive-s");
        reader.feed_data(b"1234567");
        for separator in 1..=4 {
            let expected = separator.to_string();
            let read = match separator {
                1 => reader.readuntil(&expected).await?,
                2 => reader.readuntil(&expected.clone().into_bytes()).await?,
                3 => reader.readuntil(&Bytes::from(expected.clone())).await?,
                _ => reader.readuntil(&[expected.as_bytes(), b"5"]).await?,
            };
            assert_eq!(read[read.len() - 1..], *expected.as_bytes());
        }
        Ok(())
    });
}

#[test]
fn str_03_separators_must_be_there_and_not_empty() {
    run(async {
        let mut reader = StreamReader::default();
        let none: &[&[u8]] = &[];
        let error = reader.readuntil(none).await.unwrap_err();
        assert_eq!(
            text(&error),
            "ValueError: Separator should contain at least one element"
        );
        for error in [
            reader.readuntil(b"").await.unwrap_err(),
            reader.readuntil((b"x", b"")).await.unwrap_err(),
        ] {
            assert_eq!(
                text(&error),
                "ValueError: Separator should be at least one-byte string"
            );
        }
        // The misuse comes before the reader's own error.
        reader.set_exception(reset());
        assert!(reader.readuntil("").await.unwrap_err().is::<ValueError>());
        Ok(())
    });
}

#[test]
fn str_04_lines_then_what_is_left_then_nothing() {
    run(async {
        let mut reader = ended(b"first\n\nthird\r\nlast");
        for expected in ["first\n", "\n", "third\r\n", "last", "", ""] {
            assert_eq!(reader.readline().await?, expected);
        }
        Ok(())
    });
}

#[test]
fn str_04_a_line_over_the_limit_is_discarded() {
    run(async {
        let mut reader = fed(5, b"too long\nnext\n")?;
        let error = reader.readline().await.unwrap_err();
        let found = "ValueError: Separator is found, but chunk is longer than limit";
        assert_eq!(text(&error), found);
        assert_eq!(reader.readline().await?, "next\n");

        reader.feed_data(b"without an end");
        let error = reader.readline().await.unwrap_err();
        let missing = "ValueError: Separator is not found, and chunk exceed the limit";
        assert_eq!(text(&error), missing);
        reader.feed_data(b"new\n");
        assert_eq!(reader.readline().await?, "new\n");
        Ok(())
    });
}

#[test]
fn str_04_discarding_a_line_resumes_the_transport() {
    run(async {
        let memory = Rc::new(Memory::default());
        let mut reader = StreamReader::new(5)?;
        reader.set_transport(&memory.transport());
        reader.feed_data(b"much too long\n");
        assert!(!memory.transport().is_reading());
        assert!(reader.readline().await.is_err());
        assert!(memory.transport().is_reading());
        Ok(())
    });
}

#[test]
fn str_05_exactly_what_was_asked_for() {
    run(async {
        let mut reader = fed(10, &[b'x'; 100])?;
        assert_eq!(reader.readexactly(100).await?.len(), 100);
        assert_eq!(reader.readexactly(0).await?, "");
        reader.feed_data(b"short");
        reader.feed_eof();
        let error = reader.readexactly(8).await.unwrap_err();
        let error = error.downcast_ref::<IncompleteReadError>().unwrap();
        assert_eq!(error, &IncompleteReadError::new("short", Some(8)));
        assert_eq!(
            error.to_string(),
            "5 bytes read on a total of 8 expected bytes"
        );
        assert!(reader.at_eof());
        Ok(())
    });
}

#[test]
fn str_06_what_is_there_everything_or_nothing() {
    run(async {
        let mut reader = StreamReader::default();
        assert_eq!(reader.read(0).await?, "");
        reader.feed_data(b"hello world");
        assert_eq!(reader.read(5).await?, "hello");
        assert_eq!(reader.read(100).await?, " world");

        let feeder = reader.feeder();
        let task = started(async move {
            let all = reader.read_to_end().await?;
            Ok((all, reader.read_to_end().await?, reader.read(5).await?))
        })
        .await?;
        for piece in [&b"all "[..], b"of ", b"it"] {
            feeder.feed_data(piece);
            step().await?;
        }
        assert!(!task.done());
        feeder.feed_eof();
        let (all, rest, more) = task.await?;
        assert_eq!(
            (&all[..], &rest[..], &more[..]),
            (&b"all of it"[..], &b""[..], &b""[..])
        );
        Ok(())
    });
}

#[test]
fn str_08_an_error_comes_before_the_data() {
    run(async {
        let mut reader = fed(100, b"buffered data")?;
        assert!(reader.exception().is_none());
        reader.set_exception(reset());
        let exception = reader.exception().unwrap();
        for error in [
            reader.read(5).await.unwrap_err(),
            reader.read(0).await.unwrap_err(),
            reader.readexactly(0).await.unwrap_err(),
            reader.readuntil(b"d").await.unwrap_err(),
            reader.readline().await.unwrap_err(),
            reader.read_to_end().await.unwrap_err(),
            reader.next().await.unwrap().unwrap_err(),
            StreamExt::next(&mut reader).await.unwrap().unwrap_err(),
        ] {
            assert!(error.same(&exception));
        }
        assert!(!reader.at_eof());
        Ok(())
    });
}

/// What a waiting `read(10)` returns when `feed` happens at one go.
async fn outcome_of(feed: fn(&StreamFeeder)) -> Result<String> {
    let mut reader = StreamReader::default();
    let feeder = reader.feeder();
    let task = started(async move { reader.read(10).await }).await?;
    feed(&feeder);
    Ok(match task.await {
        Ok(data) => String::from_utf8(data.to_vec())?,
        Err(error) => text(&error),
    })
}

#[test]
fn str_08_what_comes_first_wakes_the_read() {
    run(async {
        let outcome = outcome_of(|feeder| {
            feeder.feed_data(b"data");
            feeder.set_exception(ValueError::with_message("late"));
        });
        assert_eq!(outcome.await?, "data");
        let outcome = outcome_of(|feeder| {
            feeder.set_exception(ValueError::with_message("first"));
            feeder.feed_data(b"data");
            feeder.set_exception(ValueError::with_message("second"));
        });
        assert_eq!(outcome.await?, "ValueError: first");
        let outcome = outcome_of(StreamFeeder::feed_eof);
        assert_eq!(outcome.await?, "");
        Ok(())
    });
}

#[test]
fn str_08_a_read_that_needs_more_after_an_error_does_not_wait_for_it() {
    run(async {
        let mut reader = StreamReader::default();
        let feeder = reader.feeder();
        let task = started(async move { reader.readexactly(10).await }).await?;
        feeder.feed_data(b"too few");
        feeder.set_exception(reset());
        assert!(task.await.unwrap_err().is::<io::Error>());
        Ok(())
    });
}

#[test]
fn str_09_at_eof_when_all_is_read_and_nothing_follows() {
    run(async {
        let mut reader = fed(10, b"ab")?;
        assert!(!reader.at_eof());
        assert_eq!(reader.readexactly(1).await?, "a");
        reader.feed_eof();
        assert!(!reader.at_eof());
        assert_eq!(reader.read(5).await?, "b");
        assert!(reader.at_eof());
        assert_eq!(reader.read(1).await?, "");
        Ok(())
    });
}

#[test]
fn str_18_iterating_gives_the_lines() {
    run(async {
        let mut reader = ended(b"first\n\nlast without newline");
        let mut lines = Vec::new();
        while let Some(line) = reader.next().await {
            lines.push(line?);
        }
        assert_eq!(lines, ["first\n", "\n", "last without newline"]);
        assert!(reader.next().await.is_none());

        let reader = ended(b"first\n\nlast without newline");
        let collected: Vec<_> = reader.try_collect().await?;
        assert_eq!(collected, lines);
        Ok(())
    });
}

#[test]
fn str_18_a_stream_waits_for_its_lines() {
    run(async {
        let mut reader = StreamReader::new(5)?;
        let feeder = reader.feeder();
        let task = started(async move {
            let mut lines = Vec::new();
            while let Some(line) = StreamExt::next(&mut reader).await {
                lines.push(line.map_or_else(|error| text(&error), |line| format!("{line:?}")));
            }
            Ok(lines)
        })
        .await?;
        for piece in [&b"fi"[..], b"rst\nse", b"cond\ntoo long", b"\nlast"] {
            feeder.feed_data(piece);
            step().await?;
        }
        feeder.feed_eof();
        let missing = "ValueError: Separator is not found, and chunk exceed the limit";
        let second = r#"ValueError: Separator is found, but chunk is longer than limit"#;
        let expected = [r#"b"first\n""#, second, missing, r#"b"\n""#, r#"b"last""#];
        assert_eq!(task.await?, expected);
        Ok(())
    });
}

#[test]
fn a_read_goes_on_one_iteration_after_the_data() {
    run(async {
        let notes = Notes::default();
        let mut reader = StreamReader::default();
        let feeder = reader.feeder();
        let task = started({
            let notes = notes.clone();
            async move {
                reader.readline().await?;
                notes.add("read");
                Ok(())
            }
        })
        .await?;
        let event_loop = get_running_loop()?;
        for when in ["before", "after"] {
            let notes = notes.clone();
            event_loop.call_soon(move || notes.add(when));
            feeder.feed_data(if when == "before" { b"line\n" } else { b"more" });
        }
        notes.add("fed");
        task.await?;
        assert_eq!(notes.take(), ["fed", "before", "read", "after"]);
        Ok(())
    });
}

#[test]
fn reads_work_without_a_task() {
    let mut reader = fed(10, b"line\nrest").unwrap();
    assert_eq!(reader.readline().now_or_never().unwrap().unwrap(), "line\n");
    assert!(reader.readline().now_or_never().is_none());
    let feeder = reader.feeder();
    let mut read = Box::pin(reader.readexactly(6));
    for _ in 0..2 {
        assert!(read.as_mut().now_or_never().is_none());
        feeder.feed_data(b"!");
    }
    assert_eq!(read.now_or_never().unwrap().unwrap(), "rest!!");
}

#[test]
fn what_is_read_is_the_programs_own() {
    let mut reader = StreamReader::default();
    let mut kept = Vec::new();
    for byte in 0..100_u8 {
        reader.feed_data(&[byte; 1000]);
        kept.push(reader.read(999).now_or_never().unwrap().unwrap());
        kept.push(reader.read(999).now_or_never().unwrap().unwrap());
    }
    for (number, data) in kept.iter().enumerate() {
        let size = if number % 2 == 0 { 999 } else { 1 };
        assert_eq!(*data, vec![u8::try_from(number / 2).unwrap(); size]);
    }
}

#[test]
fn a_reader_describes_itself() {
    let reader = fed(5, b"abc").unwrap();
    assert_eq!(format!("{reader:?}"), "<StreamReader 3 bytes limit=5>");
    reader.set_transport(&Rc::new(Memory::default()).transport());
    reader.feed_data(&[0; 20]);
    reader.feed_eof();
    reader.set_exception(ValueError::with_message("bad"));
    assert_eq!(
        format!("{reader:?}"),
        "<StreamReader 23 bytes eof limit=5 exception=ValueError: bad transport=<Memory> paused>"
    );
}
