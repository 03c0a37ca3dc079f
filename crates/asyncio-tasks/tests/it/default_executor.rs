//! `run_in_executor`, the loop's default executor, and `to_thread` (LOOP-29, LOOP-30, LOOP-31, TASK-33).

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use asyncio_tasks::concurrent::{Shutdown, ThreadPoolExecutor};
use asyncio_tasks::{
    ContextVar, LoopTasks, PanicError, Result, Runner, RuntimeError, create_task, gather,
    get_running_loop, new_event_loop, run, sleep, to_thread,
};

use crate::support::{self, threads_named};

#[test]
fn loop_29_jobs_of_one_loop_share_a_pool() {
    run(async {
        let event_loop = get_running_loop()?;
        let name = || thread::current().name().unwrap().to_owned();
        let first = event_loop.run_in_executor(None, name).await?;
        assert_eq!(first, "asyncio_0");
        let pool = ThreadPoolExecutor::new(3);
        let squares = (0..6u64).map(|n| event_loop.run_in_executor(&pool, move || n * n));
        let squares: Vec<u64> = gather(squares).await?;
        assert_eq!(squares, [0, 1, 4, 9, 16, 25]);
        let failed = event_loop.run_in_executor(None, || -> () { panic!("expected by this test") });
        assert!(failed.await.unwrap_err().is::<PanicError>());
        Ok(())
    })
    .unwrap();
}

#[test]
fn loop_29_a_pool_that_is_set_is_used_and_shut_down() {
    let pool = ThreadPoolExecutor::builder().thread_name_prefix("given");
    let pool = pool.build().unwrap();
    run({
        let pool = pool.clone();
        async move {
            to_thread(|| ()).await?;
            get_running_loop()?.set_default_executor(pool);
            let name = to_thread(|| thread::current().name().unwrap().to_owned());
            assert_eq!(name.await?, "given_0");
            Ok(())
        }
    })
    .unwrap();
    assert_eq!(threads_named("given"), 0);
    assert!(pool.submit(|| ()).result(0.0).is_err());
}

#[test]
fn a_closed_loop_refuses_jobs() {
    let event_loop = new_event_loop().unwrap();
    event_loop.close().unwrap();
    let refused = event_loop.run_in_executor(None, || ());
    let error = refused.exception().unwrap().unwrap();
    assert_eq!(
        error.downcast_ref(),
        Some(&RuntimeError::with_message("Event loop is closed"))
    );
    let pool = ThreadPoolExecutor::new(1);
    event_loop.set_default_executor(pool.clone());
    pool.submit(|| ()).result(None).unwrap();
}

#[test]
fn a_refused_job_does_not_suspend() {
    run(async {
        let pool = ThreadPoolExecutor::new(1);
        pool.shutdown(Shutdown::wait());
        let refused = get_running_loop()?.run_in_executor(&pool, || ());
        assert!(refused.await.unwrap_err().is::<RuntimeError>());
        let concurrent = pool.submit(|| ()).await;
        assert!(concurrent.unwrap_err().is::<RuntimeError>());
        Ok(())
    })
    .unwrap();
}

#[test]
fn loop_30_a_cancelled_job_goes_on() {
    run(async {
        let (release, released): (Sender<()>, Receiver<()>) = mpsc::channel();
        let (begin, begun) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let job = create_task(to_thread(move || {
            begin.send(()).unwrap();
            released.recv().unwrap();
            end.send("ended").unwrap();
        }));
        while begun.try_recv().is_err() {
            sleep(0.001).await?;
        }
        job.cancel();
        assert!((&job).await.unwrap_err().is_cancelled());
        release.send(()).unwrap();
        assert_eq!(to_thread(move || ended.recv().unwrap()).await?, "ended");
        Ok(())
    })
    .unwrap();
}

#[test]
fn closing_a_loop_with_a_job_under_way_does_not_wait() {
    let (release, released): (Sender<()>, Receiver<()>) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    let event_loop = new_event_loop().unwrap();
    let job = event_loop.run_in_executor(None, move || {
        released.recv().unwrap();
        end.send(thread::current().id()).unwrap();
    });
    event_loop.close().unwrap();
    assert!(!job.done());
    release.send(()).unwrap();
    assert_ne!(ended.recv().unwrap(), thread::current().id());
}

#[test]
fn a_runner_that_is_dropped_midway_leaves_no_thread() {
    let runner = Runner::new();
    let (begin, begun) = mpsc::channel();
    runner
        .run(async move {
            let pool = ThreadPoolExecutor::builder().thread_name_prefix("midway");
            get_running_loop()?.set_default_executor(pool.build()?);
            // Afterwards there is a thread, and has its name.
            to_thread(|| ()).await?;
            for _ in 0..20 {
                let begin = begin.clone();
                create_task(to_thread(move || begin.send(())));
            }
            sleep(0.0).await
        })
        .unwrap();
    begun.recv().unwrap();
    assert!(threads_named("midway") > 0);
    drop(runner);
    assert_eq!(threads_named("midway"), 0);
}

#[test]
fn loop_31_a_shutdown_that_takes_too_long_gives_up() {
    run(async {
        let (release, released): (Sender<()>, Receiver<()>) = mpsc::channel();
        let event_loop = get_running_loop()?;
        let job = event_loop.run_in_executor(None, move || released.recv().unwrap());
        event_loop.shutdown_default_executor(0.001).await?;
        assert!(!job.done());
        release.send(()).unwrap();
        job.await?;
        event_loop.shutdown_default_executor(None).await
    })
    .unwrap();
}

#[test]
fn task_33_a_job_sees_a_copy_of_the_context() {
    static WHO: ContextVar<&str> = ContextVar::new("who");
    run(async {
        WHO.set("caller");
        let seen = to_thread(|| {
            let seen = WHO.get();
            WHO.set("job");
            seen
        });
        assert_eq!(seen.await?, Some("caller"));
        assert_eq!(WHO.get(), Some("caller"));
        let event_loop = get_running_loop()?;
        assert_eq!(event_loop.run_in_executor(None, || WHO.get()).await?, None);
        Ok(())
    })
    .unwrap();
}

#[test]
fn virtual_time_waits_for_a_job() {
    support::run(async {
        let event_loop = get_running_loop()?;
        let start = event_loop.time();
        let hour = create_task(sleep(3600.0));
        let (release, released): (Sender<()>, Receiver<()>) = mpsc::channel();
        let job = event_loop.run_in_executor(None, move || released.recv().unwrap());
        let releaser = thread::spawn(move || release.send(()).unwrap());
        job.await?;
        assert_eq!(event_loop.time(), start);
        assert!(!hour.done());
        releaser.join().unwrap();
        event_loop.shutdown_default_executor(5.0).await?;
        assert_eq!(event_loop.time(), start);
        hour.cancel();
        Ok(())
    });
}

#[test]
fn many_tasks_share_few_threads() {
    let sum = run(async {
        let pool = ThreadPoolExecutor::new(2);
        let event_loop = get_running_loop()?;
        let jobs = (0..1000u64).map(|n| event_loop.run_in_executor(&pool, move || n));
        let values: Vec<u64> = gather(jobs).await?;
        Ok(values.iter().sum::<u64>())
    });
    assert_eq!(sum.unwrap(), 999 * 1000 / 2);
}

#[test]
fn a_default_executor_that_is_replaced_ends_without_being_waited_for() -> Result<()> {
    run(async {
        let event_loop = get_running_loop()?;
        let (release, released): (Sender<()>, Receiver<()>) = mpsc::channel();
        let job = event_loop.run_in_executor(None, move || released.recv().unwrap());
        event_loop.set_default_executor(ThreadPoolExecutor::new(1));
        release.send(()).unwrap();
        job.await
    })
}
