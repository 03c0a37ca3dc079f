//! `concurrent::ProcessPoolExecutor` (LOOP-29), in a program with a `main` of its own, of which the workers are copies.

use std::collections::HashSet;
use std::future::IntoFuture;
use std::io::Read;
use std::panic::catch_unwind;
use std::process::{Command, Stdio, exit};
use std::thread;
use std::{env, fs, process};

use asyncio_tasks::concurrent::{BrokenProcessPool, Future, ProcessPoolExecutor, Shutdown, wait};
use asyncio_tasks::{
    Error, LoopTasks, PanicError, RemoteError, Result, RuntimeError, TimeoutError, ValueError,
    create_task, gather, get_running_loop, new_event_loop, process_jobs, raise, run, signal,
};
use rustix::process::{Pid, Signal, kill_process};

fn main() {
    if env::args().nth(1).as_deref() == Some(LOST) {
        exit(7);
    }
    if env::args().nth(1).as_deref() == Some(DEAF) {
        ignore(signal::SIGTERM);
    }
    process_jobs!(
        add,
        reverse,
        parse,
        check,
        blow_up,
        throw,
        pid,
        hang,
        leave,
        arguments,
        descriptors,
        read_input,
        prepare,
        prepared,
        square,
        reciprocal
    );
    if env::args().nth(1).as_deref() == Some(ORPHAN) {
        return be_killed();
    }
    let before = left();
    let mut failed = 0;
    for (name, test) in TESTS {
        let passed = catch_unwind(test).is_ok() && left() == before;
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        if !passed {
            println!("before {before:?}\nafter {:?}", left());
            failed += 1;
        }
    }
    exit(i32::from(failed > 0));
}

/// For as long as this process lives.
fn ignore(signal: i32) {
    let event_loop = new_event_loop().unwrap();
    event_loop.add_signal_handler(signal, || ()).unwrap();
    std::mem::forget(event_loop);
}

macro_rules! tests {
    ($($name:ident)*) => {
        const TESTS: &[(&str, fn())] = &[$((stringify!($name), $name)),*];
    };
}

tests! {
    arguments_and_results_travel
    errors_are_part_of_the_result
    a_panic_is_the_exception_of_the_future
    workers_are_started_when_they_are_needed_and_reused
    the_loop_awaits_jobs
    a_killed_worker_breaks_the_pool
    a_worker_that_exits_breaks_the_pool
    a_worker_that_died_idle_breaks_the_pool_with_its_next_job
    a_worker_is_replaced_after_so_many_jobs
    map_sends_chunks
    map_ends_with_an_error
    a_function_must_be_named_in_main
    jobs_may_be_named_once_only
    a_shutdown_may_cancel_what_is_queued
    workers_can_be_killed
    workers_can_be_terminated
    workers_that_do_not_obey_can_be_killed
    an_idle_worker_that_does_not_end_can_be_killed
    an_initializer_runs_in_each_worker
    a_failing_initializer_breaks_the_pool
    a_worker_that_never_serves_breaks_the_pool
    a_worker_has_the_arguments_of_this_program_and_no_input
    a_worker_inherits_no_descriptors
    a_worker_ends_with_its_parent
    numbers_must_not_be_zero
}

fn add((a, b): (u64, u64)) -> u64 {
    a + b
}

fn reverse(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.reverse();
    bytes
}

fn parse(text: String) -> Result<i32> {
    Ok(text.parse()?)
}

fn check(n: i32) -> Result<i32> {
    match n {
        0 => {
            Err(Error::from(ValueError::with_message("zero")).caused_by(TimeoutError::new().into()))
        }
        n => Ok(n),
    }
}

fn blow_up(text: String) {
    panic!("expected by this test: {text}")
}

fn throw(text: String) {
    raise(ValueError::with_message(text))
}

fn pid((): ()) -> u32 {
    process::id()
}

fn hang((): ()) {
    loop {
        thread::park();
    }
}

fn leave(status: i32) {
    exit(status)
}

fn arguments((): ()) -> Vec<String> {
    env::args().skip(1).collect()
}

fn descriptors((): ()) -> Vec<String> {
    let listed = fs::read_dir("/proc/self/fd").unwrap();
    let targets = listed.map(|entry| fs::read_link(entry.unwrap().path()));
    targets
        .flatten()
        .map(|target| target.display().to_string())
        .collect()
}

fn read_input((): ()) -> String {
    std::io::read_to_string(std::io::stdin()).unwrap()
}

fn prepare(text: String) {
    assert_ne!(text, "fail", "expected by this test");
    PREPARED.set(text).unwrap();
}

static PREPARED: std::sync::OnceLock<String> = std::sync::OnceLock::new();

fn prepared((): ()) -> Option<String> {
    PREPARED.get().cloned()
}

fn square(n: u64) -> u64 {
    n * n
}

fn reciprocal(n: u64) -> u64 {
    assert_ne!(n, 0, "expected by this test");
    100 / n
}

fn unnamed((): ()) {}

fn arguments_and_results_travel() {
    let pool = ProcessPoolExecutor::new(2);
    assert_eq!(pool.submit(add, (1, 2)).result(None).unwrap(), 3);
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let mut reversed = pool.submit(reverse, bytes).take_result(None).unwrap();
    reversed.reverse();
    assert!(
        reversed
            .iter()
            .zip(0_u32..)
            .all(|(byte, n)| *byte == n.to_le_bytes()[0])
    );
}

fn errors_are_part_of_the_result() {
    let pool = ProcessPoolExecutor::new(1);
    assert_eq!(
        pool.submit(parse, "42".into())
            .result(None)
            .unwrap()
            .unwrap(),
        42
    );
    let foreign = pool
        .submit(parse, "x".into())
        .result(None)
        .unwrap()
        .unwrap_err();
    let foreign = foreign.downcast_ref::<RemoteError>().unwrap();
    assert_eq!(
        foreign.to_string(),
        "ParseIntError: invalid digit found in string"
    );
    let known = pool.submit(check, 0).result(None).unwrap().unwrap_err();
    assert_eq!(
        known.downcast_ref(),
        Some(&ValueError::with_message("zero"))
    );
    assert!(known.cause().unwrap().is::<TimeoutError>());
}

fn a_panic_is_the_exception_of_the_future() {
    let pool = ProcessPoolExecutor::new(1);
    let first = pool.submit(pid, ()).result(None).unwrap();
    let panic = pool.submit(blow_up, "oh".into()).result(None).unwrap_err();
    let panic = panic.downcast_ref::<PanicError>().unwrap();
    assert_eq!(panic.message(), "expected by this test: oh");
    let raised = pool.submit(throw, "bad".into()).result(None).unwrap_err();
    assert_eq!(
        raised.downcast_ref(),
        Some(&ValueError::with_message("bad"))
    );
    assert_eq!(pool.submit(pid, ()).result(None).unwrap(), first);
}

fn workers_are_started_when_they_are_needed_and_reused() {
    let pool = ProcessPoolExecutor::new(3);
    assert_eq!(children(), 0);
    let first = pool.submit(pid, ()).result(None).unwrap();
    assert_eq!(children(), 1);
    assert_ne!(first, process::id());
    let pids: HashSet<u32> = pool
        .map(pid, [(); 50])
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!((1..=3).contains(&pids.len()));
    assert!(children() <= 3);
    pool.shutdown(Shutdown::wait());
    assert_eq!(children(), 0);
}

fn the_loop_awaits_jobs() {
    run(async {
        let pool = ProcessPoolExecutor::new(1);
        let event_loop = get_running_loop()?;
        let sums = (0..10).map(|n| event_loop.run_in_executor(&pool, (add, (n, n))));
        let sums: Vec<u64> = gather(sums).await?;
        assert_eq!(sums.iter().sum::<u64>(), 90);
        let running = pool.submit(hang, ());
        wait_until_begun(&running);
        let hanging = create_task(running.into_future());
        let queued = event_loop.run_in_executor(&pool, (square, 2));
        assert!(queued.cancel());
        assert!(queued.await.unwrap_err().is_cancelled());
        pool.kill_workers();
        assert!(hanging.await.unwrap_err().is::<BrokenProcessPool>());
        pool.shutdown(Shutdown::wait());
        Ok(())
    })
    .unwrap();
}

/// A pool of one worker that will not come back, and its process number.
fn hanging() -> (ProcessPoolExecutor, Pid, Future<()>) {
    let pool = ProcessPoolExecutor::new(1);
    let pid = pool.submit(pid, ()).result(None).unwrap();
    let future = pool.submit(hang, ());
    wait_until_begun(&future);
    (pool, Pid::from_raw(pid.cast_signed()).unwrap(), future)
}

fn wait_until_begun<T>(future: &Future<T>) {
    while !future.running() {
        thread::yield_now();
    }
}

fn a_killed_worker_breaks_the_pool() {
    let (pool, worker, running) = hanging();
    let queued = pool.submit(square, 2);
    kill_process(worker, Signal::KILL).unwrap();
    let error = running.result(None).unwrap_err();
    assert!(error.is::<BrokenProcessPool>());
    let text = error.to_string();
    assert!(
        text.contains("while the future was running or pending"),
        "{text}"
    );
    let cause = error.cause().unwrap().to_string();
    assert!(cause.contains("signal: 9"), "{cause}");
    assert!(queued.result(None).unwrap_err().is::<BrokenProcessPool>());
    let late = pool.submit(square, 2).result(None).unwrap_err();
    assert!(late.is::<BrokenProcessPool>());
    assert!(late.to_string().contains("is not usable anymore"));
    pool.shutdown(Shutdown::wait());
}

fn a_worker_that_exits_breaks_the_pool() {
    let pool = ProcessPoolExecutor::new(3);
    let hanging = [pool.submit(hang, ()), pool.submit(hang, ())];
    let error = pool.submit(leave, 3).result(None).unwrap_err();
    assert!(error.is::<BrokenProcessPool>());
    let cause = error.cause().unwrap().to_string();
    assert!(
        cause.ends_with("while it had a job: exit status: 3"),
        "{cause}"
    );
    for future in hanging {
        assert!(future.result(None).unwrap_err().is::<BrokenProcessPool>());
    }
}

fn a_worker_that_died_idle_breaks_the_pool_with_its_next_job() {
    let pool = ProcessPoolExecutor::new(1);
    let worker = pool.submit(pid, ()).result(None).unwrap();
    kill_process(Pid::from_raw(worker.cast_signed()).unwrap(), Signal::KILL).unwrap();
    let error = pool.submit(square, 2).result(None).unwrap_err();
    assert!(error.is::<BrokenProcessPool>());
}

fn a_worker_is_replaced_after_so_many_jobs() {
    let builder = ProcessPoolExecutor::builder().max_workers(1);
    let pool = builder.max_tasks_per_child(2).build().unwrap();
    let pids: Vec<u32> = (0..6)
        .map(|_| pool.submit(pid, ()).result(None).unwrap())
        .collect();
    assert_eq!((pids[0], pids[2], pids[4]), (pids[1], pids[3], pids[5]));
    assert_ne!(pids[1], pids[2]);
    assert_ne!(pids[3], pids[4]);
}

fn map_sends_chunks() {
    let pool = ProcessPoolExecutor::new(2);
    let squares: Vec<u64> = (0..100).map(|n| n * n).collect();
    for chunksize in [1, 7, 1000] {
        let results = pool.map(square, 0..100).chunksize(chunksize).buffersize(3);
        assert_eq!(
            results.into_iter().collect::<Result<Vec<_>>>().unwrap(),
            squares
        );
    }
    assert_eq!(pool.map(square, []).into_iter().count(), 0);
    let chunks: HashSet<u32> = pool
        .map(pid, [(); 20])
        .chunksize(20)
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(chunks.len(), 1);
}

fn map_ends_with_an_error() {
    let pool = ProcessPoolExecutor::new(1);
    let mut results = pool.map(reciprocal, [5, 0, 2]).into_iter();
    assert_eq!(results.next().unwrap().unwrap(), 20);
    assert!(results.next().unwrap().unwrap_err().is::<PanicError>());
    assert!(results.next().is_none());
    let mut late = pool.map(hang, [()]).timeout(0.001).into_iter();
    assert!(late.next().unwrap().unwrap_err().is::<TimeoutError>());
    pool.kill_workers();
    pool.shutdown(Shutdown::wait());
}

fn a_function_must_be_named_in_main() {
    let pool = ProcessPoolExecutor::new(1);
    let error = pool.submit(unnamed, ()).result(0.0).unwrap_err();
    assert_eq!(
        error.downcast_ref::<RuntimeError>().unwrap().message(),
        "worker processes do not know `process_pool::unnamed`: `main` must begin with \
         `asyncio::process_jobs!(process_pool::unnamed);`"
    );
    let closure = pool.submit(|()| (), ()).result(0.0).unwrap_err();
    assert!(closure.to_string().contains("do not know"));
    assert_eq!(children(), 0);
}

fn jobs_may_be_named_once_only() {
    assert!(catch_unwind(|| process_jobs!(add)).is_err());
}

fn a_shutdown_may_cancel_what_is_queued() {
    let (pool, worker, running) = hanging();
    let queued = pool.submit(square, 2);
    pool.shutdown(Shutdown::no_wait().cancel_futures());
    assert!(queued.cancelled() && !running.done());
    let late = pool.submit(square, 2).result(0.0).unwrap_err();
    assert!(late.is::<RuntimeError>());
    kill_process(worker, Signal::KILL).unwrap();
    pool.shutdown(Shutdown::wait());
    assert!(running.done());
}

fn workers_can_be_killed() {
    let (pool, _, running) = hanging();
    let queued = pool.submit(square, 2);
    pool.kill_workers();
    assert!(running.result(None).unwrap_err().is::<BrokenProcessPool>());
    assert!(queued.cancelled());
    assert!(pool.submit(square, 2).result(0.0).is_err());
    pool.shutdown(Shutdown::wait());
}

fn workers_can_be_terminated() {
    let (pool, _, running) = hanging();
    pool.terminate_workers();
    let error = running.result(None).unwrap_err();
    let cause = error.cause().unwrap().to_string();
    assert!(cause.contains("signal: 15"), "{cause}");
    pool.shutdown(Shutdown::wait());
}

fn workers_that_do_not_obey_can_be_killed() {
    let pool = ProcessPoolExecutor::builder().arguments([DEAF]);
    let pool = pool.max_workers(1).build().unwrap();
    pool.submit(pid, ()).result(None).unwrap();
    let running = pool.submit(hang, ());
    wait_until_begun(&running);
    pool.terminate_workers();
    pool.kill_workers();
    let error = running.result(None).unwrap_err();
    let cause = error.cause().unwrap().to_string();
    assert!(cause.contains("signal: 9"), "{cause}");
    pool.shutdown(Shutdown::wait());
}

fn an_idle_worker_that_does_not_end_can_be_killed() {
    let pool = ProcessPoolExecutor::new(1);
    let worker = pool.submit(pid, ()).result(None).unwrap();
    let worker = Pid::from_raw(worker.cast_signed()).unwrap();
    kill_process(worker, Signal::STOP).unwrap();
    pool.shutdown(Shutdown::no_wait());
    // Most likely its end is awaited by now.
    (0..1000).for_each(|_| thread::yield_now());
    pool.kill_workers();
    pool.shutdown(Shutdown::wait());
}

fn an_initializer_runs_in_each_worker() {
    let builder = ProcessPoolExecutor::builder()
        .max_workers(1)
        .max_tasks_per_child(1);
    let pool = builder
        .initializer(prepare, "ready".into())
        .build()
        .unwrap();
    for _ in 0..2 {
        let text = pool.submit(prepared, ()).result(None).unwrap();
        assert_eq!(text.as_deref(), Some("ready"));
    }
}

fn a_failing_initializer_breaks_the_pool() {
    let builder = ProcessPoolExecutor::builder().max_workers(1);
    let pool = builder.initializer(prepare, "fail".into()).build().unwrap();
    let futures = [pool.submit(square, 1), pool.submit(square, 2)];
    for future in &futures {
        assert!(future.result(None).unwrap_err().is::<BrokenProcessPool>());
    }
    let cause = futures[0].exception(None).unwrap().unwrap();
    assert!(cause.cause().unwrap().is::<PanicError>());
}

fn a_worker_that_never_serves_breaks_the_pool() {
    let builder = ProcessPoolExecutor::builder().max_workers(1);
    let pool = builder.arguments([LOST]).build().unwrap();
    let error = pool.submit(square, 2).result(None).unwrap_err();
    assert!(error.is::<BrokenProcessPool>());
    let cause = error.cause().unwrap().to_string();
    let text = "before it came to `process_jobs!`, with which `main` must begin: exit status: 7";
    assert!(cause.ends_with(text), "{cause}");
}

const LOST: &str = "get-lost";
/// The argument of workers that do not listen to `SIGTERM`.
const DEAF: &str = "deaf";

fn a_worker_has_the_arguments_of_this_program_and_no_input() {
    let pool = ProcessPoolExecutor::new(1);
    let given: Vec<String> = env::args().skip(1).collect();
    assert_eq!(pool.submit(arguments, ()).result(None).unwrap(), given);
    assert_eq!(pool.submit(read_input, ()).result(None).unwrap(), "");
}

fn a_worker_inherits_no_descriptors() {
    let _open = fs::File::open("/proc/self/status").unwrap();
    let _pair = std::os::unix::net::UnixStream::pair().unwrap();
    let pool = ProcessPoolExecutor::new(1);
    let open = pool.submit(descriptors, ()).result(None).unwrap();
    assert!(
        !open.iter().any(|target| target.ends_with("status")),
        "{open:?}"
    );
    let sockets = open.iter().filter(|target| target.starts_with("socket:"));
    // Both are its connection.
    assert_eq!(sockets.collect::<HashSet<_>>().len(), 1, "{open:?}");
}

fn a_worker_ends_with_its_parent() {
    let mut parent = Command::new(env::current_exe().unwrap())
        .arg(ORPHAN)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = parent.stdout.take().unwrap();
    let mut ready = [0];
    output.read_exact(&mut ready).unwrap();
    parent.kill().unwrap();
    parent.wait().unwrap();
    // The worker has inherited the pipe: it is at its end when the worker has ended.
    assert_eq!(output.read_to_end(&mut Vec::new()).unwrap(), 0);
}

/// The parent in the test above.
fn be_killed() {
    let pool = ProcessPoolExecutor::new(1);
    pool.submit(pid, ()).result(None).unwrap();
    let hanging = pool.submit(hang, ());
    wait_until_begun(&hanging);
    println!();
    wait([hanging], None, asyncio_tasks::ALL_COMPLETED);
}

const ORPHAN: &str = "be-killed";

fn numbers_must_not_be_zero() {
    let none = ProcessPoolExecutor::builder().max_workers(0).build();
    assert_eq!(
        none.unwrap_err().message(),
        "max_workers must be greater than 0"
    );
    let never = ProcessPoolExecutor::builder()
        .max_tasks_per_child(0)
        .build();
    assert_eq!(
        never.unwrap_err().message(),
        "max_tasks_per_child must be >= 1"
    );
}

/// What must be the same after each test: descriptors, children, and threads, which the kernel lists for a moment after
/// they were joined.
fn left() -> (usize, usize, bool) {
    let descriptors = fs::read_dir("/proc/self/fd").unwrap().count();
    let is_alone = (0..10_000).any(|_| {
        thread::yield_now();
        fs::read_dir("/proc/self/task").unwrap().count() == 1
    });
    (descriptors, children(), is_alone)
}

/// The children of this process, those included that nobody has waited for.
fn children() -> usize {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    let lists = threads.map(|thread| fs::read_to_string(thread.unwrap().path().join("children")));
    lists
        .flatten()
        .map(|list| list.split_whitespace().count())
        .sum()
}
