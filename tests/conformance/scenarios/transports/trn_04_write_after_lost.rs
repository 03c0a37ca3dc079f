//! TRN-04: writes on a lost connection are dropped, and from the fifth on a warning is logged.

use std::sync::Mutex;

use asyncio::Result;

use crate::{net, py};

static MESSAGES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn keep(_level: &str, message: &str) {
    MESSAGES.lock().unwrap().push(message.to_owned());
}

fn warnings() -> usize {
    MESSAGES.lock().unwrap().len()
}

async fn program() -> Result<()> {
    py::print_log(keep);
    let (transport, _protocol, peer) = net::connect(|| ()).await?;
    transport.abort();
    for count in 1..8 {
        transport.write(b"x");
        println!("write {count} warnings {}", warnings());
    }
    println!("{}", MESSAGES.lock().unwrap()[0]);
    transport.write(b"");
    println!("empty write, warnings {}", warnings());
    transport.writelines(&[b"x"]);
    println!("writelines, warnings {}", warnings());
    println!("buffered {}", transport.get_write_buffer_size());
    asyncio::sleep(0).await?;
    println!("{}", net::show(net::recv(&peer, 1)?));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
