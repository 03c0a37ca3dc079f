//! Server processes: this program again, told to serve.
//!
//! The server prints its address. Then it answers each line on standard input with the processor time that it has
//! used, and ends with standard input.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;
use std::{env, fs, process, thread};

use crate::Result;
use crate::clock::process_cpu;
use crate::contestants::{Duty, Listen, Server, Service, server};
use crate::cores::{Pinned, cores, server_core, set_cores};
use crate::dialogue::Dialogue;
use crate::limits::raise_descriptors;

/// Serves until standard input ends: `NAME:SERVICE:THREADS:CORE,...`.
pub(crate) fn serve(what: &str) -> Result {
    let (server, duty, cores) = parse(what).ok_or_else(|| format!("no server does {what}"))?;
    set_cores(cores);
    raise_descriptors()?;
    // On the core of the server: the processor time of a thread is exact only while it does not run.
    let _pinned = Pinned::to(server_core(0))?;
    thread::spawn(answer);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    serve_thread(server, duty, address, 0)
}

fn parse(what: &str) -> Option<(&'static Server, Duty, Vec<usize>)> {
    let mut parts = what.split(':');
    let server = server(parts.next()?)?;
    let service = Service::named(parts.next()?)?;
    let threads = parts.next()?.parse().ok()?;
    let duty = Duty { service, threads };
    let cores = parts.next()?.split(',').map(|core| core.parse().ok());
    let cores = cores.collect::<Option<_>>()?;
    let serves = server.services.contains(&service);
    serves.then_some((server, duty, cores))
}

/// Serves in this thread, as the one of this number, and starts the next thread when this one listens.
fn serve_thread(server: &'static Server, duty: Duty, address: SocketAddr, number: usize) -> Result {
    let _pinned = Pinned::to(server_core(number))?;
    let listening = move |address| {
        if number + 1 == duty.threads {
            println!("{address}");
            return;
        }
        thread::spawn(move || {
            if let Err(error) = serve_thread(server, duty, address, number + 1) {
                eprintln!("error: {error}");
                process::exit(1);
            }
        });
    };
    (server.serve)(Listen::new(duty, address, listening))
}

/// A server in a process of its own, which ends when this is dropped.
pub(crate) struct ServerProcess {
    dialogue: Dialogue,
    address: SocketAddr,
}

impl ServerProcess {
    /// Starts a server and waits until it listens.
    pub(crate) fn start(server: &Server, duty: Duty) -> Result<Self> {
        let Duty { service, threads } = duty;
        let cores = cores().iter().map(usize::to_string);
        let cores = cores.collect::<Vec<_>>().join(",");
        let what = format!("{}:{}:{threads}:{cores}", server.name, service.name());
        let program = env::current_exe()?;
        let mut dialogue = Dialogue::start(Command::new(program).args(["--serve", &what]))?;
        let address = dialogue.hear()?.parse()?;
        Ok(ServerProcess { dialogue, address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The processor time that the server has used.
    pub(crate) fn cpu(&mut self) -> Result<Duration> {
        Ok(Duration::from_nanos(self.dialogue.ask("")?.parse()?))
    }

    /// The bytes of memory that the server occupies, without the kernel's.
    pub(crate) fn memory(&self) -> Result<u64> {
        // Unlike the figures of `statm`, those of `smaps_rollup` are exact.
        let process = self.dialogue.process();
        let sums = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
        let resident = sums.lines().find_map(|line| line.strip_prefix("Rss:"));
        let kilobytes = resident.and_then(|rest| rest.trim().strip_suffix(" kB"));
        Ok(1024 * kilobytes.ok_or("the kernel tells no Rss")?.parse::<u64>()?)
    }
}

fn answer() {
    for line in io::stdin().lines() {
        if line.is_err() {
            break;
        }
        // Whoever asked may be gone meanwhile, and with it the pipe: then there is nobody to serve.
        if writeln!(io::stdout(), "{}", process_cpu().as_nanos()).is_err() {
            break;
        }
    }
    process::exit(0);
}
