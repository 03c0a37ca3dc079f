//! LOOP-29: a pool of one's own, with the loop and without.

use std::sync::mpsc;
use std::thread;

use asyncio::concurrent::{self, ALL_COMPLETED, Shutdown};
use asyncio::prelude::*;
use asyncio::{Error, Result, ThreadPoolExecutor, ValueError};

use crate::py;

#[derive(Debug)]
struct ZeroDivisionError;

impl std::fmt::Display for ZeroDivisionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("division by zero")
    }
}

impl std::error::Error for ZeroDivisionError {}

fn tell<T>(name: &str, future: &concurrent::Future<T>) {
    println!(
        "{name} done {} cancelled {} running {}",
        future.done(),
        future.cancelled(),
        future.running()
    );
}

fn fail() -> i32 {
    asyncio::raise(ValueError::with_message("boom"))
}

fn thread_name() -> String {
    thread::current().name().unwrap_or_default().to_owned()
}

async fn with_loop(pool: ThreadPoolExecutor) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let name = event_loop.run_in_executor(&pool, thread_name).await?;
    println!("thread {name}");
    let wrapped = asyncio::wrap_future(&pool.submit(|| 5))?;
    println!("wrapped {}", wrapped.await?);
    event_loop.set_default_executor(pool);
    println!("thread {}", asyncio::to_thread(thread_name).await?);
    Ok(())
}

/// A job that has begun, and ends when it is told to.
fn blocked(pool: &ThreadPoolExecutor) -> (mpsc::Sender<()>, concurrent::Future<&'static str>) {
    let (release, released) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel();
    let future = pool.submit(move || {
        let _ = begin.send(());
        let _ = released.recv();
        "first"
    });
    let _ = begun.recv();
    (release, future)
}

fn one_worker() -> Result<()> {
    let pool = ThreadPoolExecutor::builder();
    let pool = pool.max_workers(1).thread_name_prefix("mine").build()?;
    println!("{}", pool.submit(|| 1).result(None)?);
    let error = pool.submit(fail).exception(None)?;
    println!("{}", error.as_ref().map(py::err).unwrap_or_default());

    let (release, first) = blocked(&pool);
    let second = pool.submit(|| "second");
    let third = pool.submit(|| "third");
    tell("first", &first);
    println!(
        "cancel {} {} {}",
        first.cancel(),
        second.cancel(),
        second.cancel()
    );
    tell("second", &second);
    if let Err(e) = third.result(0.0) {
        println!("{}", e.type_name());
    }
    let (call, called) = mpsc::channel();
    third.add_done_callback(move |f| -> Result<()> {
        let result = f.result(None)?;
        Ok(call.send(format!("callback {result}"))?)
    });
    second.add_done_callback(|f| tell("callback of second", f));
    let _ = release.send(());
    println!("{} {}", first.result(None)?, third.result(None)?);
    pool.submit(|| 0).result(None)?;
    println!("{}", called.recv()?);
    if let Err(e) = second.result(None) {
        println!("{}", e.type_name());
    }
    if let Err(e) = first.set_result("again") {
        println!("{}", Error::from(e).type_name());
    }

    let squares: Result<Vec<i32>> = pool.map(|n| n * n, 0..5).into_iter().collect();
    println!("{:?}", squares?);
    let squares = pool.map(|n| n * n, 0..5).buffersize(2).into_iter();
    println!("{:?}", squares.collect::<Result<Vec<i32>>>()?);
    let divide = |n| match n {
        0 => asyncio::raise(ZeroDivisionError),
        n => 6 / n,
    };
    let mut results = pool.map(divide, [3, 2, 0, 1]).into_iter();
    for result in results.by_ref() {
        match result {
            Ok(value) => println!("map {value}"),
            Err(e) => println!("{}", e.type_name()),
        }
    }
    println!("rest {:?}", results.map(|_| "one").collect::<Vec<_>>());

    let jobs = [pool.submit(fail), pool.submit(|| 0)];
    let (done, not_done) = concurrent::wait(jobs, None, ALL_COMPLETED);
    println!("wait {} {}", done.len(), not_done.len());
    let futures = [pool.submit(|| 0), pool.submit(|| 0)];
    let completed = concurrent::as_completed(futures.iter().chain(&futures[..1]).cloned(), None);
    println!("as completed {}", completed.count());

    asyncio::run(with_loop(pool.clone()))?;
    if let Err(e) = pool.submit(fail).result(None) {
        println!("{}", py::err(&e));
    }
    Ok(())
}

fn cancelled_by_the_shutdown() -> Result<()> {
    let pool = ThreadPoolExecutor::new(1);
    let (release, first) = blocked(&pool);
    let queued = [pool.submit(|| ()), pool.submit(|| ())];
    pool.shutdown(Shutdown::no_wait().cancel_futures());
    for future in &queued {
        tell("queued", future);
    }
    tell("first", &first);
    let _ = release.send(());
    pool.shutdown(Shutdown::wait());
    tell("first", &first);
    Ok(())
}

fn broken_by_its_initializer() -> Result<()> {
    let (begin, begun) = mpsc::channel::<()>();
    let begun = std::sync::Mutex::new(begun);
    let initializer = move || -> Result<()> {
        let _ = begun.lock().map(|begun| begun.recv());
        Err(ValueError::with_message("bad start").into())
    };
    let pool = ThreadPoolExecutor::builder();
    let pool = pool.max_workers(1).initializer(initializer).build()?;
    let queued = [pool.submit(|| ()), pool.submit(|| ())];
    let _ = begin.send(());
    for future in queued {
        let error = future.exception(None)?;
        println!("{}", error.as_ref().map(py::err).unwrap_or_default());
    }
    if let Err(e) = pool.submit(|| ()).result(None) {
        println!("{}", py::err(&e));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    py::print_log(|_, _| ());
    one_worker()?;
    if let Err(e) = ThreadPoolExecutor::builder().max_workers(0).build() {
        println!("{}", py::err(&e.into()));
    }
    cancelled_by_the_shutdown()?;
    broken_by_its_initializer()
}
