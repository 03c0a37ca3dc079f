//! A tour: one process, one thread, one loop with an echo server and 200 clients, some of which are cancelled.
//!
//!     cargo run --release --example tour
//!
//! It prints what happens, and ends with the numbers.

use std::cell::Cell;
use std::num::ParseIntError;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{
    CancelledError, Error, EventLoop, ExceptionGroup, Future, StreamReader, StreamWriter, Task,
    TaskGroup, TimeoutError,
};

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let start = event_loop.time();
    // Everything runs in this thread, so an `Rc` is all that tasks need to share data.
    let tour = Rc::new(Tour::new(&event_loop));

    println!("A server");
    let handler = {
        let tour = tour.clone();
        // Called for each connection. The coroutine that it returns becomes a task.
        move |reader, writer| serve(reader, writer, tour.clone())
    };
    // Optional arguments stand between the call and the await. This one makes room for all clients at once.
    let server = asyncio::start_server(handler, "127.0.0.1", 0)
        .backlog(1024)
        .await?;
    let port = server.sockets()[0].local_addr()?.port();
    println!("  listens on a free port of the loopback interface");

    println!("{CLIENTS} clients, in a TaskGroup, with a timeout of 10 s around it");
    let clients = asyncio::timeout(10.0, async |_| run_clients(port, &tour).await).await?;
    let cancelled = clients.iter().filter(|task| task.cancelled()).count();
    let finished = CLIENTS - cancelled;
    println!("  the group is over: {finished} have finished, {cancelled} were cancelled");

    println!("A client that loses patience");
    lose_patience(port).await?;

    println!("A group in which a task fails");
    fail_in_a_group().await?;

    println!("The end");
    server.close(); // no new connections
    server.wait_closed().await?; // and the old ones are over
    let others = asyncio::all_tasks()?.len() - 1;
    println!("  the server is closed; tasks left beside this one: {others}");

    let milliseconds = 1000.0 * (event_loop.time() - start);
    println!();
    println!("clients      {CLIENTS:>5}  of which {finished} finished, {cancelled} were cancelled");
    println!(
        "connections  {:>5}  of which {} are still open",
        tour.accepted.get(),
        tour.open.get()
    );
    println!(
        "lines echoed {:>5}  in {milliseconds:.0} ms all in all",
        tour.echoed.get()
    );
    println!("clean-ups    {:>5}", tour.cleaned_up.get());
    Ok(())
}

/// Runs all clients to their ends. Five of them are cancelled on the way.
async fn run_clients(port: u16, tour: &Rc<Tour>) -> asyncio::Result<Vec<Task<()>>> {
    // The group ends when all its tasks have ended. Its body borrows what is around it.
    TaskGroup::run(async |group| {
        let clients: Vec<Task<()>> = (0..CLIENTS)
            .map(|number| group.create_task(client(number, port, tour.clone())))
            .collect();
        tour.connected.complete().await?;
        let alive = asyncio::all_tasks()?.len();
        println!("  all are connected: {alive} tasks are alive, on both sides and this one");

        tour.waiting.complete().await?;
        println!("  each has had {ROUNDS} lines echoed, and now waits for something slow");
        println!("  five of them are cancelled while they wait:");
        for task in clients.iter().skip(CLIENTS / 10).step_by(CLIENTS / 5) {
            // Only a request: the task sees it when it gets its turn.
            task.cancel_with("changed its mind");
        }
        tour.slow.set_result(())?;
        Ok(clients)
    })
    .await
}

/// A client: connects, talks, and closes the connection, whatever happens.
async fn client(number: usize, port: u16, tour: Rc<Tour>) -> asyncio::Result<()> {
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port).await?;
    writer.write(b"hello\n");
    reader.readline().await?;
    tour.connected.present();
    let outcome = talk(number, &mut reader, &mut writer, &tour).await;
    // Being cancelled is an error of the `await` where the task stands, and `talk` has passed it on. The clean-up
    // may await like any other code.
    if let Some(cancelled) = as_cancelled(&outcome) {
        let why = cancelled.msg().unwrap_or_default();
        println!("    client {number:>3}: {why}, says good-bye");
        writer.write(b"bye\n");
        reader.readuntil(b"bye\n").await?; // the slow answer comes first
        println!("    client {number:>3}: the server said good-bye too");
        add(&tour.cleaned_up, 1);
    }
    writer.close();
    writer.wait_closed().await?;
    outcome // passes the cancellation on, so that the task ends as cancelled
}

async fn talk(
    number: usize,
    reader: &mut StreamReader,
    writer: &mut StreamWriter,
    tour: &Tour,
) -> asyncio::Result<()> {
    for round in 0..ROUNDS {
        let line = format!("client {number}, line {round}\n");
        writer.write(line.as_bytes());
        writer.drain().await?; // waits if the server does not keep up
        assert_eq!(reader.readline().await?, line);
    }
    writer.write(b"slow\n");
    tour.waiting.present();
    reader.readline().await?;
    Ok(())
}

/// `except CancelledError as cancelled`
fn as_cancelled<T>(outcome: &asyncio::Result<T>) -> Option<&CancelledError> {
    outcome.as_ref().err().and_then(Error::downcast_ref)
}

/// The server's side of a connection: sends every line back, until the client closes.
async fn serve(
    mut reader: StreamReader,
    mut writer: StreamWriter,
    tour: Rc<Tour>,
) -> asyncio::Result<()> {
    add(&tour.accepted, 1);
    add(&tour.open, 1);
    loop {
        let line = reader.readline().await?;
        match &line[..] {
            b"" => break,
            b"slow\n" => (&tour.slow).await?,
            b"silence\n" => continue,
            _ => {}
        }
        writer.write(&line);
        writer.drain().await?;
        add(&tour.echoed, 1);
    }
    writer.close();
    writer.wait_closed().await?;
    tour.open.set(tour.open.get() - 1);
    Ok(())
}

/// A timeout ends a wait, and not the connection.
async fn lose_patience(port: u16) -> asyncio::Result<()> {
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port).await?;
    writer.write(b"silence\n");
    match asyncio::wait_for(reader.readline(), 0.02).await {
        Err(error) if error.is::<TimeoutError>() => println!("  no answer in 0.02 s: TimeoutError"),
        other => println!("  a surprise: {other:?}"),
    }
    writer.write(b"are you there?\n");
    println!("  asks again: {:?}", reader.readline().await?);
    writer.close();
    writer.wait_closed().await
}

/// The failure of one task cancels the others, and the group reports every error.
async fn fail_in_a_group() -> asyncio::Result<()> {
    let group = TaskGroup::run(async |group| {
        group.create_task(async {
            let slept = asyncio::sleep(3600.0).await;
            println!(
                "  the other task was cancelled: {}",
                as_cancelled(&slept).is_some()
            );
            slept
        });
        group.create_task(async { Ok("seven".parse::<u32>().map(drop)?) });
        Ok(())
    });
    let error = group.await.unwrap_err();
    println!("  the group failed: {error}");
    // `subgroup` picks the errors of one type, as `except* ParseIntError` does.
    let errors = error.downcast_ref::<ExceptionGroup>();
    let parse_errors = errors.and_then(|errors| errors.subgroup::<ParseIntError>());
    println!(
        "  there is a ParseIntError in it: {}",
        parse_errors.is_some()
    );
    Ok(())
}

/// What all tasks share.
struct Tour {
    /// The clients that have had an answer.
    connected: RollCall,
    /// The clients that wait for something slow.
    waiting: RollCall,
    /// Something slow.
    slow: Future<()>,
    accepted: Cell<usize>,
    open: Cell<usize>,
    echoed: Cell<usize>,
    cleaned_up: Cell<usize>,
}

impl Tour {
    fn new(event_loop: &EventLoop) -> Self {
        Tour {
            connected: RollCall::new(event_loop, CLIENTS),
            waiting: RollCall::new(event_loop, CLIENTS),
            slow: event_loop.create_future(),
            accepted: Cell::new(0),
            open: Cell::new(0),
            echoed: Cell::new(0),
            cleaned_up: Cell::new(0),
        }
    }
}

/// Lets a task wait until a number of others have come to a certain point. A future is all that it takes.
struct RollCall {
    missing: Cell<usize>,
    complete: Future<()>,
}

impl RollCall {
    fn new(event_loop: &EventLoop, expected: usize) -> Self {
        RollCall {
            missing: Cell::new(expected),
            complete: event_loop.create_future(),
        }
    }

    fn present(&self) {
        self.missing.set(self.missing.get() - 1);
        if self.missing.get() == 0 {
            self.complete
                .set_result(())
                .expect("nobody is missing any more");
        }
    }

    async fn complete(&self) -> asyncio::Result<()> {
        (&self.complete).await
    }
}

fn add(number: &Cell<usize>, more: usize) {
    number.set(number.get() + more);
}

const CLIENTS: usize = 200;
const ROUNDS: usize = 10;
