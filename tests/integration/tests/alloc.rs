//! How often the hot paths allocate. Debug mode allocates more, for its reports.

#[path = "alloc/bytes.rs"]
mod bytes;
#[path = "alloc/groups.rs"]
mod groups;
#[path = "alloc/large.rs"]
mod large;
#[path = "alloc/locks.rs"]
mod locks;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use asyncio::prelude::*;
use asyncio::{
    AsyncGenerator, Error, EventLoop, EventLoopProxy, Future, Protocol, Server, StreamReader,
    StreamWriter, Transport,
};

#[asyncio::test(debug = false)]
async fn call_soon_allocates_its_handle() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    schedule_callbacks(&event_loop);
    asyncio::sleep(0.0).await?;

    let before = allocations();
    schedule_callbacks(&event_loop);
    asyncio::sleep(0.0).await?;
    assert_eq!(allocations() - before, ROUNDS);
    Ok(())
}

fn schedule_callbacks(event_loop: &EventLoop) {
    for round in 0..ROUNDS {
        event_loop.call_soon(move || assert!(black_box(round) < ROUNDS));
    }
}

/// Its handle is a number.
#[asyncio::test(debug = false)]
async fn call_soon_threadsafe_allocates_its_callback() -> asyncio::Result<()> {
    let proxy = asyncio::get_running_loop()?.proxy();
    send_callbacks(&proxy)?;
    asyncio::sleep(0.0).await?;

    let before = allocations();
    send_callbacks(&proxy)?;
    asyncio::sleep(0.0).await?;
    assert_eq!(allocations() - before, ROUNDS);
    Ok(())
}

fn send_callbacks(proxy: &EventLoopProxy) -> asyncio::Result<()> {
    for round in 0..ROUNDS {
        proxy.call_soon_threadsafe(move || assert!(black_box(round) < ROUNDS))?;
    }
    Ok(())
}

#[asyncio::test(debug = false)]
async fn sleep_of_zero_allocates_nothing() -> asyncio::Result<()> {
    asyncio::sleep(0.0).await?;
    let before = allocations();
    for _ in 0..ROUNDS {
        asyncio::sleep(0.0).await?;
    }
    assert_eq!(allocations() - before, 0);
    Ok(())
}

/// The timer takes a place among others.
#[asyncio::test(debug = false, virtual_time)]
async fn sleep_allocates_nothing() -> asyncio::Result<()> {
    asyncio::sleep(1.0).await?;
    let before = allocations();
    for _ in 0..ROUNDS {
        asyncio::sleep(1.0).await?;
    }
    assert_eq!(allocations() - before, 0);
    Ok(())
}

/// What the timer and the scope share.
#[asyncio::test(debug = false)]
async fn a_timeout_allocates_once() -> asyncio::Result<()> {
    asyncio::wait_for(asyncio::sleep(0.0), 60.0).await?;
    let before = allocations();
    for _ in 0..ROUNDS {
        asyncio::wait_for(asyncio::sleep(0.0), 60.0).await?;
        asyncio::timeout(60.0, async |_| asyncio::sleep(0.0).await).await?;
    }
    assert_eq!(allocations() - before, 2 * ROUNDS);
    Ok(())
}

/// The other thread allocates the callback, as this one would, and the memory of its calls is used again.
#[asyncio::test(debug = false)]
async fn a_callback_from_another_thread_allocates_nothing_here() -> asyncio::Result<()> {
    const THREAD: usize = 50;
    let event_loop = asyncio::get_running_loop()?;
    // The mail has two boxes, which grow.
    for _ in 0..2 {
        schedule_from_elsewhere(&event_loop);
        asyncio::sleep(0.0).await?;
    }

    let before = allocations();
    assert_eq!(schedule_from_elsewhere(&event_loop), ROUNDS);
    asyncio::sleep(0.0).await?;
    let here = allocations() - before;
    assert!(
        here < THREAD,
        "{here} allocations beside those that start the thread"
    );
    Ok(())
}

/// How often the sender allocates.
fn schedule_from_elsewhere(event_loop: &EventLoop) -> usize {
    let proxy = event_loop.proxy();
    let other = std::thread::spawn(move || {
        let before = allocations();
        send_callbacks(&proxy).unwrap();
        allocations() - before
    });
    other.join().unwrap()
}

/// One for what the handles share, one for the coroutine.
#[asyncio::test(debug = false)]
async fn a_task_costs_two_allocations() -> asyncio::Result<()> {
    spawn_and_join(0).await?;
    let before = allocations();
    for round in 0..ROUNDS {
        spawn_and_join(round).await?;
    }
    assert_eq!(allocations() - before, 2 * ROUNDS);
    Ok(())
}

/// As many as any other.
#[asyncio::test(debug = false)]
async fn an_eager_task_costs_two_allocations() -> asyncio::Result<()> {
    asyncio::get_running_loop()?.set_task_factory(asyncio::eager_task_factory);
    spawn_and_join(0).await?;
    let before = allocations();
    for round in 0..ROUNDS {
        spawn_and_join(round).await?;
    }
    assert_eq!(allocations() - before, 2 * ROUNDS);
    Ok(())
}

async fn spawn_and_join(round: usize) -> asyncio::Result<()> {
    let task = asyncio::create_task(async move { Ok(round) });
    assert_eq!(task.await?, round);
    Ok(())
}

/// It is made with two: what it shares with its body, and the body.
#[asyncio::test(debug = false)]
async fn the_next_value_of_a_generator_allocates_nothing() -> asyncio::Result<()> {
    let before = allocations();
    let numbers = AsyncGenerator::new(async |y| {
        for number in 0.. {
            asyncio::sleep(0.0).await?;
            y.emit(number).await?;
        }
        Ok(())
    });
    assert_eq!(allocations() - before, 2);
    assert_eq!(numbers.next().await.unwrap()?, 0);
    let before = allocations();
    for round in 1..=ROUNDS {
        assert_eq!(numbers.next().await.unwrap()?, round);
    }
    assert_eq!(allocations() - before, 0);
    numbers.aclose().await
}

#[asyncio::test(debug = false)]
async fn an_echo_through_protocols_allocates_nothing() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let server = event_loop
        .create_server(Echo::default, "127.0.0.1", 0)
        .await?;
    let port = server.sockets()[0].local_addr()?.port();
    let done = event_loop.create_future();
    let client = EchoClient {
        transport: None,
        round: 0,
        before: 0,
        done: done.clone(),
    };
    let connecting = event_loop.create_connection(move || client, "127.0.0.1", port);
    let (transport, _protocol) = connecting.await?;
    assert_eq!(done.await?, 0);
    transport.close();
    server.close();
    server.wait_closed().await
}

/// The server's side.
#[derive(Default)]
struct Echo {
    transport: Option<Transport>,
}

impl Protocol for Echo {
    fn connection_made(&mut self, transport: Transport) {
        self.transport = Some(transport);
    }

    fn data_received(&mut self, data: &[u8]) {
        self.transport.as_ref().unwrap().write(data);
    }
}

/// Sends a message, waits for its echo, and so on. Completes `done` with the number of allocations.
struct EchoClient {
    transport: Option<Transport>,
    round: usize,
    /// The number of allocations when everything was warm.
    before: usize,
    done: Future<usize>,
}

impl Protocol for EchoClient {
    fn connection_made(&mut self, transport: Transport) {
        transport.write(&MESSAGE);
        self.transport = Some(transport);
    }

    fn data_received(&mut self, data: &[u8]) {
        assert_eq!(data, MESSAGE);
        self.round += 1;
        match self.round {
            WARM_UP => self.before = allocations(),
            END => return self.done.set_result(allocations() - self.before).unwrap(),
            _ => {}
        }
        self.transport.as_ref().unwrap().write(&MESSAGE);
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        assert!(exc.is_none(), "{exc:?}");
    }
}

#[asyncio::test(debug = false)]
async fn an_echo_through_streams_allocates_nothing() -> asyncio::Result<()> {
    let count = with_echo_server(async |reader, writer| {
        for _ in 0..ROUNDS {
            exchange(reader, writer).await?;
        }
        Ok(())
    });
    assert_eq!(count.await?, 0);
    Ok(())
}

/// One buffer for each of them at most: there may be several in one.
#[asyncio::test(debug = false)]
async fn messages_that_are_kept_cost_an_allocation_each() -> asyncio::Result<()> {
    let mut kept = Vec::with_capacity(ROUNDS);
    let count = with_echo_server(async |reader, writer| {
        for _ in 0..ROUNDS {
            kept.push(exchange(reader, writer).await?);
        }
        Ok(())
    })
    .await?;
    assert!(count <= ROUNDS, "{count} allocations");
    Ok(())
}

#[asyncio::test(debug = false)]
async fn what_ends_with_a_separator_costs_no_allocation() -> asyncio::Result<()> {
    const RECORDS: &[u8] = b"one;two::three;";
    let count = with_echo_server(async |reader, writer| {
        for _ in 0..ROUNDS {
            writer.write(RECORDS);
            assert_eq!(reader.readuntil(b";").await?, b"one;"[..]);
            assert_eq!(reader.readuntil(&[&b";"[..], b"::"]).await?, b"two::"[..]);
            assert_eq!(reader.readuntil(b";").await?, b"three;"[..]);
        }
        Ok(())
    });
    assert_eq!(count.await?, 0);
    Ok(())
}

#[asyncio::test(debug = false)]
async fn lines_cost_no_allocation() -> asyncio::Result<()> {
    const LINES: &[u8] = b"one\ntwo\nthree\n";
    let count = with_echo_server(async |reader, writer| {
        for _ in 0..ROUNDS {
            writer.write(LINES);
            for line in LINES.split_inclusive(|byte| *byte == b'\n') {
                assert_eq!(reader.readline().await?, line);
            }
        }
        Ok(())
    });
    assert_eq!(count.await?, 0);
    Ok(())
}

/// The transport and its socket, the protocol, the callback for input, and one callback each to set the
/// connection up, to announce it, and to announce its end.
#[asyncio::test(debug = false)]
async fn a_connection_with_a_protocol_costs_seven_allocations() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let creating = event_loop.create_server(Echo::default, "127.0.0.1", 0);
    assert_eq!(allocations_of_a_connection(creating.await?).await?, 7);
    Ok(())
}

/// Those of a protocol; what reader and writers share, the writer's state, and the handler's task; and for the end of the
/// connection the place to wait there.
#[asyncio::test(debug = false)]
async fn a_connection_with_streams_costs_thirteen_allocations() -> asyncio::Result<()> {
    let starting = asyncio::start_server(echo, "127.0.0.1", 0);
    assert_eq!(allocations_of_a_connection(starting.await?).await?, 13);
    Ok(())
}

/// How many a server needs for a connection with one request.
async fn allocations_of_a_connection(server: Server) -> asyncio::Result<usize> {
    let address = server.sockets()[0].local_addr()?;
    make_room_for_descriptors()?;
    for _ in 0..WARM_UP {
        visit(address).await?;
    }
    let before = allocations();
    for _ in 0..ROUNDS {
        visit(address).await?;
    }
    let count = allocations() - before;
    server.close();
    server.wait_closed().await?;
    assert_eq!(count % ROUNDS, 0, "each connection needs as many");
    Ok(count / ROUNDS)
}

/// The loop's tables, which go by descriptor, become as long as they will get while other tests open descriptors as well.
fn make_room_for_descriptors() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (pipe, _other_end) = rustix::pipe::pipe().map_err(std::io::Error::from)?;
    let high = rustix::io::fcntl_dupfd_cloexec(&pipe, 700).map_err(std::io::Error::from)?;
    event_loop.add_reader(&high, || ())?;
    event_loop.remove_reader(&high)?;
    Ok(())
}

async fn visit(address: SocketAddr) -> asyncio::Result<()> {
    say_goodbye(greet(address).await?).await
}

/// A client without asyncio, and without allocations, that has made a request.
async fn greet(address: SocketAddr) -> asyncio::Result<TcpStream> {
    let mut client = TcpStream::connect(address)?;
    client.set_nonblocking(true)?;
    client.write_all(&MESSAGE)?;
    let mut reply = MESSAGE;
    assert_eq!(read_some(&mut client, &mut reply).await?, MESSAGE.len());
    Ok(client)
}

async fn say_goodbye(mut client: TcpStream) -> asyncio::Result<()> {
    client.shutdown(Shutdown::Write)?;
    assert_eq!(read_some(&mut client, &mut [0]).await?, 0);
    Ok(())
}

async fn read_some(client: &mut TcpStream, into: &mut [u8]) -> asyncio::Result<usize> {
    loop {
        match client.read(into) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => asyncio::sleep(0.0).await?,
            read => return Ok(read?),
        }
    }
}

/// Counts the allocations of `talk` with a server that is warm.
async fn with_echo_server(
    talk: impl AsyncFnOnce(&mut StreamReader, &mut StreamWriter) -> asyncio::Result<()>,
) -> asyncio::Result<usize> {
    let server = asyncio::start_server(echo, "127.0.0.1", 0).await?;
    let port = server.sockets()[0].local_addr()?.port();
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port).await?;
    for _ in 0..WARM_UP {
        exchange(&mut reader, &mut writer).await?;
    }
    let before = allocations();
    talk(&mut reader, &mut writer).await?;
    let count = allocations() - before;
    writer.close();
    writer.wait_closed().await?;
    server.close();
    server.wait_closed().await?;
    Ok(count)
}

async fn exchange(
    reader: &mut StreamReader,
    writer: &mut StreamWriter,
) -> asyncio::Result<impl AsRef<[u8]> + use<>> {
    writer.write(&MESSAGE);
    writer.drain().await?;
    let message = reader.readexactly(MESSAGE.len()).await?;
    assert_eq!(message, MESSAGE[..]);
    Ok(message)
}

async fn echo(mut reader: StreamReader, mut writer: StreamWriter) -> asyncio::Result<()> {
    loop {
        let data = reader.read(1 << 20).await?;
        if data.is_empty() {
            break;
        }
        writer.write(&data);
        writer.drain().await?;
    }
    writer.close();
    writer.wait_closed().await
}

/// How often this thread has allocated or grown memory.
fn allocations() -> usize {
    ALLOCATIONS.get()
}

/// How many bytes this thread has allocated and not freed; of those of other threads, it may have freed more.
fn bytes() -> isize {
    BYTES.get()
}

const ROUNDS: usize = 1000;
/// Enough for every queue and buffer to have its final size.
const WARM_UP: usize = 100;
const END: usize = WARM_UP + ROUNDS;
const MESSAGE: [u8; 64] = [b'x'; 64];

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The system's allocator, with a count for each thread.
struct Counting;

impl Counting {
    fn count(size: usize) {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        BYTES.set(BYTES.get().wrapping_add_unsigned(size));
    }

    fn count_freed(size: usize) {
        BYTES.set(BYTES.get().wrapping_sub_unsigned(size));
    }
}

// SAFETY: every method passes its arguments on to `System` unchanged, so whoever keeps the contract of this
// allocator keeps that of `System`. Counting neither allocates nor panics: the cells are initialised by constants and
// have no destructors.
#[allow(unsafe_code, reason = "the trait of allocators is unsafe")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::count(layout.size());
        // SAFETY: see above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Counting::count(layout.size());
        // SAFETY: see above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        Counting::count(new_size);
        Counting::count_freed(layout.size());
        // SAFETY: see above.
        unsafe { System.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Counting::count_freed(layout.size());
        // SAFETY: see above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
