//! SRV-02: without free descriptors accept() is reported backlog + 1 times, and tried again only a second later.

use std::io;
use std::net::TcpStream;

use asyncio::prelude::*;
use asyncio::{Error, ExceptionContext, Result};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::net::HOST;
use crate::py::Lines;

fn errno(error: &Error) -> Option<i32> {
    error.downcast_ref::<io::Error>()?.raw_os_error()
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let reports = Lines::default();
    let reported = event_loop.create_future();
    event_loop.set_exception_handler({
        let (reports, reported) = (reports.clone(), reported.clone());
        move |_, context: &ExceptionContext| -> Result<()> {
            reports.append(context.message());
            if reports.len() == 1 {
                reported.set_result(context.exception().cloned())?;
            }
            Ok(())
        }
    });
    let server = event_loop.create_server(|| (), HOST, 0).backlog(3).await?;
    let client = TcpStream::connect(server.sockets()[0].local_addr()?)?;
    let limit = getrlimit(Resource::Nofile);
    let none_free = Rlimit {
        current: Some(3),
        ..limit
    };
    setrlimit(Resource::Nofile, none_free)?;
    let exc = reported.await;
    setrlimit(Resource::Nofile, limit)?;
    let exc = exc?.expect("it is given");
    asyncio::sleep(0.05).await?;
    println!(
        "EMFILE {}",
        errno(&exc) == Some(Errno::MFILE.raw_os_error())
    );
    let first = reports.join("\n");
    let first = first.lines().next().unwrap_or_default();
    println!("reports {} {first}", reports.len());
    println!("serving {}", server.is_serving());
    server.close();
    server.wait_closed().await?;
    drop(client);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
