//! A transport that exists in memory only, and shorthands.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::io::{IoSlice, Read};
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::Once;
use std::time::Duration;

use asyncio_streams::{
    Error, ExtraInfo, LoopTasks, ProtocolObject, Result, RuntimeError, StreamReader, StreamWriter,
    Task, Transport, TransportObject, ValueError, get_running_loop, open_connection,
};
use socket2::SockRef;

/// Runs `main` on a loop of its own.
pub(crate) fn run<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> T {
    asyncio_streams::run(main).unwrap()
}

/// Starts `coro` and lets it run until it suspends.
pub(crate) async fn started<T: 'static>(
    coro: impl Future<Output = Result<T>> + 'static,
) -> Result<Task<T>> {
    let task = get_running_loop()?.create_task(coro);
    step().await?;
    Ok(task)
}

/// Lets everything run that is scheduled.
pub(crate) async fn step() -> Result<()> {
    asyncio_streams::sleep(0.0).await
}

/// `TypeName: message`, as Python prints an exception.
pub(crate) fn text(error: &Error) -> String {
    format!("{}: {error}", error.type_name())
}

/// A value that tasks and callbacks note things in.
#[derive(Clone, Default)]
pub(crate) struct Notes(Rc<RefCell<Vec<String>>>);

impl Notes {
    pub(crate) fn add(&self, note: impl Into<String>) {
        self.0.borrow_mut().push(note.into());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// A transport without a connection. Its protocol is told of the end in the loop's next iteration.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) sent: RefCell<Vec<u8>>,
    paused: Cell<bool>,
    closing: Cell<bool>,
    protocol: RefCell<Option<Rc<dyn ProtocolObject>>>,
}

impl Memory {
    pub(crate) fn transport(self: &Rc<Self>) -> Transport {
        Transport::new(self.clone())
    }

    /// Makes the connection.
    pub(crate) fn connect(self: &Rc<Self>, protocol: Rc<dyn ProtocolObject>) -> Result<()> {
        *self.protocol.borrow_mut() = Some(protocol.clone());
        protocol.connection_made(&self.transport())
    }

    /// Ends the connection.
    pub(crate) fn lose(&self, exc: Option<Error>) -> Result<()> {
        self.closing.set(true);
        match self.protocol.take() {
            Some(protocol) => protocol.connection_lost(exc),
            None => Ok(()),
        }
    }
}

impl TransportObject for Memory {
    fn write(&self, data: &[u8]) -> Result<(), RuntimeError> {
        self.sent.borrow_mut().extend_from_slice(data);
        Ok(())
    }

    fn writelines(&self, lines: &[IoSlice<'_>]) -> Result<(), RuntimeError> {
        lines.iter().try_for_each(|line| self.write(line))
    }

    fn write_eof(&self) {}

    fn can_write_eof(&self) -> bool {
        true
    }

    fn close(&self) {
        if self.closing.replace(true) {
            return;
        }
        if let (Ok(event_loop), Some(protocol)) = (get_running_loop(), self.protocol.take()) {
            event_loop.call_soon(move || protocol.connection_lost(None));
        }
    }

    fn abort(&self) {
        self.close();
    }

    fn is_closing(&self) -> bool {
        self.closing.get()
    }

    fn pause_reading(&self) {
        assert!(!self.paused.replace(true), "paused once");
    }

    fn resume_reading(&self) {
        assert!(self.paused.replace(false), "resumed once");
    }

    fn is_reading(&self) -> bool {
        !self.paused.get() && !self.closing.get()
    }

    fn set_write_buffer_limits(
        &self,
        _high: Option<usize>,
        _low: Option<usize>,
    ) -> Result<(), ValueError> {
        Ok(())
    }

    fn get_write_buffer_limits(&self) -> (usize, usize) {
        (0, 0)
    }

    fn get_write_buffer_size(&self) -> usize {
        0
    }

    fn is_writing_paused(&self) -> bool {
        false
    }

    fn extra_info(&self) -> ExtraInfo {
        unreachable!("no test asks for it")
    }

    fn set_protocol(&self, protocol: Rc<dyn ProtocolObject>) {
        *self.protocol.borrow_mut() = Some(protocol);
    }

    fn protocol(&self) -> Option<Rc<dyn ProtocolObject>> {
        self.protocol.borrow().clone()
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<Memory>")
    }
}

/// What is logged in this thread while `f` runs.
pub(crate) fn logged(f: impl FnOnce()) -> Vec<String> {
    /// Notes what is logged, in a list of each thread's own.
    struct Logger;

    thread_local! {
        static LOGS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    impl log::Log for Logger {
        fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &log::Record<'_>) {
            LOGS.with_borrow_mut(|logs| logs.push(record.args().to_string()));
        }

        fn flush(&self) {}
    }

    static SET: Once = Once::new();
    SET.call_once(|| {
        log::set_logger(&Logger).expect("the only logger of the tests");
        log::set_max_level(log::LevelFilter::Warn);
    });
    LOGS.take();
    f();
    LOGS.take()
}

/// A stream whose other end is a plain blocking socket.
pub(crate) async fn open_stream() -> Result<(StreamReader, StreamWriter, TcpStream)> {
    open_stream_with(1 << 16).await
}

/// As [`open_stream`], with a limit.
pub(crate) async fn open_stream_with(
    limit: usize,
) -> Result<(StreamReader, StreamWriter, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let (reader, writer) = open_connection("127.0.0.1", port).limit(limit).await?;
    let (peer, _address) = listener.accept()?;
    Ok((reader, writer, peer))
}

/// Closes with a reset instead of an end of file.
pub(crate) fn reset(peer: TcpStream) -> Result<()> {
    SockRef::from(&peer).set_linger(Some(Duration::ZERO))?;
    Ok(())
}

/// Everything that `peer` receives until the end. A test that is broken fails here instead of hanging.
pub(crate) fn receive_all(mut peer: TcpStream) -> Result<Vec<u8>> {
    peer.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut received = Vec::new();
    peer.read_to_end(&mut received)?;
    Ok(received)
}
