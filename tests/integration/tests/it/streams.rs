//! Programs on streams, over the loopback interface.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{IncompleteReadError, Server, StreamReader, StreamWriter, TaskGroup, TimeoutError};

use crate::support::{said, say};

/// Answers each line with the number of its words, and `quit` by closing.
async fn count_words(mut reader: StreamReader, mut writer: StreamWriter) -> asyncio::Result<()> {
    loop {
        let line = reader.readline().await?;
        let text = String::from_utf8(line.to_vec())?;
        if text.is_empty() || text == "quit\n" {
            break;
        }
        let count = text.split_whitespace().count();
        writer.write(format!("{count}\n").as_bytes());
        writer.drain().await?;
    }
    writer.close();
    writer.wait_closed().await
}

fn port(server: &Server) -> asyncio::Result<u16> {
    Ok(server.sockets()[0].local_addr()?.port())
}

async fn stop(server: Server) -> asyncio::Result<()> {
    server.close();
    server.wait_closed().await
}

#[asyncio::test]
async fn a_conversation() -> asyncio::Result<()> {
    let server = asyncio::start_server(count_words, "127.0.0.1", 0)
        .backlog(5)
        .await?;
    let connecting = asyncio::open_connection("127.0.0.1", port(&server)?);
    let (mut reader, mut writer) = connecting.limit(1 << 10).await?;
    for (line, answer) in [("to be or not to be\n", "6\n"), ("\n", "0\n")] {
        writer.write(line.as_bytes());
        writer.drain().await?;
        assert_eq!(reader.readline().await?, answer);
    }

    writer.write(b"quit\n");
    let error = reader.readexactly(4).await.unwrap_err();
    let incomplete = error.downcast_ref::<IncompleteReadError>().unwrap();
    assert_eq!(
        (incomplete.partial.len(), incomplete.expected),
        (0, Some(4))
    );
    assert!(reader.at_eof());
    writer.close();
    writer.wait_closed().await?;
    stop(server).await
}

#[asyncio::test]
async fn both_ends_know_each_other() -> asyncio::Result<()> {
    let server = asyncio::start_server(count_words, "127.0.0.1", 0).await?;
    let (_reader, mut writer) = asyncio::open_connection("127.0.0.1", port(&server)?).await?;
    let info = writer.get_extra_info();
    assert_eq!(info.peername(), Some(server.sockets()[0].local_addr()?));
    assert!(info.sockname().unwrap().ip().is_loopback());
    writer.close();
    writer.wait_closed().await?;
    stop(server).await
}

#[asyncio::test]
async fn many_clients_at_once() -> asyncio::Result<()> {
    let server = asyncio::start_server(count_words, "127.0.0.1", 0)
        .backlog(100)
        .await?;
    let port = port(&server)?;
    let answers = TaskGroup::run(async |group| {
        let clients: Vec<_> = (0..50)
            .map(|words| group.create_task(ask(port, "word ".repeat(words) + "\n")))
            .collect();
        let mut answers = Vec::new();
        for client in clients {
            answers.push(client.await?);
        }
        Ok(answers)
    })
    .await?;
    assert_eq!(
        answers,
        (0..50)
            .map(|words| format!("{words}\n"))
            .collect::<Vec<_>>()
    );
    stop(server).await
}

async fn ask(port: u16, line: String) -> asyncio::Result<String> {
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port).await?;
    writer.write(line.as_bytes());
    let answer = reader.readline().await?;
    writer.close();
    writer.wait_closed().await?;
    Ok(String::from_utf8(answer.to_vec())?)
}

#[asyncio::test]
async fn a_timeout_leaves_the_connection_alone() -> asyncio::Result<()> {
    let server = asyncio::start_server(count_words, "127.0.0.1", 0).await?;
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port(&server)?).await?;
    writer.write(b"half a ");
    let error = asyncio::wait_for(reader.readline(), 0.01)
        .await
        .unwrap_err();
    assert!(error.is::<TimeoutError>());
    writer.write(b"line\n");
    assert_eq!(reader.readline().await?, "3\n");
    writer.close();
    writer.wait_closed().await?;
    stop(server).await
}

/// A cancelled client takes its leave: cancellation is an error that a coroutine may act on.
#[asyncio::test]
async fn a_cancelled_client_takes_its_leave() -> asyncio::Result<()> {
    let server = asyncio::start_server(count_words, "127.0.0.1", 0).await?;
    let port = port(&server)?;
    let client = asyncio::create_task(async move {
        let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port).await?;
        say!("waiting");
        let answer = reader.readline().await;
        if answer.is_err() {
            writer.write(b"quit\n");
            assert_eq!(reader.read(1).await?, "");
            say!("the server has closed");
        }
        writer.close();
        writer.wait_closed().await?;
        answer
    });
    while said().is_empty() {
        asyncio::sleep(0.0).await?;
    }
    client.cancel();
    assert!((&client).await.unwrap_err().is_cancelled());
    assert!(client.cancelled());
    assert_eq!(said(), ["the server has closed"]);
    stop(server).await
}

#[asyncio::test]
async fn a_failing_handler_is_reported_and_its_connection_closed() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let reports = Rc::new(RefCell::new(Vec::new()));
    event_loop.set_exception_handler({
        let reports = reports.clone();
        move |_, context| {
            let error = context.exception().map(ToString::to_string);
            reports
                .borrow_mut()
                .push((context.message().to_owned(), error));
        }
    });
    let server = asyncio::start_server(count_words, "127.0.0.1", 0).await?;
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port(&server)?).await?;
    writer.write(b"caf\xe9\n");
    assert_eq!(reader.read_to_end().await?, "");
    writer.close();
    writer.wait_closed().await?;
    stop(server).await?;
    let reports = reports.borrow();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].0, "Unhandled exception in client_connected_cb");
    assert!(reports[0].1.as_ref().unwrap().contains("invalid utf-8"));
    Ok(())
}

#[asyncio::test]
async fn a_closed_server_serves_who_is_there() -> asyncio::Result<()> {
    let server = asyncio::start_server(count_words, "127.0.0.1", 0).await?;
    let port = port(&server)?;
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port).await?;
    writer.write(b"one\n");
    reader.readline().await?;
    server.close();
    assert!(!server.is_serving());
    let error = asyncio::open_connection("127.0.0.1", port)
        .await
        .unwrap_err();
    let refused = error.downcast_ref::<io::Error>().unwrap();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);

    let closed = Rc::new(Cell::new(false));
    let waiting = asyncio::create_task({
        let (server, closed) = (server.clone(), closed.clone());
        async move {
            server.wait_closed().await?;
            closed.set(true);
            Ok(())
        }
    });
    writer.write(b"still here\n");
    assert_eq!(reader.readline().await?, "2\n");
    assert!(!closed.get());
    writer.close();
    writer.wait_closed().await?;
    waiting.await
}

#[asyncio::test]
async fn back_pressure_reaches_the_writer() -> asyncio::Result<()> {
    async fn sink(mut reader: StreamReader, mut writer: StreamWriter) -> asyncio::Result<()> {
        let mut received = 0;
        loop {
            let data = reader.read(1 << 16).await?;
            if data.is_empty() {
                break;
            }
            received += data.len();
        }
        writer.write(received.to_string().as_bytes());
        writer.close();
        writer.wait_closed().await
    }
    let server = asyncio::start_server(sink, "127.0.0.1", 0).await?;
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port(&server)?).await?;
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..32 {
        writer.write(&chunk);
        writer.drain().await?;
        let (_, high) = writer.transport().get_write_buffer_limits();
        assert!(writer.transport().get_write_buffer_size() <= high);
    }
    writer.write_eof();
    assert_eq!(reader.read_to_end().await?, (32 << 20).to_string());
    writer.close();
    writer.wait_closed().await?;
    stop(server).await
}

/// TASK-28: a handler that starts inside of the callback which announces its connection.
#[asyncio::test]
async fn a_conversation_of_eager_tasks() -> asyncio::Result<()> {
    asyncio::get_running_loop()?.set_task_factory(asyncio::eager_task_factory);
    let greet = async |reader: StreamReader, mut writer: StreamWriter| {
        writer.write(b"hello\n");
        count_words(reader, writer).await
    };
    let server = asyncio::start_server(greet, "localhost", 0).await?;
    let connecting = asyncio::open_connection("localhost", port(&server)?);
    let (mut reader, mut writer) = connecting.await?;
    assert_eq!(reader.readline().await?, "hello\n");
    writer.write(b"one two\n");
    assert_eq!(reader.readline().await?, "2\n");
    writer.write(b"quit\n");
    assert_eq!(reader.readline().await?, "");
    writer.close();
    writer.wait_closed().await?;
    stop(server).await
}
