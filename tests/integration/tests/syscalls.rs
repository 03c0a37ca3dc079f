//! How many system calls an echo and a connection cost a server, and a run a program. `strace` counts them: where it is missing the tests
//! say so, and fail if it is CI.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, process};

/// A request is one look at the descriptors, one read and one write, and nothing else, if the system passes it on in one piece.
#[test]
fn an_echo_costs_three_system_calls() {
    for (server, size) in SERVERS
        .into_iter()
        .flat_map(|name| [(name, 64), (name, 16 * 1024)])
    {
        let Some(calls) = calls(server, |_, client| {
            (0..ROUNDS).for_each(|_| exchange(client, &vec![b'.'; size]));
        }) else {
            return;
        };
        assert_eq!(calls, echoes_of(ROUNDS), "{server} of {size} bytes");
    }
}

/// So is each piece of a larger request, if they come apart; there are few of them.
#[test]
fn a_large_echo_costs_three_system_calls_for_a_piece() {
    for server in SERVERS {
        let Some(calls) = calls(server, |_, client| {
            (0..ROUNDS).for_each(|_| exchange(client, &[b'.'; 100 * 1024]));
        }) else {
            return;
        };
        let pieces = calls["epoll_wait"] - 1;
        assert!(pieces <= 4 * ROUNDS, "{server}: {pieces} pieces");
        assert_eq!(calls, echoes_of(pieces), "{server}");
    }
}

/// The last look finds the request that ends the count.
fn echoes_of(pieces: usize) -> BTreeMap<String, usize> {
    counts(&[
        ("epoll_wait", pieces + 1),
        ("recvfrom", pieces),
        ("sendto", pieces),
    ])
}

/// A connection with one request: what must be asked of the system, once each.
#[test]
fn a_connection_costs_thirteen_system_calls() {
    for server in SERVERS {
        let Some(mut calls) = calls(server, |address, _| {
            for _ in 0..ROUNDS {
                let mut client = TcpStream::connect(address).unwrap();
                exchange(&mut client, &[b'.'; 64]);
                client.shutdown(Shutdown::Write).unwrap();
                assert_eq!(client.read(&mut [0]).unwrap(), 0);
            }
        }) else {
            return;
        };
        // The connection, the request, and the end; some may come together.
        let looks = calls.remove("epoll_wait").unwrap();
        assert!(looks <= 3 * ROUNDS + 1, "{server}: {looks} looks");
        // std looks whether a descriptor is open before it closes it.
        if cfg!(debug_assertions) {
            calls.remove("fcntl");
        }
        let expected = [
            ("accept4", ROUNDS),
            ("close", ROUNDS),
            ("epoll_ctl", 2 * ROUNDS),
            ("getsockname", ROUNDS),
            ("poll", ROUNDS),
            ("recvfrom", 2 * ROUNDS),
            ("sendto", ROUNDS),
            ("setsockopt", ROUNDS),
        ];
        assert_eq!(calls, counts(&expected), "{server}");
    }
}

/// A run makes a selector, watches Ctrl-C, and leaves nothing behind; it reads nothing and starts no thread.
#[test]
fn a_run_of_nothing_costs_twenty_three_system_calls() {
    let (Some(mut calls), Some(without)) = (all_calls("run"), all_calls("without")) else {
        return;
    };
    for (name, count) in without {
        *calls.entry(name).or_default() -= count;
    }
    calls.retain(|name, count| *count > 0 && !MEMORY.contains(&name.as_str()));
    // std looks whether a descriptor is open before it closes it.
    if cfg!(debug_assertions) {
        calls.insert("fcntl".to_owned(), 5);
    }
    let expected = [
        ("close", 5),
        ("epoll_create1", 1),
        ("epoll_ctl", 3),
        ("eventfd2", 1),
        ("fcntl", 5),
        ("getpid", 1),
        ("gettid", 1),
        ("ioctl", 1),
        ("pipe2", 1),
        ("rt_sigaction", 3),
        ("sendto", 1),
    ];
    assert_eq!(calls, counts(&expected));
}

/// The calls of a whole program that does nothing. `None` if nothing counts them.
fn all_calls(how: &str) -> Option<BTreeMap<String, usize>> {
    if !has_strace() {
        return None;
    }
    let trace = env::temp_dir().join(format!("asyncio-nothing-{how}-{}", process::id()));
    let mut strace = strace(&trace);
    strace.args([env!("CARGO_BIN_EXE_nothing"), how]);
    assert!(strace.status().unwrap().success());
    let lines = fs::read_to_string(&trace).unwrap();
    fs::remove_file(&trace).unwrap();
    Some(count(lines.lines()))
}

/// The calls that `server` makes between a request that says `begin` and one that says `end`, while `talk` runs with the
/// server's address and a connection. `None` if nothing counts them.
fn calls(
    server: &str,
    talk: impl FnOnce(SocketAddr, &mut TcpStream),
) -> Option<BTreeMap<String, usize>> {
    if !has_strace() {
        return None;
    }
    let directory = env::temp_dir();
    let trace = directory.join(format!("asyncio-{server}-{}-{:p}", process::id(), &talk));
    let mut strace = strace(&trace)
        .args([env!("CARGO_BIN_EXE_echo"), server])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(strace.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let address = line.trim_end().parse().expect("the server listens");
    let mut client = TcpStream::connect(address).unwrap();
    client.set_nodelay(true).unwrap();
    for _ in 0..WARM_UP {
        exchange(&mut client, &[b'.'; 100 * 1024]);
    }
    exchange(&mut client, b"begin");
    talk(address, &mut client);
    exchange(&mut client, b"end");
    client.write_all(b"stop").unwrap();
    assert!(strace.wait().unwrap().success());
    let lines = fs::read_to_string(&trace).unwrap();
    fs::remove_file(&trace).unwrap();
    Some(count(between_signs(&lines)))
}

/// What runs a program and writes its calls to `trace`.
fn strace(trace: &Path) -> Command {
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-e", "signal=none", "-o"])
        .arg(trace)
        .env_remove("ASYNCIO_DEBUG")
        .env_remove("ASYNCIO_INSPECT")
        .env_remove("ASYNCIO_SELECTOR")
        .env_remove("ASYNCIO_WATCHDOG");
    strace
}

/// Sends `request` and waits for all of it to come back.
fn exchange(client: &mut TcpStream, request: &[u8]) {
    let mut reply = vec![0; request.len()];
    client.write_all(request).unwrap();
    client.read_exact(&mut reply).unwrap();
    assert!(reply == request);
}

/// After `begin` was sent, until `end` is received.
fn between_signs(lines: &str) -> impl Iterator<Item = &str> {
    lines
        .lines()
        .skip_while(|line| !(line.contains("sendto(") && line.contains("\"begin\"")))
        .skip(1)
        .take_while(|line| !(line.contains("recvfrom(") && line.contains("\"end\"")))
}

/// The lines are `PID name(arguments) = result`.
fn count<'a>(calls: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in calls {
        let (_pid, call) = call.split_once(' ').expect("a process and its call");
        let name = call.trim_start().split('(').next().unwrap();
        // Which of its variants is called depends on the processor.
        let name = match name {
            "epoll_pwait" | "epoll_pwait2" => "epoll_wait",
            "ppoll" => "poll",
            name => name,
        };
        *counts.entry(name.to_owned()).or_default() += 1;
    }
    counts
}

fn counts(counts: &[(&str, usize)]) -> BTreeMap<String, usize> {
    let counts = counts.iter();
    counts
        .map(|(name, count)| (name.to_string(), *count))
        .collect()
}

fn has_strace() -> bool {
    let tried = Command::new("strace").arg("-V").output();
    if tried.is_err() {
        assert!(env::var_os("CI").is_none(), "CI has strace");
        eprintln!("system calls are not counted: install strace");
    }
    tried.is_ok()
}

/// Calls that depend on what the allocator has.
const MEMORY: [&str; 5] = ["brk", "madvise", "mmap", "mprotect", "munmap"];
const SERVERS: [&str; 2] = ["protocol", "streams"];
const ROUNDS: usize = 50;
/// Enough for the system to make the connection's buffers large, and for the server to have its own.
const WARM_UP: usize = 20;
