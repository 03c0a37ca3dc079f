//! TCP echo: a server in a process and on a core of its own, and the same load for each.

use std::cell::RefCell;

use super::{Better, Entrant, Group, Measure, Pace, Workload};
use crate::Result;
use crate::contestants::{Server, servers};
use crate::cores::{Pinned, load_core};
use crate::load::Load;
use crate::server::ServerProcess;

/// Every workload of this file; `of` scales a number of operations.
pub(super) fn all(of: impl Fn(u64) -> u64) -> Vec<Workload> {
    vec![workload(1, of(5_000)), workload(50, of(10_000))]
}

/// All servers live as long as the workload.
fn workload(connections: usize, requests: u64) -> Workload {
    Workload::new(
        Group::Echo,
        format!("echo-{connections}"),
        format!("1 KiB there and back, on {connections} connections"),
        MEASURES,
        servers()
            .into_iter()
            .map(|(contestant, server)| entrant(contestant, server, connections, requests))
            .collect(),
    )
    .pace(Pace::Short)
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
];

fn entrant(
    contestant: &'static str,
    server: &'static Server,
    connections: usize,
    requests: u64,
) -> Entrant {
    let pair = RefCell::new(None);
    Entrant::named(contestant, server.name, move || {
        let _pinned = Pinned::to(load_core()?)?;
        match &mut *pair.borrow_mut() {
            Some(pair) => pair,
            none => none.insert(Pair::connect(server, connections)?),
        }
        .measure(requests)
    })
}

/// A server and its load.
struct Pair {
    server: ServerProcess,
    load: Load,
}

impl Pair {
    fn connect(server: &Server, connections: usize) -> Result<Self> {
        let server = ServerProcess::start(server.name)?;
        let load = Load::connect(server.address(), connections)?;
        Ok(Pair { server, load })
    }

    fn measure(&mut self, requests: u64) -> Result<Vec<f64>> {
        let cpu_before = self.server.cpu()?;
        let elapsed = self.load.exchange(requests)?;
        let cpu = self.server.cpu()? - cpu_before;
        let requests = requests as f64;
        Ok(vec![
            requests / elapsed.as_secs_f64(),
            cpu.as_secs_f64() * 1e6 / requests,
        ])
    }
}
