//! Thread pools: every job is done or refused, and the shutdown ends.

use asyncio_tasks::concurrent::{Shutdown, ThreadPoolExecutor};
use loom::thread;

use crate::model::explore;

#[test]
fn one_worker_does_two_jobs() {
    explore(|| {
        let pool = ThreadPoolExecutor::new(1);
        let jobs = [1, 2].map(|number| pool.submit(move || number));
        for (job, number) in jobs.into_iter().zip(1..) {
            assert_eq!(job.result(None).unwrap(), number);
        }
    });
}

#[test]
fn two_workers_do_two_jobs() {
    explore(|| {
        let pool = ThreadPoolExecutor::new(2);
        let jobs = [1, 2].map(|number| pool.submit(move || number));
        drop(pool);
        assert!(jobs.iter().all(|job| job.done() && !job.cancelled()));
    });
}

#[test]
fn a_job_that_comes_with_the_shutdown_is_done_or_refused() {
    for how in [Shutdown::wait(), Shutdown::wait().cancel_futures()] {
        explore(move || {
            let pool = ThreadPoolExecutor::new(1);
            let other = thread::spawn({
                let pool = pool.clone();
                move || pool.submit(|| 1).result(None)
            });
            pool.shutdown(how);
            match other.join().unwrap() {
                Ok(value) => assert_eq!(value, 1),
                Err(error) if error.is_cancelled() => assert_ne!(how, Shutdown::wait()),
                Err(error) => {
                    let text = "cannot schedule new futures after shutdown";
                    assert_eq!(error.to_string(), text);
                }
            }
        });
    }
}
