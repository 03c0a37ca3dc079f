//! Connections: many that come and go, and many that are idle.

use std::cmp;
use std::time::Duration;

use super::servers::{Pair, entrants};
use super::{Better, Entrant, Group, Measure, Pace, Workload};
use crate::Result;
use crate::contestants::{Duty, Server, Service};
use crate::cores::{Pinned, load_core};
use crate::limits::raise_descriptors;
use crate::load::{Churn, Load, Requests};
use crate::options::Scale;
use crate::server::ServerProcess;

/// Every workload of this file; the quick form has fewer idle connections.
pub(super) fn all(scale: Scale) -> Vec<Workload> {
    let mut all = vec![churn(scale.time(ROUND))];
    let most = raise_descriptors().unwrap_or(0).saturating_sub(RESERVED);
    let mut sizes = vec![1_000, 10_000, cmp::min(most, 20_000)];
    sizes.retain(|&size| (1..=most).contains(&size) && !(scale.is_quick() && size > 1_000));
    sizes.dedup();
    all.extend(sizes.into_iter().map(|size| idle(size, scale)));
    all
}

/// The server closes the connection after its reply, and the load resets what is left of it: so neither side is left
/// with connections that wait for late segments (`TIME_WAIT`), and the load does not run out of ports.
fn churn(round: Duration) -> Workload {
    let entrants = entrants(
        Service::Once,
        move |server| {
            let server = start(server, Service::Once)?;
            let requests = Requests::bytes(SIZE);
            let load = Churn::new(server.address(), requests, AT_A_TIME)?;
            Ok(Pair { server, load })
        },
        move |pair| {
            let _pinned = Pinned::to(load_core())?;
            let served = pair.serve(|load| load.exchange(round))?;
            Ok(vec![
                served.requests_per_second(),
                served.cpu_per_request(),
                served.load(),
            ])
        },
    );
    let operation = "to accept a connection, send 64 bytes back, and close it; 50 at a time";
    Workload::new(Group::Churn, "churn", operation, CHURN, entrants).pace(Pace::Short)
}

/// A round has a server of its own. What the first connections need besides does not count.
fn idle(connections: usize, scale: Scale) -> Workload {
    let name = match connections % 1_000 {
        0 => format!("idle-{}k", connections / 1_000),
        _ => format!("idle-{connections}"),
    };
    let operation = format!("one of {connections} connections");
    let number = match scale.is_quick() {
        // Of a hundred connections one would mostly see the steps in which memory grows.
        true => connections,
        false => usize::try_from(scale.of(connections as u64)).expect("it was one"),
    };
    let servers = crate::contestants::servers()
        .into_iter()
        .filter(|(_, server)| server.services.contains(&Service::SmallEcho));
    let entrants = servers
        .map(|(contestant, server)| {
            let measure = move || measure_idle(server, number);
            let entrant = Entrant::named(contestant, server.name, measure);
            match contestant {
                // Without a runtime there is hardly anything to keep: nobody can be that small.
                "epoll" => entrant.shown(),
                _ => entrant,
            }
        })
        .collect();
    Workload::new(Group::Idle, name, operation, IDLE, entrants)
        .pace(Pace::Long)
        .at("connections", connections as u64)
}

fn measure_idle(server: &Server, connections: usize) -> Result<Vec<f64>> {
    let _pinned = Pinned::to(load_core())?;
    let mut server = start(server, Service::SmallEcho)?;
    let mut load = Load::new(server.address(), Requests::bytes(SIZE))?;
    load.connect(AT_FIRST)?;
    load.exchange(Duration::ZERO)?;
    let (memory_before, cpu_before) = (server.memory()?, server.cpu()?);
    let each = |difference: f64| difference / connections as f64;
    let bytes = |memory: u64| each(memory as f64 - memory_before as f64);
    load.connect(connections)?;
    let cpu = server.cpu()? - cpu_before;
    let memory = server.memory()?;
    load.exchange(Duration::ZERO)?;
    let memory_after = server.memory()?;
    // Before the connections, whose end is not its business.
    drop(server);
    Ok(vec![
        each(cpu.as_secs_f64() * 1e6),
        bytes(memory),
        bytes(memory_after),
    ])
}

fn start(server: &Server, service: Service) -> Result<ServerProcess> {
    let threads = 1;
    ServerProcess::start(server, Duty { service, threads })
}

const CHURN: &[Measure] = &[
    Measure {
        name: "connections/s",
        better: Better::More,
    },
    Measure {
        name: "server CPU µs/connection",
        better: Better::Less,
    },
    Measure {
        name: "load's core used %",
        better: Better::Neither,
    },
];

const IDLE: &[Measure] = &[
    Measure {
        name: "server CPU µs/connection",
        better: Better::Less,
    },
    Measure {
        name: "bytes before its first request",
        better: Better::Less,
    },
    Measure {
        name: "bytes after a request",
        better: Better::Less,
    },
];

/// Bytes of a request.
const SIZE: usize = 64;

/// Connections that are open at a time while they come and go.
const AT_A_TIME: usize = 50;

/// Connections before memory is measured for the first time.
const AT_FIRST: usize = 64;

/// Files that a server or the load needs besides connections, and those of [`AT_FIRST`].
const RESERVED: usize = 1_000;

/// How long one server is measured before it is the next one's turn.
const ROUND: Duration = Duration::from_millis(80);
