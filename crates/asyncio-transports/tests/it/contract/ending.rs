//! How a connection ends.

use std::io::Write;

use asyncio_transports::{get_running_loop, new_event_loop};

use super::{Client, DropNote, Medium, Peer, fill};
use crate::support::{Log, keep_log, logged, pass, receive, run, run_on};

pub(crate) fn trn_07_close_sends_the_rest<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, _, mut peer) = M::connect(|| client).await?;
        let written = fill(&transport);
        transport.close();
        assert!(transport.is_closing());
        transport.write(b"last");
        pass(100).await?;
        assert_eq!(log.count("connection_lost"), 0);
        let received = receive(&mut peer, usize::MAX).await?;
        assert_eq!(received.len(), written + 4);
        assert!(received.ends_with(b".last"));
        log.until("connection_lost none").await
    });
}

pub(crate) fn trn_07_close_calls_connection_lost_once<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, _, mut peer) = M::connect(|| client).await?;
        log.take();
        peer.write_all(b"not read any more")?;
        let event_loop = get_running_loop()?;
        event_loop.call_soon({
            let log = log.clone();
            move || log.add("callback before")
        });
        transport.close();
        event_loop.call_soon({
            let log = log.clone();
            move || log.add("callback after")
        });
        transport.close();
        transport.abort();
        assert!(transport.is_closing());
        assert!(!transport.is_reading());
        pass(3).await?;
        transport.close();
        transport.abort();
        pass(3).await?;
        let expected = ["callback before", "connection_lost none", "callback after"];
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

pub(crate) fn trn_07_abort_drops_the_rest<M: Medium>() {
    for close_first in [false, true] {
        run(async move {
            let log = Log::default();
            let client = Client::new(&log);
            let (transport, _, mut peer) = M::connect(|| client).await?;
            let written = fill(&transport);
            if close_first {
                transport.close();
            }
            transport.abort();
            transport.abort();
            assert_eq!(transport.get_write_buffer_size(), 0);
            assert_eq!(log.count("connection_lost"), 0);
            log.until("connection_lost none").await?;
            // A medium may say good-bye in its own way.
            let received = receive(&mut peer, usize::MAX).await.unwrap_or_default();
            assert!(received.len() < written);
            assert_eq!(log.count("connection_lost"), 1);
            Ok(())
        });
    }
}

pub(crate) fn trn_08_eof_closes_or_keeps_open<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, _, mut peer) = M::connect(|| client).await?;
        log.take();
        peer.end_output()?;
        log.until("connection_lost").await?;
        assert!(transport.is_closing());
        assert_eq!(log.take(), ["eof_received", "connection_lost none"]);

        let client = Client::new(&log).keep_open();
        let (transport, _, mut peer) = M::connect(|| client).await?;
        log.take();
        peer.end_output()?;
        log.until("eof_received").await?;
        pass(100).await?;
        assert!(!transport.is_closing());
        assert!(transport.is_reading());
        transport.write(b"still writing");
        assert_eq!(receive(&mut peer, 13).await?, b"still writing");
        transport.close();
        log.until("connection_lost").await?;
        assert_eq!(log.take(), ["eof_received", "connection_lost none"]);
        Ok(())
    });
}

pub(crate) fn trn_09_write_eof_comes_after_the_rest<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, _, mut peer) = M::connect(|| client).await?;
        assert!(transport.can_write_eof());
        let written = fill(&transport);
        transport.write_eof();
        transport.write_eof();
        assert_eq!(receive(&mut peer, usize::MAX).await?.len(), written);
        assert!(!transport.is_closing());
        assert!(transport.is_reading());
        log.take();
        peer.write_all(b"answer")?;
        peer.end_output()?;
        log.until("connection_lost none").await?;
        assert_eq!(log.take()[0], "data_received \"answer\"");
        transport.write_eof();

        let (transport, _, _peer) = M::connect(|| ()).await?;
        transport.close();
        transport.write_eof();
        pass(2).await
    });
}

fn noting_its_drop(log: &Log) -> Client {
    let note = DropNote(log.clone());
    Client::new(log).on_made(move |_| {
        let _kept = &note;
    })
}

pub(crate) fn trn_17_the_protocol_is_dropped_in_the_end<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = noting_its_drop(&log);
        let (transport, protocol, peer) = M::connect(|| client).await?;
        drop(protocol);
        let before = transport.get_extra_info();
        transport.close();
        log.until("dropped").await?;
        let expected = ["connection_made", "connection_lost none", "dropped"];
        assert_eq!(log.take(), expected);
        assert!(transport.get_protocol().is_none());
        let after = transport.get_extra_info();
        assert_eq!(after.sockname(), before.sockname());
        assert_eq!(after.peername(), before.peername());
        assert_eq!(after.socket().unwrap().fileno(), -1);
        assert!(after.socket().unwrap().kind().is_err());
        drop(peer);
        Ok(())
    });
}

pub(crate) fn trn_18_unclosed_transports_warn<M: Medium>() {
    keep_log();
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, protocol, mut peer) = M::connect(|| client).await?;
        // The protocol refers to the transport as well.
        protocol.with(|client| client.transport = None);
        drop((transport, protocol));
        pass(10).await?;
        assert!(logged().is_empty(), "the loop owns what it reads from");
        peer.write_all(b"x")?;
        log.until("data_received").await?;
        Ok(())
    });
    logged();
    run(async {
        let (transport, _, mut peer) = M::connect(|| ()).await?;
        transport.pause_reading();
        assert!(logged().is_empty());
        drop(transport);
        let warnings = logged();
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].starts_with("unclosed transport <"));
        receive(&mut peer, usize::MAX).await.unwrap_or_default();
        Ok(())
    });
}

pub(crate) fn trn_18_the_loop_closes_what_is_open<M: Medium>() {
    keep_log();
    let event_loop = new_event_loop().unwrap();
    let log = Log::default();
    let client = noting_its_drop(&log);
    let (transport, mut peer) = run_on(&event_loop, async {
        let (transport, _, peer) = M::connect(|| client).await?;
        Ok((transport, peer))
    });
    assert_eq!(log.take(), ["connection_made", "dropped"]);
    let warnings = logged();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].starts_with("unclosed transport <"));
    // All of this does nothing.
    transport.write(b"x");
    transport.resume_reading();
    transport.close();
    transport.abort();
    drop(transport);
    assert!(logged().is_empty());
    run(async move {
        assert!(receive(&mut peer, 1).await.unwrap_or_default().is_empty());
        Ok(())
    });
}

pub(crate) fn the_descriptor_is_the_transports_own<M: Medium>() {
    run(async {
        let (transport, _, _peer) = M::connect(|| ()).await?;
        let info = transport.get_extra_info();
        let add_reader = || {
            let event_loop = get_running_loop()?;
            info.socket()
                .unwrap()
                .with_fd(|fd| Ok(event_loop.add_reader(fd, || ())))?
        };
        let refusal = add_reader().unwrap_err().to_string();
        assert!(refusal.contains("is used by"), "{refusal}");
        transport.abort();
        pass(2).await
    });
}
