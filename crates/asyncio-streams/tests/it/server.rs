//! STR-14 and the rest of `start_server`.

use std::cell::RefCell;
use std::future::Future;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::rc::Rc;

use asyncio_streams::{
    AnyTask, CancelledError, Future as AsyncioFuture, LoopTasks, Result, Server, StreamReader,
    StreamWriter, Transport, ValueError, current_task, get_running_loop, open_connection, sleep,
    start_server,
};

use crate::support::{Notes, logged, receive_all, run, step, text};

fn address(server: &Server) -> Result<SocketAddr> {
    Ok(server.sockets()[0].local_addr()?)
}

/// A connection to `server` that has sent `data`.
fn client(server: &Server, data: &[u8]) -> Result<TcpStream> {
    let mut peer = TcpStream::connect(address(server)?)?;
    peer.write_all(data)?;
    Ok(peer)
}

async fn end(server: Server) -> Result<()> {
    server.close();
    server.wait_closed().await
}

/// Notes what the exception handler is told, and completes a future each time.
fn watch_errors() -> Result<(Notes, Rc<RefCell<AsyncioFuture<()>>>)> {
    let event_loop = get_running_loop()?;
    let notes = Notes::default();
    let reported = Rc::new(RefCell::new(event_loop.create_future()));
    event_loop.set_exception_handler({
        let (notes, reported) = (notes.clone(), reported.clone());
        move |event_loop, context| {
            assert!(context.get::<Transport>("transport").is_some());
            let error = text(context.exception().unwrap());
            notes.add(format!("{} - {error}", context.message()));
            let next = event_loop.create_future();
            reported.replace(next).set_result(())
        }
    });
    Ok((notes, reported))
}

async fn echo(mut reader: StreamReader, mut writer: StreamWriter) -> Result<()> {
    while let Some(line) = reader.next().await {
        writer.write(&line?);
        writer.drain().await?;
    }
    writer.close();
    writer.wait_closed().await
}

#[test]
fn a_server_serves_many_clients_at_once() {
    run(async {
        let server = start_server(echo, "127.0.0.1", 0).await?;
        let mut clients = Vec::new();
        for _ in 0..10 {
            let address = address(&server)?;
            clients.push(open_connection(address.ip(), address.port()).await?);
        }
        for round in 0..3 {
            for (number, (_reader, writer)) in clients.iter_mut().enumerate() {
                writer.write(format!("{number} in round {round}\n").as_bytes());
            }
            for (number, (reader, _writer)) in clients.iter_mut().enumerate() {
                let expected = format!("{number} in round {round}\n");
                assert_eq!(reader.readline().await?, expected);
            }
        }
        for (mut reader, mut writer) in clients {
            writer.write_eof();
            assert_eq!(reader.read_to_end().await?, "");
            writer.close();
            writer.wait_closed().await?;
        }
        end(server).await
    });
}

#[test]
fn a_limit_must_be_positive() {
    run(async {
        let error = start_server(echo, "127.0.0.1", 0)
            .limit(0)
            .await
            .unwrap_err();
        assert_eq!(text(&error), "ValueError: Limit cannot be <= 0");
        Ok(())
    });
}

#[test]
fn the_limit_is_that_of_each_reader() {
    run(async {
        let (notes, reported) = watch_errors()?;
        let server = start_server(echo, "127.0.0.1", 0).limit(5).await?;
        let peer = client(&server, b"12345\n123456\n")?;
        let next = reported.borrow().clone();
        next.await?;
        let text = "ValueError: Separator is found, but chunk is longer than limit";
        let report = format!("Unhandled exception in client_connected_cb - {text}");
        assert_eq!(notes.take(), [report]);
        step().await?;
        assert_eq!(receive_all(peer)?, b"12345\n");
        end(server).await
    });
}

#[test]
fn str_14_a_failure_is_reported_and_closes_the_connection() {
    async fn failing(mut reader: StreamReader, _writer: StreamWriter) -> Result<()> {
        reader.readline().await?;
        Err(ValueError::with_message("bad request").into())
    }
    async fn panicking(mut reader: StreamReader, _writer: StreamWriter) -> Result<()> {
        match &reader.readline().await?[..] {
            b"" => Ok(()),
            line => panic!("bad line {line:?}"),
        }
    }
    let failed = "ValueError: bad request";
    check_failure(failing, failed);
    check_failure(panicking, "PanicError: panicked: bad line [104, 105, 10]");
}

fn check_failure<C>(handler: fn(StreamReader, StreamWriter) -> C, error: &'static str)
where
    C: Future<Output = Result<()>> + 'static,
{
    let logs = logged(|| {
        run(async move {
            let (notes, reported) = watch_errors()?;
            let server = start_server(handler, "127.0.0.1", 0).await?;
            let next = reported.borrow().clone();
            let peer = client(&server, b"hi\n")?;
            next.await?;
            let report = format!("Unhandled exception in client_connected_cb - {error}");
            assert_eq!(notes.take(), [report]);
            step().await?;
            assert_eq!(receive_all(peer)?, b"");
            end(server).await
        });
    });
    assert!(logs.is_empty(), "no unclosed writer: {logs:?}");
}

#[test]
fn str_14_a_panic_leaves_the_other_connections_alone() {
    run(async {
        let handler = async |mut reader: StreamReader, mut writer: StreamWriter| {
            while let Some(line) = reader.next().await {
                assert_ne!(line?, "panic\n");
                writer.write(b"fine\n");
            }
            writer.close();
            writer.wait_closed().await
        };
        let (notes, reported) = watch_errors()?;
        let server = start_server(handler, "127.0.0.1", 0).await?;
        let address = address(&server)?;
        let (mut reader, mut writer) = open_connection(address.ip(), address.port()).await?;
        writer.write(b"one\n");
        assert_eq!(reader.readline().await?, "fine\n");
        let next = reported.borrow().clone();
        let peer = client(&server, b"panic\n")?;
        next.await?;
        assert_eq!(notes.take().len(), 1);
        step().await?;
        assert_eq!(receive_all(peer)?, b"");
        writer.write(b"two\n");
        assert_eq!(reader.readline().await?, "fine\n");
        writer.close();
        writer.wait_closed().await?;
        end(server).await
    });
}

#[test]
fn str_14_a_cancelled_handler_closes_silently() {
    run(async {
        let (notes, _reported) = watch_errors()?;
        let started: AsyncioFuture<AnyTask> = get_running_loop()?.create_future();
        let handler = {
            let started = started.clone();
            move |mut reader: StreamReader, _writer: StreamWriter| {
                let started = started.clone();
                async move {
                    started.set_result(current_task()?.unwrap())?;
                    let error = reader.readline().await.unwrap_err();
                    let cancelled: &CancelledError = error.downcast_ref().unwrap();
                    assert_eq!(cancelled.msg(), Some("stop"));
                    Err(error)
                }
            }
        };
        let server = start_server(handler, "127.0.0.1", 0).await?;
        let peer = client(&server, b"")?;
        let task = started.await?;
        step().await?;
        task.cancel_with("stop");
        while !task.done() {
            step().await?;
        }
        step().await?;
        step().await?;
        assert_eq!(receive_all(peer)?, b"");
        assert!(notes.take().is_empty());
        end(server).await
    });
}

#[test]
fn str_14_a_handler_that_returns_leaves_a_kept_writer_open() {
    run(async {
        let returned: AsyncioFuture<StreamWriter> = get_running_loop()?.create_future();
        let handler = {
            let returned = returned.clone();
            move |_reader: StreamReader, mut writer: StreamWriter| {
                let returned = returned.clone();
                async move {
                    writer.write(b"hello");
                    returned.set_result(writer)?;
                    Ok(())
                }
            }
        };
        let server = start_server(handler, "127.0.0.1", 0).await?;
        let mut peer = client(&server, b"")?;
        let mut writer = returned.await?;
        step().await?;
        step().await?;
        assert!(!writer.is_closing());
        let mut hello = [0; 5];
        peer.read_exact(&mut hello)?;
        assert_eq!(&hello, b"hello");
        writer.close();
        writer.wait_closed().await?;
        end(server).await
    });
}

#[test]
fn str_16_a_handler_that_returns_without_a_close_is_warned_of() {
    let logs = logged(|| {
        run(async {
            let handler = async |mut reader: StreamReader, _writer: StreamWriter| {
                reader.readline().await?;
                Ok(())
            };
            let server = start_server(handler, "127.0.0.1", 0).await?;
            let peer = client(&server, b"bye\n")?;
            let mut end_of_peer = peer.try_clone()?;
            end_of_peer.set_nonblocking(true)?;
            while end_of_peer.read(&mut [0]).is_err() {
                step().await?;
            }
            end(server).await
        });
    });
    assert_eq!(logs.len(), 1, "{logs:?}");
    assert!(
        logs[0].starts_with("unclosed <StreamWriter transport="),
        "{logs:?}"
    );
}

#[test]
fn str_14_the_handler_may_be_a_plain_function() {
    run(async {
        let (notes, _reported) = watch_errors()?;
        let called: Rc<RefCell<Vec<StreamWriter>>> = Rc::default();
        let handler = {
            let called = called.clone();
            move |_reader: StreamReader, writer: StreamWriter| {
                called.borrow_mut().push(writer);
                match called.borrow().len() {
                    1 => Ok(()),
                    2 => Err(ValueError::with_message("bad client")),
                    _ => panic!("too many"),
                }
            }
        };
        let server = start_server(handler, "127.0.0.1", 0).await?;
        for (number, report) in [
            None,
            Some("ValueError: bad client"),
            Some("PanicError: panicked: too many"),
        ]
        .into_iter()
        .enumerate()
        {
            let peer = client(&server, b"")?;
            while called.borrow().len() == number {
                step().await?;
            }
            let mut writer = called.borrow().last().unwrap().clone();
            assert_eq!(writer.is_closing(), report.is_some());
            writer.close();
            writer.wait_closed().await?;
            assert_eq!(receive_all(peer)?, b"");
            let report = report
                .map(|report| format!("Unhandled exception in client_connected_cb - {report}"));
            assert_eq!(notes.take(), report.into_iter().collect::<Vec<_>>());
        }
        end(server).await
    });
}

#[test]
fn connections_that_outlive_the_loop_are_closed() {
    let peer = run(async {
        let handler = async |_reader: StreamReader, _writer: StreamWriter| sleep(3600.0).await;
        let server = start_server(handler, "127.0.0.1", 0).await?;
        let peer = client(&server, b"")?;
        while server.get_loop().all_tasks().len() == 1 {
            step().await?;
        }
        Ok(peer)
    });
    assert_eq!(receive_all(peer).unwrap(), b"");
}
