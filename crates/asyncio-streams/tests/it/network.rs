//! `open_connection`, and what only a real connection shows.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use asyncio_streams::{Result, StreamWriter, Transport, ValueError, open_connection};

use crate::support::{open_stream, open_stream_with, receive_all, reset, run, started, step, text};

#[test]
fn str_01_a_limit_must_be_positive() {
    run(async {
        let error = open_connection("127.0.0.1", 1).limit(0).await.unwrap_err();
        assert_eq!(text(&error), "ValueError: Limit cannot be <= 0");
        Ok(())
    });
}

#[test]
fn str_01_the_limit_pauses_reading() {
    run(async {
        let (mut reader, mut writer, mut peer) = open_stream_with(10).await?;
        peer.write_all(&[b'x'; 20])?;
        assert_eq!(reader.read(1).await?.len(), 1);
        assert!(writer.transport().is_reading());
        peer.write_all(b"yy")?;
        while writer.transport().is_reading() {
            step().await?;
        }
        assert_eq!(reader.read(10).await?.len(), 10);
        assert!(!writer.transport().is_reading());
        assert_eq!(reader.read(1).await?.len(), 1);
        assert!(writer.transport().is_reading());
        writer.close();
        writer.wait_closed().await
    });
}

#[test]
fn str_05_readexactly_goes_beyond_the_limit() {
    run(async {
        const SIZE: usize = 3_000_000;
        let (mut reader, mut writer, mut peer) = open_stream_with(10).await?;
        let sender = std::thread::spawn(move || peer.write_all(&vec![b'x'; SIZE]));
        assert_eq!(reader.readexactly(SIZE).await?.len(), SIZE);
        sender.join().unwrap()?;
        assert_eq!(reader.read_to_end().await?, "");
        writer.close();
        writer.wait_closed().await
    });
}

/// Whatever arrives in memory of its own or is copied, however it is read, and whether the program keeps it.
#[test]
fn bytes_come_in_order_whatever_their_size() {
    run(async {
        const SIZES: [usize; 8] = [1, 20_000, 7, 100_000, 16_384, 16_383, 300_000, 60];
        let (mut reader, mut writer, mut peer) = open_stream().await?;
        let all: Vec<u8> = (0..SIZES.iter().sum::<usize>() * 5)
            .map(|at| (at % 251) as u8)
            .collect();
        let sent = all.clone();
        let sender = std::thread::spawn(move || {
            let mut rest = &sent[..];
            for size in SIZES.iter().cycle() {
                if rest.is_empty() {
                    return peer.shutdown(Shutdown::Write);
                }
                let (message, others) = rest.split_at(*size);
                peer.write_all(message)?;
                rest = others;
            }
            unreachable!("the sizes come again and again")
        });
        let (mut kept, mut begin) = (Vec::new(), 0);
        for round in 0.. {
            let piece = match round % 4 {
                0 => reader.read(1 << 20).await?,
                1 => {
                    reader
                        .readuntil(&[all[begin..][0].wrapping_add(3) % 251])
                        .await?
                }
                2 => reader.readexactly(70_000.min(all.len() - begin)).await?,
                _ => reader.read(10_000).await?,
            };
            begin += piece.len();
            kept.push(piece);
            if all.len() - begin < 1000 {
                break;
            }
        }
        kept.push(reader.read_to_end().await?);
        assert!(kept.concat() == all, "nothing is lost, added or changed");
        sender.join().unwrap()?;
        writer.close();
        writer.wait_closed().await
    });
}

#[test]
fn str_08_an_error_wakes_the_read_and_stays() {
    run(async {
        let (mut reader, mut writer, peer) = open_stream().await?;
        let reading = started(async move {
            let error = reader.readline().await.unwrap_err();
            Ok((reader, error))
        })
        .await?;
        reset(peer)?;
        let (mut reader, error) = reading.await?;
        assert_eq!(error.type_name(), "ConnectionResetError");
        assert!(reader.exception().unwrap().same(&error));
        assert!(reader.read(0).await.unwrap_err().same(&error));
        assert!(writer.drain().await.unwrap_err().same(&error));
        assert!(writer.wait_closed().await.unwrap_err().same(&error));
        assert!(writer.is_closing());
        Ok(())
    });
}

/// Writes until the kernel takes no more; returns how much that was.
fn fill(transport: &Transport) -> usize {
    let mut written = 0;
    while transport.get_write_buffer_size() == 0 {
        transport.write(&[0; 1 << 16]);
        written += 1 << 16;
    }
    written
}

/// Reads so many bytes at the other end while the loop goes on.
async fn receive(peer: &mut TcpStream, size: usize) -> Result<()> {
    let mut buffer = vec![0; 1 << 16];
    let mut received = 0;
    peer.set_nonblocking(true)?;
    while received < size {
        match peer.read(&mut buffer) {
            Ok(count) => received += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        step().await?;
    }
    assert_eq!(received, size);
    Ok(())
}

#[test]
fn str_10_many_tasks_drain_until_the_peer_has_read() {
    run(async {
        let (_reader, mut writer, mut peer) = open_stream().await?;
        let written = fill(&writer.transport());
        writer.transport().set_write_buffer_limits(Some(0), None)?;
        let mut tasks = Vec::new();
        for _ in 0..3 {
            let mut writer = writer.clone();
            tasks.push(started(async move { writer.drain().await }).await?);
        }
        assert!(tasks.iter().all(|task| !task.done()));
        receive(&mut peer, written).await?;
        for task in tasks {
            task.await?;
        }
        writer.close();
        writer.wait_closed().await
    });
}

async fn drain_outcomes(
    writer: &StreamWriter,
    end: impl FnOnce() -> Result<()>,
) -> Result<Vec<Result<(), &'static str>>> {
    fill(&writer.transport());
    writer.transport().set_write_buffer_limits(Some(0), None)?;
    let mut tasks = Vec::new();
    for _ in 0..2 {
        let mut writer = writer.clone();
        tasks.push(started(async move { writer.drain().await }).await?);
    }
    end()?;
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.map_err(|error| error.type_name()));
    }
    Ok(outcomes)
}

#[test]
fn str_10_drain_and_the_end_of_the_connection() {
    run(async {
        let (_reader, writer, peer) = open_stream().await?;
        let outcomes = drain_outcomes(&writer, || reset(peer)).await?;
        assert_eq!(outcomes, [Err("ConnectionResetError"); 2]);

        let (_reader, writer, _peer) = open_stream().await?;
        let transport = writer.transport();
        let abort = || {
            transport.abort();
            Ok(())
        };
        assert_eq!(drain_outcomes(&writer, abort).await?, [Ok(()); 2]);
        Ok(())
    });
}

#[test]
fn str_11_drain_does_not_flush() {
    run(async {
        let (_reader, mut writer, _peer) = open_stream().await?;
        let transport = writer.transport();
        transport.set_write_buffer_limits(Some(1 << 30), None)?;
        fill(&transport);
        writer.drain().await?;
        assert!(transport.get_write_buffer_size() > 0);
        transport.abort();
        writer.wait_closed().await
    });
}

#[test]
fn str_12_wait_closed_as_often_as_one_likes() {
    run(async {
        let (_reader, mut writer, _peer) = open_stream().await?;
        writer.close();
        writer.wait_closed().await?;
        writer.wait_closed().await?;

        let (_reader, writer, peer) = open_stream().await?;
        reset(peer)?;
        for _ in 0..2 {
            let error = writer.wait_closed().await.unwrap_err();
            assert_eq!(error.type_name(), "ConnectionResetError");
        }
        Ok(())
    });
}

#[test]
fn str_13_after_the_peers_end_one_can_still_write() {
    run(async {
        let (mut reader, mut writer, mut peer) = open_stream().await?;
        peer.write_all(b"question")?;
        peer.shutdown(Shutdown::Write)?;
        assert_eq!(reader.read_to_end().await?, "question");
        assert!(reader.at_eof() && !writer.is_closing());
        writer.write(b"answer");
        writer.drain().await?;
        assert!(writer.can_write_eof());
        writer.write_eof();
        assert_eq!(receive_all(peer)?, b"answer");
        assert!(!writer.is_closing());
        writer.close();
        writer.wait_closed().await
    });
}

#[test]
fn str_16_a_dropped_writer_ends_the_connection() {
    run(async {
        let (mut reader, writer, peer) = open_stream().await?;
        drop(writer);
        assert_eq!(reader.read(1).await?, "");
        assert_eq!(receive_all(peer)?, b"");
        Ok(())
    });
}

#[test]
fn a_writer_knows_its_addresses() {
    run(async {
        let (_reader, mut writer, peer) = open_stream().await?;
        let info = writer.get_extra_info();
        assert_eq!(info.peername(), Some(peer.local_addr()?));
        assert_eq!(info.sockname(), Some(peer.peer_addr()?));
        writer.close();
        writer.wait_closed().await
    });
}

#[test]
fn the_options_reach_the_connection() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let neither = open_connection(None, None).await.unwrap_err();
        assert!(neither.is::<ValueError>());

        let local = open_connection("127.0.0.1", port).local_addr("127.0.0.2", 0);
        let (_reader, mut writer) = local.await?;
        let sockname = writer.get_extra_info().sockname().unwrap();
        assert_eq!(sockname.ip().to_string(), "127.0.0.2");
        writer.close();
        writer.wait_closed().await?;

        let socket = TcpStream::connect(("127.0.0.1", port))?;
        let (_reader, mut writer) = open_connection(None, None).sock(socket).await?;
        assert_eq!(writer.get_extra_info().peername().unwrap().port(), port);
        writer.close();
        writer.wait_closed().await
    });
}

#[test]
fn a_refused_connection_is_an_error() {
    run(async {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let error = open_connection("127.0.0.1", port).await.unwrap_err();
        assert_eq!(error.type_name(), "ConnectionRefusedError");
        Ok(())
    });
}
