//! TCP echo.

use std::time::Duration;

use super::servers::{Pair, entrants};
use super::{Better, Group, Measure, Pace, Workload};
use crate::contestants::Service;
use crate::load::Requests;
use crate::options::Scale;

/// Sizes of requests and numbers of connections, each with each; the quick form has some of them.
pub(super) fn all(scale: Scale) -> Vec<Workload> {
    CELLS
        .iter()
        .filter(|cell| cell.is_quick || !scale.is_quick())
        .map(|cell| cell.workload(scale.time(ROUND)))
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

    fn workload(self, round: Duration) -> Workload {
        let entrants = entrants(
            Service::Echo,
            move |server| {
                let requests = Requests::bytes(self.size);
                Pair::connect(server, Service::Echo, requests, self.connections)
            },
            move |pair| {
                let served = pair.exchange(round)?;
                Ok(vec![
                    served.requests_per_second(),
                    served.cpu_per_request(),
                    served.load(),
                ])
            },
        );
        let name = self.name;
        Workload::new(Group::Echo, name, self.operation(), MEASURES, entrants).pace(Pace::Short)
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
