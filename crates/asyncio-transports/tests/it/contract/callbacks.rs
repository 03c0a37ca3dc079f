//! Which callbacks come, and in which order.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use asyncio_transports::{
    Error, Protocol, ProtocolObject, Result, Transport, ValueError, get_running_loop, raise,
};

use super::{Client, Medium, Peer, fill};
use crate::support::{Log, log_reports, pass, receive, run, show};

pub(crate) fn trn_01_callbacks_come_in_order<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, _, mut peer) = M::connect(|| client).await?;
        log.add("connected");
        peer.write_all(b"hello")?;
        peer.end_output()?;
        log.until("connection_lost").await?;
        let expected = [
            "connection_made",
            "connected",
            "data_received \"hello\"",
            "data_received returns",
            "eof_received",
            "connection_lost none",
        ];
        assert_eq!(log.take(), expected);
        assert!(transport.is_closing());
        Ok(())
    });
}

pub(crate) fn trn_01_data_that_waits_comes_last<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log).on_made({
            let log = log.clone();
            move |_| {
                drop(get_running_loop().unwrap().call_soon({
                    let log = log.clone();
                    move || log.add("scheduled by connection_made")
                }))
            }
        });
        let (_, _, mut peer) = M::connect(|| client).await?;
        log.add("connected");
        peer.write_all(b"early")?;
        peer.end_output()?;
        log.until("connection_lost").await?;
        let expected = [
            "connection_made",
            "scheduled by connection_made",
            "connected",
        ];
        assert_eq!(log.take()[..3], expected);
        Ok(())
    });
}

pub(crate) fn trn_14_protocols_are_switched<M: Medium>() {
    run(async {
        let log = Log::default();
        let first = Client::new(&log);
        let (transport, first, mut peer) = M::connect(|| first).await?;
        assert_eq!(transport.get_protocol().unwrap(), first);
        peer.write_all(b"one")?;
        log.until("data_received returns").await?;

        let buffered = transport.set_protocol(super::reading::Buffered::new(&log, 100));
        let found = transport.get_protocol().unwrap();
        assert_eq!(found, buffered);
        assert!(found.downcast::<Client>().is_none());
        assert_eq!(found.downcast(), Some(buffered));
        peer.write_all(b"two")?;
        log.until("buffer_updated").await?;

        transport.set_protocol(first.clone());
        peer.write_all(b"three")?;
        log.until_count("data_received returns", 2).await?;
        transport.close();
        log.until("connection_lost").await?;
        let expected = [
            "connection_made",
            "data_received \"one\"",
            "data_received returns",
            "get_buffer None",
            "buffer_updated \"two\"",
            "data_received \"three\"",
            "data_received returns",
            "connection_lost none",
        ];
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

pub(crate) fn deferred_pause_comes_after_the_callback<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log).on_data({
            let log = log.clone();
            move |transport| {
                fill(transport);
                log.add(format!("paused {}", transport.is_writing_paused()));
            }
        });
        let (transport, _, mut peer) = M::connect(|| client).await?;
        transport.set_write_buffer_limits(Some(0), None)?;
        peer.write_all(b"x")?;
        log.until("pause_writing").await?;
        let expected = [
            "connection_made",
            "data_received \"x\"",
            "paused true",
            "data_received returns",
            "pause_writing",
        ];
        assert_eq!(log.take(), expected);
        transport.abort();
        pass(2).await
    });
}

pub(crate) fn deferred_connection_lost_comes_after_the_callback<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, protocol, mut peer) = M::connect(|| client).await?;
        let written = fill(&transport);
        receive(&mut peer, written - transport.get_write_buffer_size()).await?;
        protocol.with(|_| {
            // The buffer is flushed by this very call, which ends the connection.
            transport.close();
            transport.writelines(&[b"x"]);
            log.add(format!("buffered {}", transport.get_write_buffer_size()));
        });
        log.until("connection_lost").await?;
        let expected = ["connection_made", "buffered 0", "connection_lost none"];
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

pub(crate) fn deferred_errors_are_reported<M: Medium>() {
    struct Touchy(Option<Transport>);
    impl Protocol for Touchy {
        fn connection_made(&mut self, transport: Transport) {
            transport.set_write_buffer_limits(Some(0), None).unwrap();
            self.0 = Some(transport);
        }

        fn data_received(&mut self, _: &[u8]) {
            fill(self.0.as_ref().unwrap());
        }

        fn pause_writing(&mut self) {
            raise(ValueError::with_message("cannot pause"));
        }
    }
    run(async {
        let log = Log::default();
        log_reports(&log);
        let (transport, _, mut peer) = M::connect(|| Touchy(None)).await?;
        peer.write_all(b"x")?;
        log.until("handler").await?;
        let report = "handler: protocol.pause_writing() failed, ValueError: cannot pause";
        assert_eq!(log.take(), [report]);
        assert!(!transport.is_closing());
        transport.abort();
        pass(2).await
    });
}

pub(crate) fn a_protocol_used_outside_is_told_afterwards<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, protocol, _peer) = M::connect(|| client).await?;
        transport.set_write_buffer_limits(Some(0), None)?;
        let logged = protocol.with(|client| {
            fill(client.transport.as_ref().unwrap());
            log.count("")
        });
        assert_eq!(logged, 1);
        assert_eq!(log.take(), ["connection_made", "pause_writing"]);
        transport.abort();
        pass(2).await
    });
}

/// A protocol between a transport and a program is told what it causes while it causes it.
pub(crate) fn an_object_is_called_at_once<M: Medium>() {
    struct Layer {
        log: Log,
        transport: RefCell<Option<Transport>>,
    }
    impl ProtocolObject for Layer {
        fn connection_made(&self, transport: &Transport) -> Result<()> {
            self.transport.replace(Some(transport.clone()));
            Ok(())
        }

        fn data_received(&self, data: &[u8]) -> Result<()> {
            self.log.add(format!("data_received {}", data.len()));
            fill(self.transport.borrow().as_ref().unwrap());
            self.log.add("data_received returns");
            Err(ValueError::with_message("enough").into())
        }

        fn pause_writing(&self) -> Result<()> {
            self.log.add("pause_writing");
            Ok(())
        }

        fn connection_lost(&self, exc: Option<Error>) -> Result<()> {
            self.log
                .add(format!("connection_lost {}", show(exc.as_ref())));
            Ok(())
        }
    }
    run(async {
        let log = Log::default();
        let layer = Rc::new(Layer {
            log: log.clone(),
            transport: RefCell::default(),
        });
        let made = layer.clone();
        let (transport, layer_again, mut peer) = M::connect(|| made).await?;
        assert!(Rc::ptr_eq(&layer, &layer_again));
        log_reports(&log);
        transport.set_write_buffer_limits(Some(0), None)?;
        peer.write_all(b"x")?;
        log.until("connection_lost").await?;
        let expected = [
            "data_received 1",
            "pause_writing",
            "data_received returns",
            "handler: Fatal error: protocol.data_received() call failed., ValueError: enough",
            "connection_lost ValueError: enough",
        ];
        assert_eq!(log.take(), expected);
        Ok(())
    });
}
