//! Lines through streams: `readline` and `readuntil`. A request is many lines, so that reading is most of the work.

use std::time::Duration;

use super::servers::{Pair, entrants};
use super::{Better, Group, Measure, Pace, Workload};
use crate::contestants::{SEPARATOR, Service};
use crate::load::Requests;
use crate::options::Scale;

/// Every workload of this file.
pub(super) fn all(scale: Scale) -> Vec<Workload> {
    let round = scale.time(ROUND);
    vec![
        workload(
            "readline",
            "to read a line of 64 bytes, and to send it back with the other 63 of a request",
            Service::Lines,
            b"\n",
            round,
        ),
        workload(
            "readuntil",
            "the same with lines that end with four bytes, which only asyncio has a call for",
            Service::Until,
            SEPARATOR,
            round,
        ),
    ]
}

fn workload(
    name: &'static str,
    operation: &'static str,
    service: Service,
    separator: &'static [u8],
    round: Duration,
) -> Workload {
    let entrants = entrants(
        service,
        move |server| {
            let requests = Requests::lines(LINES, LENGTH, separator);
            Pair::connect(server, service, requests, CONNECTIONS)
        },
        move |pair| {
            let served = pair.exchange(round)?;
            Ok(vec![
                served.requests_per_second() * LINES as f64,
                served.cpu_per_request() * 1e3 / LINES as f64,
            ])
        },
    );
    Workload::new(Group::Lines, name, operation, MEASURES, entrants).pace(Pace::Short)
}

const MEASURES: &[Measure] = &[
    Measure {
        name: "lines/s",
        better: Better::More,
    },
    Measure {
        name: "server CPU ns/line",
        better: Better::Less,
    },
];

const CONNECTIONS: usize = 50;

/// Lines of a request.
const LINES: usize = 64;

/// Bytes of a line, with its end.
const LENGTH: usize = 64;

/// How long one server is measured before it is the next one's turn.
const ROUND: Duration = Duration::from_millis(80);
