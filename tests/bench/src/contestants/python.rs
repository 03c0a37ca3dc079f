//! CPython's asyncio, and uvloop on CPython: the programs in `python/`.
//!
//! `PYTHON` names the interpreter, and `UVLOOP_PYTHON` one that can import uvloop, if that is another one. Both are
//! `python3` without that.

use std::cell::RefCell;
use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::servers::{Candidate, Duty, Server};
use crate::Result;
use crate::cores::{Pinned, load_core, server_core};
use crate::dialogue::Dialogue;
use crate::workloads::Entrant;

/// One of the event loops.
#[derive(Clone, Copy)]
enum EventLoop {
    Asyncio,
    Uvloop,
}

/// A function of `python/tasks.py` with its arguments.
#[derive(Clone)]
pub(crate) struct Call {
    function: &'static str,
    arguments: Vec<u64>,
}

impl Call {
    /// Each call does as many operations as the product of its arguments.
    pub(crate) fn new(function: &'static str, arguments: impl Into<Vec<u64>>) -> Self {
        let arguments = arguments.into();
        Call {
            function,
            arguments,
        }
    }

    /// What is called, by each loop that can run here.
    pub(crate) fn entrants(&self) -> Vec<Entrant> {
        EventLoop::available()
            .map(|event_loop| self.entrant(event_loop))
            .collect()
    }

    fn entrant(&self, event_loop: EventLoop) -> Entrant {
        let name = event_loop.name();
        let call = self.clone();
        let python = RefCell::new(None);
        Entrant::named(name, name, move || match &mut *python.borrow_mut() {
            Some(python) => call.measure(python),
            none => call.measure(none.insert(event_loop.worker()?)),
        })
    }

    /// Nanoseconds for each operation.
    fn measure(&self, python: &mut Dialogue) -> Result<Vec<f64>> {
        let answer = python.ask(&self.line())?;
        let (done, nanoseconds) = answer.split_once(' ').ok_or("not two numbers")?;
        let operations: u64 = self.arguments.iter().product();
        if done.parse() != Ok(operations) {
            let function = self.function;
            return Err(format!(
                "{function}: {done} of {operations} operations did what they are for"
            )
            .into());
        }
        Ok(vec![nanoseconds.parse::<f64>()? / operations as f64])
    }

    fn line(&self) -> String {
        let arguments = self.arguments.iter().map(|number| format!(" {number}"));
        self.function.to_owned() + &arguments.collect::<String>()
    }
}

/// So many times fewer operations, as each takes so much longer.
pub(crate) fn fewer(operations: u64) -> u64 {
    (operations / 20).max(1)
}

/// The servers, with the questions whether they can run here.
pub(super) fn candidates() -> impl Iterator<Item = Candidate> {
    let asyncio: fn() -> bool = || EventLoop::Asyncio.is_available();
    let uvloop: fn() -> bool = || EventLoop::Uvloop.is_available();
    let of_asyncio = ASYNCIO_SERVERS
        .iter()
        .map(move |server| (asyncio, (EventLoop::Asyncio.name(), server)));
    let of_uvloop = UVLOOP_SERVERS
        .iter()
        .map(move |server| (uvloop, (EventLoop::Uvloop.name(), server)));
    of_asyncio.chain(of_uvloop)
}

const ASYNCIO_SERVERS: &[Server] = &[
    Server {
        name: "cpython-protocol",
        services: Server::SIMPLE,
        serve: |listen| EventLoop::Asyncio.serve("protocol", listen.duty()),
    },
    Server {
        name: "cpython-streams",
        services: Server::WITH_SEPARATORS,
        serve: |listen| EventLoop::Asyncio.serve("streams", listen.duty()),
    },
];

const UVLOOP_SERVERS: &[Server] = &[
    Server {
        name: "uvloop-protocol",
        services: Server::SIMPLE,
        serve: |listen| EventLoop::Uvloop.serve("protocol", listen.duty()),
    },
    Server {
        name: "uvloop-streams",
        services: Server::WITH_SEPARATORS,
        serve: |listen| EventLoop::Uvloop.serve("streams", listen.duty()),
    },
];

impl EventLoop {
    fn available() -> impl Iterator<Item = Self> {
        [EventLoop::Asyncio, EventLoop::Uvloop]
            .into_iter()
            .filter(|event_loop| event_loop.is_available())
    }

    fn is_available(self) -> bool {
        static ASYNCIO: OnceLock<bool> = OnceLock::new();
        static UVLOOP: OnceLock<bool> = OnceLock::new();
        match self {
            EventLoop::Asyncio => *ASYNCIO.get_or_init(|| self.can_import()),
            EventLoop::Uvloop => *UVLOOP.get_or_init(|| self.can_import()),
        }
    }

    fn can_import(self) -> bool {
        let module = match self {
            // Older ones have no `Runner`.
            EventLoop::Asyncio => "from asyncio import Runner",
            EventLoop::Uvloop => "from asyncio import Runner; import uvloop",
        };
        Command::new(self.interpreter())
            .args(["-c", module])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn name(self) -> &'static str {
        match self {
            EventLoop::Asyncio => "cpython",
            EventLoop::Uvloop => "uvloop",
        }
    }

    fn interpreter(self) -> OsString {
        let own = match self {
            EventLoop::Asyncio => None,
            EventLoop::Uvloop => env::var_os("UVLOOP_PYTHON"),
        };
        own.or_else(|| env::var_os("PYTHON"))
            .unwrap_or_else(|| "python3".into())
    }

    /// Becomes a server, in the place of this program.
    fn serve(self, api: &str, duty: Duty) -> Result {
        let threads = duty.threads.to_string();
        let next_core = server_core(1).to_string();
        let mut program = self.script("servers.py").command();
        program.args([api, duty.service.name(), &threads, &next_core]);
        Err(program.exec().into())
    }

    fn worker(self) -> Result<Dialogue> {
        let load_core = load_core();
        let _pinned = Pinned::to(server_core(0))?;
        let mut program = self.script("tasks.py").command();
        Dialogue::start(program.arg(load_core.to_string()))
    }

    fn script(self, file: &'static str) -> Script {
        Script {
            event_loop: self,
            file,
        }
    }
}

/// A program of `python/`, for one of the loops.
#[derive(Clone, Copy)]
pub(crate) struct Script {
    event_loop: EventLoop,
    file: &'static str,
}

impl Script {
    /// This program for each loop that can run here.
    pub(crate) fn for_each(file: &'static str) -> impl Iterator<Item = Self> {
        EventLoop::available().map(move |event_loop| event_loop.script(file))
    }

    pub(crate) fn contestant(self) -> &'static str {
        self.event_loop.name()
    }

    pub(crate) fn command(self) -> Command {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("python")
            .join(self.file);
        let mut command = Command::new(self.event_loop.interpreter());
        // Without files of bytecode in the repository.
        command.arg("-B").arg(file).arg(self.contestant());
        command
    }
}
