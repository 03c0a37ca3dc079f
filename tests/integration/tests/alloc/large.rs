//! What a server allocates for an echo of 16 KiB and of 100 KiB.

use std::io::Write;
use std::net::TcpStream;

use asyncio::Server;
use asyncio::prelude::*;

use crate::{Echo, ROUNDS, WARM_UP, allocations, echo, read_some};

#[asyncio::test(debug = false)]
async fn a_large_echo_through_protocols_allocates_nothing() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    for size in SIZES {
        let server = event_loop.create_server(Echo::default, "127.0.0.1", 0);
        assert_eq!(
            allocations_of_echoes(server.await?, size).await?,
            0,
            "{size}"
        );
    }
    Ok(())
}

/// The buffer of the loop goes to the reader, and the loop needs another one.
#[asyncio::test(debug = false)]
async fn a_large_echo_through_streams_allocates_once() -> asyncio::Result<()> {
    for size in SIZES {
        let server = asyncio::start_server(echo, "127.0.0.1", 0);
        assert_eq!(
            allocations_of_echoes(server.await?, size).await?,
            ROUNDS,
            "{size}"
        );
    }
    Ok(())
}

/// The client allocates nothing.
async fn allocations_of_echoes(server: Server, size: usize) -> asyncio::Result<usize> {
    let mut client = TcpStream::connect(server.sockets()[0].local_addr()?)?;
    client.set_nonblocking(true)?;
    let (request, mut reply) = (vec![b'.'; size], vec![0; size]);
    for _ in 0..WARM_UP {
        exchange(&mut client, &request, &mut reply).await?;
    }
    let before = allocations();
    for _ in 0..ROUNDS {
        exchange(&mut client, &request, &mut reply).await?;
    }
    let count = allocations() - before;
    drop(client);
    server.close();
    server.wait_closed().await?;
    Ok(count)
}

async fn exchange(client: &mut TcpStream, request: &[u8], reply: &mut [u8]) -> asyncio::Result<()> {
    client.write_all(request)?;
    let mut filled = 0;
    while filled < reply.len() {
        filled += read_some(client, &mut reply[filled..]).await?;
    }
    assert!(reply == request);
    Ok(())
}

/// The second one is more than a segment.
const SIZES: [usize; 2] = [16 * 1024, 100 * 1024];
