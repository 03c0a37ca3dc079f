//! What every stream transport must do, whatever is below it. [`stream_transport_contract`] makes the tests for one
//! [`Medium`].

mod callbacks;
mod ending;
mod failures;
mod reading;
mod writing;

use std::io::{self, Read, Write};
use std::os::fd::AsFd;

use asyncio_transports::{Error, IntoProtocol, Protocol, Result, Transport};

use crate::support::{Log, show};

pub(crate) use {callbacks::*, ending::*, failures::*, reading::*, writing::*};

/// A way to be connected.
pub(crate) trait Medium: 'static {
    type Peer: Peer;

    /// A transport, its protocol, and the other end, which does not block.
    async fn connect<F, P, Kind>(factory: F) -> Result<(Transport, P::Handle, Self::Peer)>
    where
        F: FnOnce() -> P + 'static,
        P: IntoProtocol<Kind>,
        Kind: 'static;
}

/// The other end of a transport.
pub(crate) trait Peer: Read + Write + AsFd + 'static {
    /// The transport shall read the end of file.
    fn end_output(&mut self) -> io::Result<()>;

    /// A second handle.
    fn try_clone(&self) -> io::Result<Self>
    where
        Self: Sized;
}

/// Tests of the contract for `$medium`.
macro_rules! stream_transport_contract {
    ($medium:ty: $($name:ident)*) => {$(
        #[test]
        fn $name() {
            crate::contract::$name::<$medium>();
        }
    )*};
    ($medium:ty) => {
        crate::contract::stream_transport_contract! { $medium:
            trn_01_callbacks_come_in_order
            trn_01_data_that_waits_comes_last
            trn_03_write_sends_at_once
            trn_03_no_write_after_write_eof
            trn_04_writes_after_the_end_are_dropped
            trn_05_pauses_and_resumes_once
            trn_05_limits
            trn_05_lower_limits_pause_at_once
            trn_06_errors_of_flow_control_are_reported
            trn_07_close_sends_the_rest
            trn_07_close_calls_connection_lost_once
            trn_07_abort_drops_the_rest
            trn_08_eof_closes_or_keeps_open
            trn_09_write_eof_comes_after_the_rest
            trn_10_paused_reading_receives_nothing
            trn_10_pause_in_connection_made
            trn_11_an_error_of_data_received_is_fatal
            trn_11_an_error_of_eof_received_is_fatal
            trn_11_a_system_error_is_not_reported
            trn_11_panics_outside_of_input_are_only_reported
            trn_12_one_read_for_each_event
            trn_13_a_buffered_protocol_has_its_own_memory
            trn_13_errors_of_a_buffered_protocol_are_fatal
            trn_14_protocols_are_switched
            trn_15_writelines_sends_in_order
            trn_15_writelines_after_a_rest_sends_in_order
            trn_17_the_protocol_is_dropped_in_the_end
            trn_18_unclosed_transports_warn
            trn_18_the_loop_closes_what_is_open
            deferred_pause_comes_after_the_callback
            deferred_connection_lost_comes_after_the_callback
            deferred_errors_are_reported
            a_protocol_used_outside_is_told_afterwards
            an_object_is_called_at_once
            everything_is_echoed
            much_may_be_kept
            the_descriptor_is_the_transports_own
        }
    };
}
pub(crate) use stream_transport_contract;

/// A protocol that notes what it is told, and may do something about it.
pub(crate) struct Client {
    log: Log,
    transport: Option<Transport>,
    /// What `eof_received` returns.
    keep_open: bool,
    on_made: Reaction,
    on_data: Reaction,
}

type Reaction = Box<dyn FnMut(&Transport)>;

impl Client {
    pub(crate) fn new(log: &Log) -> Self {
        Client {
            log: log.clone(),
            transport: None,
            keep_open: false,
            on_made: Box::new(|_| {}),
            on_data: Box::new(|_| {}),
        }
    }

    pub(crate) fn keep_open(mut self) -> Self {
        self.keep_open = true;
        self
    }

    pub(crate) fn on_made(mut self, reaction: impl FnMut(&Transport) + 'static) -> Self {
        self.on_made = Box::new(reaction);
        self
    }

    pub(crate) fn on_data(mut self, reaction: impl FnMut(&Transport) + 'static) -> Self {
        self.on_data = Box::new(reaction);
        self
    }
}

impl Protocol for Client {
    fn connection_made(&mut self, transport: Transport) {
        self.log.add("connection_made");
        (self.on_made)(&transport);
        self.transport = Some(transport);
    }

    fn data_received(&mut self, data: &[u8]) {
        self.log
            .add(format!("data_received {:?}", String::from_utf8_lossy(data)));
        (self.on_data)(self.transport.as_ref().unwrap());
        self.log.add("data_received returns");
    }

    fn eof_received(&mut self) -> bool {
        self.log.add("eof_received");
        self.keep_open
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        self.log
            .add(format!("connection_lost {}", show(exc.as_ref())));
    }

    fn pause_writing(&mut self) {
        self.log.add("pause_writing");
    }

    fn resume_writing(&mut self) {
        self.log.add("resume_writing");
    }
}

/// Notes that it was dropped.
pub(crate) struct DropNote(pub(crate) Log);

impl Drop for DropNote {
    fn drop(&mut self) {
        self.0.add("dropped");
    }
}

/// Writes until some of it is buffered; returns how much was written.
pub(crate) fn fill(transport: &Transport) -> usize {
    let mut written = 0;
    while transport.get_write_buffer_size() == 0 {
        transport.write(&[b'.'; 1 << 16]);
        written += 1 << 16;
    }
    written
}
