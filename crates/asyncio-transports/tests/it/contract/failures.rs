//! What becomes of errors.

use std::io::{self, ErrorKind, Write};

use asyncio_transports::{Error, Protocol, Transport, ValueError, raise};

use super::{Medium, Peer, fill};
use crate::support::{Log, log_reports, run, show};

/// A protocol that fails where it is told to.
struct Faulty {
    log: Log,
    method: &'static str,
    exception: Error,
}

impl Faulty {
    fn fail_in(&self, method: &str) {
        if self.method == method {
            raise(self.exception.clone());
        }
    }
}

impl Protocol for Faulty {
    fn connection_made(&mut self, _: Transport) {
        self.fail_in("connection_made");
    }

    fn data_received(&mut self, _: &[u8]) {
        self.log.add("data_received");
        self.fail_in("data_received");
    }

    fn eof_received(&mut self) -> bool {
        self.fail_in("eof_received");
        false
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = show(exc.as_ref());
        self.log.add(format!("connection_lost {exc}"));
        self.fail_in("connection_lost");
    }
}

fn faulty(log: &Log, method: &'static str, exception: impl Into<Error>) -> Faulty {
    Faulty {
        log: log.clone(),
        method,
        exception: exception.into(),
    }
}

pub(crate) fn trn_11_an_error_of_data_received_is_fatal<M: Medium>() {
    run(async {
        let log = Log::default();
        log_reports(&log);
        let protocol = faulty(&log, "data_received", ValueError::with_message("bad data"));
        let (transport, _, mut peer) = M::connect(|| protocol).await?;
        transport.set_write_buffer_limits(Some(1 << 30), None)?;
        fill(&transport);
        peer.write_all(b"x")?;
        log.until("connection_lost").await?;
        let expected = [
            "data_received",
            "handler: Fatal error: protocol.data_received() call failed., ValueError: bad data",
            "connection_lost ValueError: bad data",
        ];
        assert_eq!(log.take(), expected);
        assert_eq!(transport.get_write_buffer_size(), 0);
        Ok(())
    });
}

pub(crate) fn trn_11_an_error_of_eof_received_is_fatal<M: Medium>() {
    run(async {
        let log = Log::default();
        log_reports(&log);
        let protocol = faulty(&log, "eof_received", ValueError::with_message("bad end"));
        let (_, _, mut peer) = M::connect(|| protocol).await?;
        peer.end_output()?;
        log.until("connection_lost").await?;
        let expected = [
            "handler: Fatal error: protocol.eof_received() call failed., ValueError: bad end",
            "connection_lost ValueError: bad end",
        ];
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

pub(crate) fn trn_11_a_system_error_is_not_reported<M: Medium>() {
    run(async {
        let log = Log::default();
        log_reports(&log);
        let error = io::Error::from(ErrorKind::BrokenPipe);
        let protocol = faulty(&log, "data_received", error);
        let (_, _, mut peer) = M::connect(|| protocol).await?;
        peer.write_all(b"x")?;
        log.until("connection_lost").await?;
        let expected = [
            "data_received",
            "connection_lost BrokenPipeError: broken pipe",
        ];
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

pub(crate) fn trn_11_panics_outside_of_input_are_only_reported<M: Medium>() {
    run(async {
        let log = Log::default();
        log_reports(&log);
        let protocol = faulty(&log, "connection_made", ValueError::with_message("no"));
        let (transport, _, mut peer) = M::connect(|| protocol).await?;
        assert_eq!(
            log.take(),
            ["handler: Exception in callback, ValueError: no"]
        );
        peer.write_all(b"x")?;
        log.until("data_received").await?;
        transport.close();
        log.until("connection_lost none").await?;
        log.take();

        let protocol = faulty(&log, "connection_lost", ValueError::with_message("no"));
        let (transport, _, _peer) = M::connect(|| protocol).await?;
        transport.close();
        log.until("handler").await?;
        let expected = [
            "connection_lost none",
            "handler: Exception in callback, ValueError: no",
        ];
        assert_eq!(log.take(), expected);
        assert_eq!(transport.get_extra_info().socket().unwrap().fileno(), -1);
        Ok(())
    });
}
