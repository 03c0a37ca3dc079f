//! TCP echo: a server in a process and on a core of its own, and the same load for each.

use std::cell::RefCell;
use std::time::Duration;

use super::{Better, Entrant, Group, Measure, Pace, Workload};
use crate::Result;
use crate::contestants::{Server, servers};
use crate::cores::{Pinned, load_core};
use crate::load::Load;
use crate::options::Scale;
use crate::server::ServerProcess;

/// Sizes of requests and numbers of connections, each with each; the quick form has some of them.
pub(super) fn all(scale: Scale) -> Vec<Workload> {
    CELLS
        .iter()
        .filter(|cell| cell.is_quick || !scale.is_quick())
        .map(|cell| cell.workload(scale))
        .collect()
}

#[derive(Clone, Copy)]
struct Cell {
    name: &'static str,
    size: usize,
    connections: usize,
    is_quick: bool,
}

impl Cell {
    const fn new(name: &'static str, size: usize, connections: usize) -> Self {
        Cell {
            name,
            size,
            connections,
            is_quick: false,
        }
    }

    /// One that the quick form has, too.
    const fn quick(name: &'static str, size: usize, connections: usize) -> Self {
        Cell {
            is_quick: true,
            ..Cell::new(name, size, connections)
        }
    }

    /// All servers live as long as the workload.
    fn workload(self, scale: Scale) -> Workload {
        let round = scale.time(ROUND);
        let entrant = |(contestant, server)| self.entrant(contestant, server, round);
        Workload::new(
            Group::Echo,
            self.name,
            self.operation(),
            MEASURES,
            servers().into_iter().map(entrant).collect(),
        )
        .pace(Pace::Short)
    }

    fn operation(self) -> String {
        let size = match self.size {
            ..1024 => format!("{} bytes", self.size),
            _ => format!("{} KiB", self.size / 1024),
        };
        match self.connections {
            1 => format!("{size} there and back, on one connection"),
            several => format!("{size} there and back, on {several} connections"),
        }
    }

    fn entrant(
        self,
        contestant: &'static str,
        server: &'static Server,
        round: Duration,
    ) -> Entrant {
        let pair = RefCell::new(None);
        Entrant::named(contestant, server.name, move || {
            let _pinned = Pinned::to(load_core()?)?;
            match &mut *pair.borrow_mut() {
                Some(pair) => pair,
                none => none.insert(self.connect(server)?),
            }
            .measure(round)
        })
    }

    fn connect(self, server: &Server) -> Result<Pair> {
        let server = ServerProcess::start(server.name)?;
        let load = Load::connect(server.address(), self.connections, self.size)?;
        Ok(Pair { server, load })
    }
}

/// A server and its load.
struct Pair {
    server: ServerProcess,
    load: Load,
}

impl Pair {
    fn measure(&mut self, round: Duration) -> Result<Vec<f64>> {
        let cpu_before = self.server.cpu()?;
        let exchange = self.load.exchange(round)?;
        let cpu = self.server.cpu()? - cpu_before;
        let requests = exchange.requests as f64;
        Ok(vec![
            requests / exchange.elapsed.as_secs_f64(),
            cpu.as_secs_f64() * 1e6 / requests,
            exchange.cpu.as_secs_f64() * 100.0 / exchange.elapsed.as_secs_f64(),
        ])
    }
}

const MEASURES: &[Measure] = &[
    Measure {
        name: "requests/s",
        better: Better::More,
    },
    Measure {
        name: "server CPU µs/request",
        better: Better::Less,
    },
    Measure {
        name: "load's core used %",
        better: Better::Neither,
    },
];

const CELLS: &[Cell] = &[
    Cell::new("echo-64b-1", 64, 1),
    Cell::quick("echo-64b-50", 64, 50),
    Cell::new("echo-64b-500", 64, 500),
    Cell::quick("echo-1k-1", 1024, 1),
    Cell::new("echo-1k-50", 1024, 50),
    Cell::quick("echo-1k-500", 1024, 500),
    Cell::new("echo-16k-1", 16 * 1024, 1),
    Cell::new("echo-16k-50", 16 * 1024, 50),
    Cell::new("echo-16k-500", 16 * 1024, 500),
    Cell::new("echo-100k-1", 100 * 1024, 1),
    Cell::quick("echo-100k-50", 100 * 1024, 50),
    Cell::new("echo-100k-500", 100 * 1024, 500),
];

/// How long one server is measured before it is the next one's turn.
const ROUND: Duration = Duration::from_millis(80);
