//! Threads and virtual time: it stands still while they work, and goes on while they wait for it.

use std::future::IntoFuture;

use asyncio_tasks::concurrent::{ALL_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait};
use asyncio_tasks::{
    EventLoopProxy, ProxyTasks, Result, TaskGroup, TimeoutError, create_task, get_running_loop,
    sleep, to_thread, wait_for,
};

use crate::support::run;

fn now() -> Result<f64> {
    Ok(get_running_loop()?.time())
}

/// When the loop's time is `seconds` later.
fn later(proxy: &EventLoopProxy, seconds: f64) -> Future<f64> {
    proxy.run_coroutine_threadsafe(move || async move {
        sleep(seconds).await?;
        now()
    })
}

#[test]
fn a_deadline_does_not_pass_while_a_thread_works() {
    run(async {
        let start = now()?;
        let (go, waiting) = std::sync::mpsc::channel();
        let job = create_task(wait_for(to_thread(move || waiting.recv()), 60.0).into_future());
        sleep(0.0).await?;
        get_running_loop()?.call_soon(move || go.send(7).unwrap());
        assert_eq!(job.await??, 7);
        assert_eq!(now()?, start);
        Ok(())
    });
}

#[test]
fn time_goes_on_while_a_job_waits_for_the_loop() {
    run(async {
        let (start, proxy) = (now()?, get_running_loop()?.proxy());
        let hour = to_thread(move || later(&proxy, 3600.0).result(None)).await??;
        assert_eq!(hour, start + 3600.0);
        Ok(())
    });
}

#[test]
fn the_loop_does_not_get_ahead_of_the_jobs_that_wait_for_it() {
    const JOBS: u32 = 4;
    const TURNS: u32 = 50;
    let run_job = |proxy: EventLoopProxy, job: u32| -> Result<f64> {
        let mut time = later(&proxy, 0.0).result(None)?;
        for turn in 0..TURNS {
            let nap = f64::from(1 + job * 7 + turn % 5);
            let woken = later(&proxy, nap).result(None)?;
            assert_eq!(woken, time + nap);
            time = woken;
        }
        Ok(time)
    };
    run(async move {
        let (start, event_loop) = (now()?, get_running_loop()?);
        // Would take every chance to move the time.
        let ticking = create_task(async {
            loop {
                sleep(0.25).await?;
            }
            #[allow(unreachable_code, reason = "says what the loop returns")]
            Ok(())
        });
        TaskGroup::run(async |tg| {
            for job in 0..JOBS {
                let proxy = event_loop.proxy();
                tg.create_task(async move {
                    let end = to_thread(move || run_job(proxy, job)).await??;
                    assert_eq!(end - start, f64::from(TURNS * (job * 7 + 3)));
                    Ok(())
                });
            }
            Ok(())
        })
        .await?;
        ticking.cancel();
        Ok(())
    });
}

#[test]
fn who_stops_waiting_is_at_work_again() {
    run(async {
        let (start, event_loop) = (now()?, get_running_loop()?);
        let (proxy, still) = (event_loop.proxy(), event_loop.outside_work());
        let job = to_thread(move || {
            // Nobody completes it, and the loop does not know of it.
            let unknown = Future::<()>::new().result(0.0).unwrap_err();
            assert!(unknown.is::<TimeoutError>());
            let far = later(&proxy, 60.0);
            let late = far.result(1e-6).unwrap_err();
            assert!(late.is::<TimeoutError>());
            drop(still);
            // From here on only this job keeps the time.
            for _ in 0..100 {
                assert_eq!(later(&proxy, 0.0).result(None)?, start);
            }
            far.result(None)
        });
        assert_eq!(job.await??, start + 60.0);
        Ok(())
    });
}

#[test]
fn time_goes_on_while_a_job_waits_for_several() {
    run(async {
        let (start, proxy) = (now()?, get_running_loop()?.proxy());
        let job = move || {
            let naps = || [3.0, 1.0, 2.0].map(|nap| later(&proxy, nap));
            let (done, _) = wait(naps(), None, ALL_COMPLETED);
            let times = done.iter().map(|future| future.result(None));
            let mut times = times.collect::<Result<Vec<_>>>()?;
            for future in as_completed(naps(), None) {
                times.push(future?.result(None)?);
            }
            Ok(times)
        };
        let times: Result<Vec<f64>> = to_thread(job).await?;
        let since: Vec<f64> = times?.iter().map(|time| time - start).collect();
        assert_eq!(since, [3.0, 1.0, 2.0, 4.0, 5.0, 6.0]);
        Ok(())
    });
}

#[test]
fn time_stands_still_while_a_job_waits_for_another() {
    run(async {
        let start = now()?;
        let pool = ThreadPoolExecutor::new(2);
        let (go, waiting) = std::sync::mpsc::channel();
        let first = pool.submit(move || waiting.recv().unwrap());
        let second = pool.submit(move || first.result(None).map(|n: u32| n + 1));
        let second = create_task(async move { wait_for(second, 60.0).await? });
        sleep(0.0).await?;
        get_running_loop()?.call_soon(move || go.send(1).unwrap());
        assert_eq!(second.await?, 2);
        assert_eq!(now()?, start);
        Ok(())
    });
}

#[test]
fn what_the_loop_does_itself_is_no_outside_work() {
    run(async {
        let (start, proxy) = (now()?, get_running_loop()?.proxy());
        assert_eq!(later(&proxy, 60.0).await?, start + 60.0);
        let work = get_running_loop()?.outside_work();
        let thread = std::thread::spawn(move || work.run(|| later(&proxy, 60.0).result(None)));
        sleep(30.0).await?;
        sleep(30.0).await?;
        sleep(1e-3).await?;
        assert_eq!(thread.join().unwrap()?, start + 120.0);
        Ok(())
    });
}
