//! What the workloads with servers have in common: a server in a process and on a core of its own, and the same load
//! for each. All servers live as long as the workload.

use std::cell::RefCell;
use std::time::Duration;

use super::Entrant;
use crate::Result;
use crate::contestants::{Duty, Server, Service, servers};
use crate::cores::{Pinned, load_core};
use crate::load::{Exchange, Load, Requests};
use crate::server::ServerProcess;

/// A server and its load.
pub(super) struct Pair<L> {
    pub(super) server: ServerProcess,
    pub(super) load: L,
}

/// What a server had to do in an exchange.
pub(super) struct Served {
    pub(super) exchange: Exchange,
    /// The processor time of the server.
    pub(super) cpu: Duration,
}

/// An entrant for each server that has this service. Its first round calls `connect`.
pub(super) fn entrants<L: 'static>(
    service: Service,
    connect: impl Fn(&'static Server) -> Result<Pair<L>> + Copy + 'static,
    measure: impl Fn(&mut Pair<L>) -> Result<Vec<f64>> + Copy + 'static,
) -> Vec<Entrant> {
    let entrant = |(contestant, server): (_, &'static Server)| {
        let pair = RefCell::new(None);
        Entrant::named(contestant, server.name, move || {
            match &mut *pair.borrow_mut() {
                Some(pair) => measure(pair),
                none => measure(none.insert(connect(server)?)),
            }
        })
    };
    servers()
        .into_iter()
        .filter(|(_, server)| server.services.contains(&service))
        .map(entrant)
        .collect()
}

impl Pair<Load> {
    /// Starts a server of one thread, and connects its load.
    pub(super) fn connect(
        server: &Server,
        service: Service,
        requests: Requests,
        connections: usize,
    ) -> Result<Self> {
        let _pinned = Pinned::to(load_core())?;
        let duty = Duty {
            service,
            threads: 1,
        };
        let server = ServerProcess::start(server, duty)?;
        let mut load = Load::new(server.address(), requests)?;
        load.connect(connections)?;
        Ok(Pair { server, load })
    }

    /// Keeps the server busy for so long.
    pub(super) fn exchange(&mut self, time: Duration) -> Result<Served> {
        let _pinned = Pinned::to(load_core())?;
        self.serve(|load| load.exchange(time))
    }
}

impl<L> Pair<L> {
    /// Measures the server during an exchange.
    pub(super) fn serve(
        &mut self,
        exchange: impl FnOnce(&mut L) -> Result<Exchange>,
    ) -> Result<Served> {
        let cpu_before = self.server.cpu()?;
        let exchange = exchange(&mut self.load)?;
        let cpu = self.server.cpu()? - cpu_before;
        Ok(Served { exchange, cpu })
    }
}

impl Served {
    pub(super) fn requests_per_second(&self) -> f64 {
        self.exchange.requests as f64 / self.exchange.elapsed.as_secs_f64()
    }

    /// Microseconds of the server's processor time for each request.
    pub(super) fn cpu_per_request(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.exchange.requests as f64
    }

    /// How much of the load's core was used, in percent.
    pub(super) fn load(&self) -> f64 {
        self.exchange.cpu.as_secs_f64() * 100.0 / self.exchange.elapsed.as_secs_f64()
    }
}
