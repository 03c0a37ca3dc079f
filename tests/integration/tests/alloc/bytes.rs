//! How many bytes tasks and connections hold that only wait. Programs have many of them.
#![cfg(target_pointer_width = "64")]

use std::future::pending;
use std::hint::black_box;

use asyncio::prelude::*;
use asyncio::{Server, Task};

use crate::{Echo, bytes, echo, greet, make_room_for_descriptors, say_goodbye};

/// What the handles share, and the coroutine, of which 32 bytes are its own.
#[asyncio::test(debug = false)]
async fn an_idle_task() -> asyncio::Result<()> {
    // The loop's list of tasks gets its room.
    for task in idle_tasks().await? {
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    let before = bytes();
    let tasks = idle_tasks().await?;
    let held = bytes() - before - size_of_val(&*tasks).cast_signed();
    assert_each(held, 248);
    Ok(())
}

async fn idle_tasks() -> asyncio::Result<Vec<Task<()>>> {
    let idle = |number: usize| {
        let own = [number; 4];
        async move {
            pending::<()>().await;
            black_box(own);
            Ok(())
        }
    };
    let mut tasks = Vec::with_capacity(CROWD);
    tasks.extend((0..CROWD).map(|number| asyncio::create_task(idle(number))));
    asyncio::sleep(0.0).await?;
    Ok(tasks)
}

#[asyncio::test(debug = false)]
async fn an_idle_connection_with_a_protocol() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let creating = event_loop.create_server(Echo::default, "127.0.0.1", 0);
    let held = bytes_of_connections(creating.await?).await?;
    assert_each(held, 280);
    Ok(())
}

#[asyncio::test(debug = false)]
async fn an_idle_connection_with_streams() -> asyncio::Result<()> {
    let starting = asyncio::start_server(echo, "127.0.0.1", 0);
    let held = bytes_of_connections(starting.await?).await?;
    assert_each(held, 720);
    Ok(())
}

/// When the loop has nothing to do, it gives back what tasks and timers have left.
#[asyncio::test(debug = false, virtual_time)]
async fn a_crowd_that_is_gone_leaves_no_memory() -> asyncio::Result<()> {
    asyncio::sleep(1.0).await?;
    let before = bytes();
    for _ in 0..2 {
        let crowd: Vec<Task<()>> = (0..100_000)
            .map(|_| asyncio::create_task(asyncio::sleep(60.0)))
            .collect();
        asyncio::sleep(1.0).await?;
        assert!(bytes() - before > 20_000_000);
        for task in crowd {
            task.await?;
        }
        asyncio::sleep(1.0).await?;
        let left = bytes() - before;
        assert!(left < 400_000, "{left} bytes");
    }
    Ok(())
}

/// How many a server holds for so many connections that have made a request each.
async fn bytes_of_connections(server: Server) -> asyncio::Result<isize> {
    let address = server.sockets()[0].local_addr()?;
    make_room_for_descriptors()?;
    let mut held = 0;
    // The first time, other tables of the loop get their room.
    for _ in 0..2 {
        let mut clients = Vec::with_capacity(CROWD);
        let before = bytes();
        for _ in 0..CROWD {
            clients.push(greet(address).await?);
        }
        held = bytes() - before;
        for client in clients {
            say_goodbye(client).await?;
        }
    }
    server.close();
    server.wait_closed().await?;
    Ok(held)
}

/// The budgets are what they hold today.
#[track_caller]
fn assert_each(held: isize, budget: usize) {
    let each = held as f64 / CROWD as f64;
    assert!(
        each > 0.0 && each <= budget as f64,
        "{each} bytes, not {budget}"
    );
}

/// Many enough for an odd one not to count.
const CROWD: usize = 100;
