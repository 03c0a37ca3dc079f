//! Server processes: this program again, told to serve.
//!
//! The server prints its address. Then it answers each line on standard input with the processor time that it has
//! used, and ends with standard input.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use std::{env, io, process, thread};

use crate::Result;
use crate::clock::process_cpu;
use crate::contestants::{Listen, server};
use crate::cores::{Pinned, SERVER_CORE};
use crate::disturbance::Involved;

/// Serves as the server of this name until standard input ends.
pub(crate) fn serve(name: &str) -> Result {
    let server = server(name).ok_or_else(|| format!("no server is called {name}"))?;
    let _pinned = Pinned::to(SERVER_CORE)?;
    thread::spawn(answer);
    (server.serve)(Listen::new(|address| println!("{address}")))
}

/// A server in a process of its own, which ends when this is dropped.
pub(crate) struct ServerProcess {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    address: SocketAddr,
    _involved: Involved,
}

impl ServerProcess {
    /// Starts the server of this name and waits until it listens.
    pub(crate) fn start(name: &str) -> Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .args(["--serve", name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().expect("it is piped");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let address = read_line(&mut output)?.parse()?;
        Ok(ServerProcess {
            _involved: Involved::process(child.id()),
            child,
            input,
            output,
            address,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The processor time that the server has used.
    pub(crate) fn cpu(&mut self) -> Result<Duration> {
        self.input.write_all(b"\n")?;
        Ok(Duration::from_nanos(read_line(&mut self.output)?.parse()?))
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Either fails only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer() {
    for line in io::stdin().lines() {
        if line.is_err() {
            break;
        }
        println!("{}", process_cpu().as_nanos());
    }
    process::exit(0);
}

fn read_line(output: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    if output.read_line(&mut line)? == 0 {
        return Err("the server ended".into());
    }
    Ok(line.trim_end().to_owned())
}
