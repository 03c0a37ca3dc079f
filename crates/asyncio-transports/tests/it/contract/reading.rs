//! How data arrives.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use asyncio_transports::{
    BufferedProtocol, Error, Protocol, ProtocolObject, Receives, Result, Transport, ValueError,
    create_task, get_running_loop, raise,
};
use bytes::Bytes;

use super::{Client, Medium, Peer};
use crate::support::{Log, log_reports, pass, run, send, show};

pub(crate) fn trn_10_paused_reading_receives_nothing<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, _, mut peer) = M::connect(|| client).await?;
        assert!(transport.is_reading());
        transport.pause_reading();
        transport.pause_reading();
        assert!(!transport.is_reading());
        log.take();
        peer.write_all(b"held back")?;
        pass(100).await?;
        assert!(log.take().is_empty());

        transport.resume_reading();
        transport.resume_reading();
        assert!(transport.is_reading());
        log.until("data_received returns").await?;
        assert_eq!(log.take()[0], "data_received \"held back\"");

        transport.pause_reading();
        transport.close();
        transport.resume_reading();
        assert!(!transport.is_reading());
        log.until("connection_lost").await?;
        transport.resume_reading();
        assert!(!transport.is_reading());
        Ok(())
    });
}

pub(crate) fn trn_10_pause_in_connection_made<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log).on_made(Transport::pause_reading);
        let (transport, _, mut peer) = M::connect(|| client).await?;
        peer.write_all(b"hello")?;
        pass(100).await?;
        assert_eq!(log.take(), ["connection_made"]);
        transport.resume_reading();
        log.until("data_received returns").await?;
        transport.close();
        log.until("connection_lost").await
    });
}

pub(crate) fn trn_12_one_read_for_each_event<M: Medium>() {
    struct Sizes(Log, Vec<usize>);
    impl Protocol for Sizes {
        fn data_received(&mut self, data: &[u8]) {
            self.1.push(data.len());
            self.0.add("data");
            let log = self.0.clone();
            get_running_loop()
                .unwrap()
                .call_soon(move || log.add("callback"));
        }

        fn connection_lost(&mut self, _: Option<Error>) {
            self.0.add("connection_lost");
        }
    }
    run(async {
        let log = Log::default();
        let sizes = Sizes(log.clone(), Vec::new());
        let (_, protocol, mut peer) = M::connect(|| sizes).await?;
        let sent = create_task(async move {
            send(&mut peer, &[0; 2_000_000]).await?;
            Ok(peer.end_output()?)
        });
        log.until("connection_lost").await?;
        sent.await?;
        let sizes = protocol.with(|protocol| protocol.1.clone());
        assert_eq!(sizes.iter().sum::<usize>(), 2_000_000);
        assert!(sizes.iter().all(|size| *size <= 256 * 1024));
        let log = log.take();
        let (_, alternating) = log.split_last().unwrap();
        assert!(
            alternating
                .chunks(2)
                .all(|pair| pair == ["data", "callback"])
        );
        Ok(())
    });
}

/// A buffered protocol that notes what it is told.
pub(crate) struct Buffered {
    log: Log,
    memory: Vec<u8>,
}

impl Buffered {
    pub(crate) fn new(log: &Log, size: usize) -> Self {
        Buffered {
            log: log.clone(),
            memory: vec![0; size],
        }
    }
}

impl BufferedProtocol for Buffered {
    fn get_buffer(&mut self, sizehint: Option<usize>) -> &mut [u8] {
        if self.log.count("get_buffer") == 0 {
            self.log.add(format!("get_buffer {sizehint:?}"));
        }
        &mut self.memory
    }

    fn buffer_updated(&mut self, nbytes: usize) {
        let text = String::from_utf8_lossy(&self.memory[..nbytes]);
        self.log.add(format!("buffer_updated {text:?}"));
    }

    fn eof_received(&mut self) -> bool {
        self.log.add("eof_received");
        false
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = show(exc.as_ref());
        self.log.add(format!("connection_lost {exc}"));
    }
}

pub(crate) fn trn_13_a_buffered_protocol_has_its_own_memory<M: Medium>() {
    run(async {
        let log = Log::default();
        let buffered = Buffered::new(&log, 4);
        let (_, _, mut peer) = M::connect(|| buffered).await?;
        peer.write_all(b"more than four bytes")?;
        peer.end_output()?;
        log.until("connection_lost").await?;
        let expected = [
            "get_buffer None",
            "buffer_updated \"more\"",
            "buffer_updated \" tha\"",
            "buffer_updated \"n fo\"",
            "buffer_updated \"ur b\"",
            "buffer_updated \"ytes\"",
            "eof_received",
            "connection_lost none",
        ];
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

pub(crate) fn trn_13_errors_of_a_buffered_protocol_are_fatal<M: Medium>() {
    #[derive(Clone, Copy)]
    enum Fault {
        EmptyBuffer,
        GetBuffer,
        BufferUpdated,
    }
    struct Faulty(Log, Fault, [u8; 8]);
    impl BufferedProtocol for Faulty {
        fn get_buffer(&mut self, _: Option<usize>) -> &mut [u8] {
            match self.1 {
                Fault::EmptyBuffer => &mut [],
                Fault::GetBuffer => raise(ValueError::with_message("no buffer")),
                Fault::BufferUpdated => &mut self.2,
            }
        }

        fn buffer_updated(&mut self, _: usize) {
            raise(ValueError::with_message("bad update"));
        }

        fn connection_lost(&mut self, exc: Option<Error>) {
            self.0
                .add(format!("connection_lost {}", show(exc.as_ref())));
        }
    }
    let faults = [
        (
            Fault::EmptyBuffer,
            "get_buffer",
            "RuntimeError: get_buffer() returned an empty buffer",
        ),
        (Fault::GetBuffer, "get_buffer", "ValueError: no buffer"),
        (
            Fault::BufferUpdated,
            "buffer_updated",
            "ValueError: bad update",
        ),
    ];
    run(async move {
        let log = Log::default();
        log_reports(&log);
        for (fault, method, exc) in faults {
            let faulty = Faulty(log.clone(), fault, [0; 8]);
            let (_, _, mut peer) = M::connect(|| faulty).await?;
            peer.write_all(b"x")?;
            log.until("connection_lost").await?;
            let expected = [
                format!("handler: Fatal error: protocol.{method}() call failed., {exc}"),
                format!("connection_lost {exc}"),
            ];
            assert_eq!(log.take(), expected);
        }
        Ok(())
    });
}

/// Little is passed as a slice, and much in memory that the object may keep, if it wants that.
pub(crate) fn much_may_be_kept<M: Medium>() {
    struct Keeper {
        log: Log,
        kept: RefCell<Vec<Bytes>>,
    }
    impl ProtocolObject for Keeper {
        fn receives(&self) -> Receives {
            Receives::Bytes
        }

        fn data_received(&self, data: &[u8]) -> Result<()> {
            self.log.add(format!("data_received {}", data.len()));
            Ok(())
        }

        fn bytes_received(&self, data: Bytes) -> Result<()> {
            self.log.add(format!("bytes_received {}", data.len()));
            self.kept.borrow_mut().push(data);
            if self.kept.borrow().len() < 3 {
                return Ok(());
            }
            Err(ValueError::with_message("enough").into())
        }

        fn connection_lost(&self, exc: Option<Error>) -> Result<()> {
            self.log
                .add(format!("connection_lost {}", show(exc.as_ref())));
            Ok(())
        }
    }
    run(async {
        let log = Log::default();
        let keeper = Rc::new(Keeper {
            log: log.clone(),
            kept: RefCell::default(),
        });
        let object = keeper.clone();
        let (_transport, _, mut peer) = M::connect(|| object).await?;
        log_reports(&log);
        peer.write_all(b"little")?;
        log.until("data_received").await?;
        for (count, byte) in (1..).zip(b"abc") {
            peer.write_all(&[*byte; MUCH])?;
            log.until_count("bytes_received", count).await?;
        }
        log.until("connection_lost").await?;
        let much = format!("bytes_received {MUCH}");
        let entries = log.take();
        assert_eq!(entries[..4], ["data_received 6", &much, &much, &much]);
        let kept = keeper.kept.take();
        for (kept, byte) in kept.iter().zip(b"abc") {
            assert_eq!(kept, &vec![*byte; MUCH]);
        }
        assert!(entries[5].starts_with("connection_lost ValueError: enough"));
        Ok(())
    });
}

/// What every medium takes at once, and worth to be kept.
const MUCH: usize = 40_000;
