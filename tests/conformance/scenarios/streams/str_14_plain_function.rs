//! STR-14: the handler may be a plain function; its error is reported in the same way.

use std::cell::RefCell;
use std::net::TcpStream;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{
    EventLoop, ExceptionContext, Future, Result, StreamReader, StreamWriter, ValueError,
};

use crate::net::{self, HOST};
use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    let error = py::error(context.exception());
    println!("handler: {} - {error}", context.message());
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(handler);
    let calls = RefCell::new(Vec::new());
    let called: Rc<RefCell<Vec<Future<StreamWriter>>>> = Rc::default();

    let callers = called.clone();
    let serve = move |reader: StreamReader, writer: StreamWriter| -> Result<()> {
        calls.borrow_mut().push((reader, writer.clone()));
        let caller = callers.borrow().last().cloned();
        caller.expect("somebody waits").set_result(writer)?;
        match calls.borrow().len() {
            2 => Err(ValueError::with_message("bad client").into()),
            _ => Ok(()),
        }
    };
    let call = || {
        let future = event_loop.create_future();
        called.borrow_mut().push(future.clone());
        future
    };

    let server = asyncio::start_server(serve, HOST, 0).await?;
    let address = server.sockets()[0].local_addr()?;
    let called = call();
    let peer = TcpStream::connect(address)?;
    let mut writer = called.await?;
    asyncio::sleep(0).await?;
    println!("closing {}", writer.is_closing());
    writer.write(b"hello");
    writer.close();
    println!("peer reads {}", net::show(net::recv(&peer, 5)?));
    writer.wait_closed().await?;
    drop(peer);

    let called = call();
    let peer = TcpStream::connect(address)?;
    let writer = called.await?;
    asyncio::sleep(0).await?;
    println!("closing {}", writer.is_closing());
    println!("peer reads {}", net::show(net::recv(&peer, 1)?));
    server.close();
    server.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
