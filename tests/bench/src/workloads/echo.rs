//! TCP echo: a server in a process and on a core of its own, and the same load for each.

use std::cell::RefCell;

use super::{Entrant, Workload};
use crate::Result;
use crate::contestants::{Server, servers};
use crate::cores::{Pinned, load_core};
use crate::load::Load;
use crate::server::ServerProcess;

/// All servers live as long as the workload, and the rounds are short: on a machine with other work to do, two of
/// them are comparable only if they follow each other closely.
pub(super) fn workload(name: &'static str, connections: usize, requests: u64) -> Workload {
    Workload {
        name,
        measures: &["requests/s", "server CPU µs/request"],
        rounds: 10,
        entrants: servers()
            .into_iter()
            .map(|(contestant, server)| entrant(contestant, server, connections, requests))
            .collect(),
    }
}

fn entrant(
    contestant: &'static str,
    server: &'static Server,
    connections: usize,
    requests: u64,
) -> Entrant {
    let pair = RefCell::new(None);
    Entrant {
        contestant,
        name: server.name,
        run: Box::new(move || {
            let _pinned = Pinned::to(load_core()?)?;
            match &mut *pair.borrow_mut() {
                Some(pair) => pair,
                none => none.insert(Pair::connect(server, connections)?),
            }
            .measure(requests)
        }),
    }
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
