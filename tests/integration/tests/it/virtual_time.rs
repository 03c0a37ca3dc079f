//! Virtual time with everything there is: long sleeps, deadlines, sockets, lookups, threads; and what a seed does.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use asyncio::prelude::*;
use asyncio::{
    DeadlockError, EventLoop, Runner, StreamReader, StreamWriter, TaskGroup, TimeoutError,
    VirtualClock, create_task, get_running_loop, sleep, timeout, wait_for,
};

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;
const YEAR: f64 = 365.0 * DAY;

fn now() -> asyncio::Result<f64> {
    Ok(get_running_loop()?.time())
}

/// A year of a thousand tasks, each of which wakes up once in some days: who, and when.
async fn year() -> asyncio::Result<Vec<(u32, f64)>> {
    let trace = Rc::new(RefCell::new(Vec::new()));
    TaskGroup::run(async |tg| {
        for number in 0..1000 {
            let trace = trace.clone();
            tg.create_task(async move {
                let nap = DAY * f64::from(1 + number % 10);
                while now()? + nap <= YEAR {
                    sleep(nap).await?;
                    trace.borrow_mut().push((number, now()?));
                }
                sleep(YEAR - now()?).await
            });
        }
        Ok(())
    })
    .await?;
    assert_eq!(now()?, YEAR);
    Ok(trace.take())
}

fn run_year(seed: Option<u64>) -> Vec<(u32, f64)> {
    let runner = Runner::builder().loop_factory(move || {
        let builder = EventLoop::builder().clock(VirtualClock::new(0.0));
        match seed {
            Some(seed) => builder.shuffle(seed).build(),
            None => builder.build(),
        }
    });
    runner.build().run(year()).unwrap()
}

#[test]
fn a_year_of_a_thousand_tasks_is_the_same_every_time() {
    let trace = run_year(None);
    assert!(trace.len() > 100_000);
    assert!(trace == run_year(None));
    let seeded = run_year(Some(1));
    assert!(trace != seeded);
    assert!(seeded == run_year(Some(1)));
    let sorted = |mut trace: Vec<(u32, f64)>| {
        trace.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        trace
    };
    assert!(
        sorted(trace) == sorted(seeded),
        "a seed changes the order alone"
    );
}

#[asyncio::test(virtual_time)]
async fn every_kind_of_deadline_has_its_time() -> asyncio::Result<()> {
    let outcome = wait_for(sleep(HOUR), 60.0).await;
    assert!(outcome.unwrap_err().is::<TimeoutError>());
    assert_eq!(now()?, 60.0);
    let outcome = timeout(Duration::from_secs(60), async |_| sleep(HOUR).await).await;
    assert!(outcome.unwrap_err().is::<TimeoutError>());
    assert_eq!(now()?, 120.0);
    let called_at = Rc::new(Cell::new(0.0));
    get_running_loop()?.call_later(30.0, {
        let called_at = called_at.clone();
        move || called_at.set(get_running_loop().unwrap().time())
    });
    let sleepers = [3.0, 1.0, 2.0].map(|hours| create_task(sleep(hours * HOUR)));
    let (done, pending) = asyncio::wait(&sleepers).timeout(1.5 * HOUR).await?;
    assert_eq!((done.len(), pending.len()), (1, 2));
    assert_eq!((now()?, called_at.get()), (120.0 + 1.5 * HOUR, 150.0));
    Ok(())
}

/// Answers lines, each after an hour's thought.
async fn think(mut reader: StreamReader, mut writer: StreamWriter) -> asyncio::Result<()> {
    loop {
        let question = reader.readline().await?;
        if question.is_empty() {
            break;
        }
        sleep(HOUR).await?;
        writer.write(b"to ");
        writer.write(&question);
        writer.drain().await?;
    }
    writer.close();
    writer.wait_closed().await
}

async fn ask(port: u16, questions: usize) -> asyncio::Result<()> {
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port).await?;
    for _ in 0..questions {
        writer.write(b"be\n");
        // Bytes need no time, thinking does.
        let outcome = wait_for(reader.readline(), HOUR - 1.0).await;
        assert!(outcome.unwrap_err().is::<TimeoutError>());
        assert_eq!(wait_for(reader.readline(), 2.0).await?, "to be\n");
    }
    writer.close();
    writer.wait_closed().await
}

#[asyncio::test(virtual_time)]
async fn bytes_on_sockets_take_no_time() -> asyncio::Result<()> {
    let server = asyncio::start_server(think, "127.0.0.1", 0).await?;
    let port = server.sockets()[0].local_addr()?.port();
    TaskGroup::run(async |tg| {
        for _ in 0..50 {
            tg.create_task(ask(port, 20));
        }
        Ok(())
    })
    .await?;
    assert_eq!(now()?, 20.0 * HOUR);
    server.close();
    server.wait_closed().await
}

#[asyncio::test(virtual_time)]
async fn more_bytes_than_fit_into_a_socket_take_no_time_either() -> asyncio::Result<()> {
    const BYTES: usize = 20 << 20;
    let sink = async |mut reader: StreamReader, mut writer: StreamWriter| {
        assert_eq!(reader.read_to_end().await?.len(), BYTES);
        writer.write(b"thanks");
        writer.close();
        writer.wait_closed().await
    };
    let server = asyncio::start_server(sink, "127.0.0.1", 0).await?;
    let port = server.sockets()[0].local_addr()?.port();
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port).await?;
    writer.write(&vec![0; BYTES]);
    timeout(1.0, async |_| writer.drain().await).await?;
    writer.write_eof();
    assert_eq!(wait_for(reader.read_to_end(), 1.0).await?, "thanks");
    assert_eq!(now()?, 0.0);
    writer.close();
    writer.wait_closed().await?;
    server.close();
    server.wait_closed().await
}

#[asyncio::test(virtual_time)]
async fn a_lookup_takes_no_time() -> asyncio::Result<()> {
    let server = asyncio::start_server(think, "localhost", 0).await?;
    let port = server.sockets()[0].local_addr()?.port();
    let connecting = asyncio::open_connection("localhost", port);
    let (_reader, mut writer) = wait_for(async { connecting.await }, 1.0).await?;
    assert_eq!(now()?, 0.0);
    writer.close();
    writer.wait_closed().await?;
    server.close();
    server.wait_closed().await
}

#[asyncio::test(virtual_time)]
async fn work_of_a_thread_takes_no_time() -> asyncio::Result<()> {
    let event_loop = get_running_loop()?;
    let proxy = event_loop.proxy();
    let answer = event_loop.create_future();
    let (ask, asked) = std::sync::mpsc::channel();
    let work = event_loop.outside_work();
    let thread = std::thread::spawn(move || {
        let number: u32 = asked.recv().unwrap();
        let done = proxy.run_coroutine_threadsafe(async move || Ok(number + 1));
        let answer = done.result(None);
        drop(work);
        answer
    });
    event_loop.call_soon(move || ask.send(41).unwrap());
    event_loop.call_later(1.0, {
        let answer = answer.clone();
        move || answer.set_result(())
    });
    answer.await?;
    assert_eq!(now()?, 1.0);
    assert_eq!(thread.join().unwrap()?, 42);
    Ok(())
}

#[asyncio::test(virtual_time)]
#[should_panic(expected = "the unfinished task:\n  <Task pending name=")]
async fn a_test_in_a_deadlock_fails() {
    let never = get_running_loop().unwrap().create_future::<()>();
    // The runner cancels it when the run has failed.
    let _cancelled = never.await;
}

#[test]
fn a_main_in_a_deadlock_says_so() {
    let runner = Runner::builder()
        .loop_factory(|| EventLoop::builder().clock(VirtualClock::new(0.0)).build())
        .build();
    let error = runner
        .run(async {
            let never = get_running_loop()?.create_future::<()>();
            sleep(YEAR).await?;
            never.await
        })
        .unwrap_err();
    assert!(error.is::<DeadlockError>(), "{error:?}");
    assert_eq!(runner.get_loop().unwrap().time(), YEAR);
    runner.close().unwrap();
}

/// Structured programs must not care in which order their tasks run.
#[asyncio::test(virtual_time, seeds = 200)]
async fn groups_deadlines_and_cancellation_hold_in_any_order() -> asyncio::Result<()> {
    let cleaned = Rc::new(Cell::new(0));
    let outcome = timeout(10.0, async |_| {
        TaskGroup::run(async |tg| {
            for _ in 0..5 {
                let cleaned = cleaned.clone();
                tg.create_task(async move {
                    let outcome = asyncio::gather((sleep(20.0), sleep(10.0))).await;
                    sleep(1.0).await?;
                    cleaned.set(cleaned.get() + 1);
                    outcome.map(drop)
                });
            }
            Ok(())
        })
        .await
    })
    .await;
    assert!(outcome.unwrap_err().is::<TimeoutError>());
    assert_eq!((cleaned.get(), now()?), (5, 11.0));
    Ok(())
}
