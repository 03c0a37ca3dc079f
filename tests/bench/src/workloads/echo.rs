//! TCP echo: a server in a process and on a core of its own, and the same load for each.

use std::thread;

use super::{Entrant, Workload};
use crate::Result;
use crate::contestants::{Server, servers};
use crate::load::Load;
use crate::server::{ServerProcess, pin_to};

pub(super) fn workload(name: &'static str, connections: usize, requests: u64) -> Workload {
    let entrant = |(contestant, server): (&'static str, &'static Server)| Entrant {
        contestant,
        name: server.name,
        run: Box::new(move || {
            // The thread's core goes with the thread.
            let measured = thread::spawn(move || measure(server, connections, requests));
            measured.join().expect("a measurement does not panic")
        }),
    };
    Workload {
        name,
        measures: &["requests/s", "server CPU µs/request"],
        entrants: servers().map(entrant).collect(),
    }
}

fn measure(server: &Server, connections: usize, requests: u64) -> Result<Vec<f64>> {
    pin_to(LOAD_CORE)?;
    let mut server = ServerProcess::start(server.name)?;
    let mut load = Load::connect(server.address(), connections)?;
    load.exchange(requests / 10)?;
    let cpu_before = server.cpu()?;
    let elapsed = load.exchange(requests)?;
    let cpu = server.cpu()? - cpu_before;
    let requests = requests as f64;
    Ok(vec![
        requests / elapsed.as_secs_f64(),
        cpu.as_secs_f64() * 1e6 / requests,
    ])
}

/// The server has core 0.
const LOAD_CORE: usize = 1;
