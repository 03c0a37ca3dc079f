//! One port, and a thread with a loop of its own for each core.
//!
//! Where there are two cores, the load shares them with the server, here in both workloads: what can be seen is whether
//! a second loop in the process makes a request dearer, and not a doubled number of requests.

use std::thread;
use std::time::Duration;

use super::servers::{Pair, entrants};
use super::{Better, Cores, Group, Measure, Pace, Workload};
use crate::contestants::{Duty, Service};
use crate::cores::cores;
use crate::load::{Load, Requests};
use crate::options::Scale;
use crate::server::ServerProcess;

/// Every workload of this file.
pub(super) fn all(scale: Scale) -> Vec<Workload> {
    if cores().len() < 2 {
        return Vec::new();
    }
    let round = scale.time(ROUND);
    vec![
        workload(
            "loops-1",
            1,
            "1 KiB there and back, on 200 connections, the load on any core",
            round,
        ),
        workload(
            "loops-2",
            2,
            "the same with two threads, and a loop in each",
            round,
        ),
    ]
}

/// Whether this is in the name of a workload that is only left out because it needs two cores.
pub(crate) fn needs_more_cores(part: &str) -> bool {
    let is_named = part == Group::Scaling.name() || "loops-1 loops-2".contains(part);
    is_named && cores().len() < 2
}

fn workload(name: &'static str, threads: usize, operation: &str, round: Duration) -> Workload {
    let entrants = entrants(
        Service::Echo,
        move |server| {
            let service = Service::Echo;
            let server = ServerProcess::start(server, Duty { service, threads })?;
            let mut load = Load::new(server.address(), Requests::bytes(SIZE))?;
            load.connect(CONNECTIONS)?;
            Ok(Pair { server, load })
        },
        move |pair| {
            let served = pair.serve(|load| {
                let exchange = load.exchange(round)?;
                thread::sleep(SETTLING);
                Ok(exchange)
            })?;
            Ok(vec![served.requests_per_second(), served.cpu_per_request()])
        },
    );
    Workload::new(Group::Scaling, name, operation, MEASURES, entrants)
        .pace(Pace::Short)
        .cores(Cores::Shared)
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

/// Bytes of a request.
const SIZE: usize = 1024;

/// Enough for the kernel to give each thread about as many.
const CONNECTIONS: usize = 200;

/// How long the server may take to wait for more. The processor time of a thread on another core is exact only while
/// it does not run.
const SETTLING: Duration = Duration::from_millis(2);

/// How long one server is measured before it is the next one's turn.
const ROUND: Duration = Duration::from_millis(80);
