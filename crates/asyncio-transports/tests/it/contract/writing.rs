//! How data leaves, and flow control.

use std::panic::{AssertUnwindSafe, catch_unwind};

use asyncio_transports::{Protocol, Transport, ValueError, create_task, raise};

use super::{Client, Medium, Peer, fill};
use crate::support::{Log, keep_log, log_reports, logged, pass, receive, run, send};

pub(crate) fn trn_03_write_sends_at_once<M: Medium>() {
    run(async {
        let (transport, _, mut peer) = M::connect(|| ()).await?;
        transport.write(b"");
        transport.write(b"one ");
        transport.write(b"two");
        assert_eq!(transport.get_write_buffer_size(), 0);
        assert_eq!(receive(&mut peer, 7).await?, b"one two");
        transport.abort();
        pass(2).await
    });
}

pub(crate) fn trn_03_no_write_after_write_eof<M: Medium>() {
    run(async {
        let (transport, _, mut peer) = M::connect(|| ()).await?;
        transport.write_eof();
        let misuse = transport.try_write(b"more").unwrap_err();
        assert_eq!(misuse.message(), "Cannot call write() after write_eof()");
        let misuse = transport.try_writelines(&[b"more"]).unwrap_err();
        assert_eq!(
            misuse.message(),
            "Cannot call writelines() after write_eof()"
        );
        let write = || transport.write(b"more");
        let panic = catch_unwind(AssertUnwindSafe(write)).unwrap_err();
        let text = panic.downcast_ref::<String>().unwrap();
        assert_eq!(text, "RuntimeError: Cannot call write() after write_eof()");
        assert!(receive(&mut peer, 1).await?.is_empty());
        transport.close();
        pass(2).await
    });
}

pub(crate) fn trn_04_writes_after_the_end_are_dropped<M: Medium>() {
    keep_log();
    run(async {
        let (transport, _, mut peer) = M::connect(|| ()).await?;
        transport.abort();
        for _ in 0..4 {
            transport.write(b"x");
        }
        assert!(logged().is_empty());
        transport.write(b"x");
        transport.write(b"");
        transport.writelines(&[b"x"]);
        assert_eq!(logged(), ["socket.send() raised exception."; 2]);
        assert_eq!(transport.get_write_buffer_size(), 0);
        pass(2).await?;
        transport.write(b"x");
        assert_eq!(logged().len(), 1);
        // A medium may say good-bye in its own way.
        assert!(receive(&mut peer, 1).await.unwrap_or_default().is_empty());
        Ok(())
    });
}

pub(crate) fn trn_05_pauses_and_resumes_once<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, _, mut peer) = M::connect(|| client).await?;
        transport.set_write_buffer_limits(Some(1 << 30), None)?;
        let mut written = fill(&transport);
        let base = transport.get_write_buffer_size();
        transport.set_write_buffer_limits(Some(base + 10), Some(base))?;
        log.take();
        for size in [10, 1, 1] {
            log.add("write");
            transport.write(&b"0123456789"[..size]);
            written += size;
        }
        assert_eq!(transport.get_write_buffer_size(), base + 12);
        assert!(transport.is_writing_paused());
        transport.close();
        assert_eq!(receive(&mut peer, usize::MAX).await?.len(), written);
        log.until("connection_lost").await?;
        let expected = [
            "write",
            "write",
            "pause_writing",
            "write",
            "resume_writing",
            "connection_lost none",
        ];
        assert_eq!(log.take(), expected);
        assert!(!transport.is_writing_paused());
        Ok(())
    });
}

pub(crate) fn trn_05_limits<M: Medium>() {
    run(async {
        let (transport, _, _peer) = M::connect(|| ()).await?;
        let limits = |high, low| {
            transport.set_write_buffer_limits(high, low)?;
            Ok::<_, ValueError>(transport.get_write_buffer_limits())
        };
        assert_eq!(transport.get_write_buffer_limits(), (16384, 65536));
        assert_eq!(limits(Some(0), None)?, (0, 0));
        assert_eq!(limits(None, Some(100))?, (100, 400));
        assert_eq!(limits(Some(1000), None)?, (250, 1000));
        assert_eq!(limits(Some(10), Some(10))?, (10, 10));
        let error = limits(Some(5), Some(6)).unwrap_err();
        assert_eq!(error.message(), "high (5) must be >= low (6) must be >= 0");
        assert_eq!(transport.get_write_buffer_limits(), (10, 10));
        assert_eq!(limits(None, None)?, (16384, 65536));
        transport.abort();
        pass(2).await
    });
}

pub(crate) fn trn_05_lower_limits_pause_at_once<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, _, _peer) = M::connect(|| client).await?;
        transport.set_write_buffer_limits(Some(1 << 30), None)?;
        fill(&transport);
        log.take();
        transport.set_write_buffer_limits(Some(0), None)?;
        log.add("lowered");
        transport.set_write_buffer_limits(Some(0), None)?;
        assert_eq!(log.take(), ["pause_writing", "lowered"]);
        transport.abort();
        log.until("connection_lost").await
    });
}

pub(crate) fn trn_06_errors_of_flow_control_are_reported<M: Medium>() {
    struct Faulty;
    impl Protocol for Faulty {
        fn pause_writing(&mut self) {
            raise(ValueError::with_message("cannot pause"));
        }

        fn resume_writing(&mut self) {
            raise(ValueError::with_message("cannot resume"));
        }
    }
    run(async {
        let log = Log::default();
        log_reports(&log);
        let (transport, _, mut peer) = M::connect(|| Faulty).await?;
        transport.set_write_buffer_limits(Some(0), None)?;
        let written = fill(&transport);
        log.add("write returned");
        transport.close();
        assert_eq!(receive(&mut peer, usize::MAX).await?.len(), written);
        let expected = [
            "handler: protocol.pause_writing() failed, ValueError: cannot pause",
            "write returned",
            "handler: protocol.resume_writing() failed, ValueError: cannot resume",
        ];
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

pub(crate) fn trn_15_writelines_sends_in_order<M: Medium>() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log);
        let (transport, _, mut peer) = M::connect(|| client).await?;
        transport.writelines(&[b"one ".as_slice(), b"", b"two ", b"three"]);
        assert_eq!(transport.get_write_buffer_size(), 0);
        assert_eq!(receive(&mut peer, 13).await?, b"one two three");
        transport.writelines(&[""; 0]);
        transport.writelines(&[b"", b""]);
        let many: Vec<Vec<u8>> = (0..3000_u16).map(|n| n.to_be_bytes().to_vec()).collect();
        transport.writelines(&many);
        assert_eq!(receive(&mut peer, 6000).await?, many.concat());

        log.take();
        transport.set_write_buffer_limits(Some(200_000), Some(0))?;
        let large = vec![b'x'; 4_000_000];
        log.add("writelines");
        transport.writelines(&[&large[..], b"", &large]);
        log.add("returned");
        transport.close();
        assert_eq!(receive(&mut peer, usize::MAX).await?.len(), 8_000_000);
        log.until("connection_lost").await?;
        let expected = [
            "writelines",
            "pause_writing",
            "returned",
            "resume_writing",
            "connection_lost none",
        ];
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

pub(crate) fn trn_15_writelines_after_a_rest_sends_in_order<M: Medium>() {
    run(async {
        let (transport, _, mut peer) = M::connect(|| ()).await?;
        let written = fill(&transport);
        transport.writelines(&[b"one ".as_slice(), b"two "]);
        transport.write(b"three");
        transport.close();
        let received = receive(&mut peer, usize::MAX).await?;
        assert_eq!(received.len(), written + 13);
        assert!(received.ends_with(b"...one two three"));
        Ok(())
    });
}

/// Both directions at once, with more than any buffer holds.
pub(crate) fn everything_is_echoed<M: Medium>() {
    struct Echo(Option<Transport>);
    impl Protocol for Echo {
        fn connection_made(&mut self, transport: Transport) {
            self.0 = Some(transport);
        }

        fn data_received(&mut self, data: &[u8]) {
            self.transport().write(data);
        }

        fn pause_writing(&mut self) {
            self.transport().pause_reading();
        }

        fn resume_writing(&mut self) {
            self.transport().resume_reading();
        }
    }
    impl Echo {
        fn transport(&self) -> &Transport {
            self.0.as_ref().unwrap()
        }
    }
    run(async {
        let (_, _, mut peer) = M::connect(|| Echo(None)).await?;
        let data: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
        let mut back = peer.try_clone()?;
        let sent = create_task({
            let data = data.clone();
            async move {
                send(&mut peer, &data).await?;
                Ok(peer.end_output()?)
            }
        });
        assert!(receive(&mut back, usize::MAX).await? == data);
        sent.await
    });
}
