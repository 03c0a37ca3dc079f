//! LOOP-30: a future whose job runs is cancelled at once; the job goes on, and its result is dropped.

use std::sync::{Arc, Condvar, Mutex};

use asyncio::Result;
use asyncio::prelude::*;

/// `threading.Event`.
#[derive(Clone, Default)]
struct Event(Arc<(Mutex<bool>, Condvar)>);

impl Event {
    fn set(&self, is_set: bool) {
        *self.0.0.lock().expect("no panic") = is_set;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        let is_set = self.0.0.lock().expect("no panic");
        drop(self.0.1.wait_while(is_set, |is_set| !*is_set));
    }
}

#[derive(Clone, Default)]
struct Job {
    begun: Event,
    release: Event,
    ended: Arc<Mutex<Vec<&'static str>>>,
}

impl Job {
    fn run(&self) -> &'static str {
        self.begun.set(true);
        self.release.wait();
        self.ended.lock().expect("no panic").push("job ended");
        "dropped"
    }
}

async fn program(job: Job) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.run_in_executor(None, {
        let job = job.clone();
        move || job.run()
    });
    job.begun.wait();
    println!("cancel {} {}", future.cancel(), future.cancelled());
    if future.await.is_err_and(|e| e.is_cancelled()) {
        println!("the await is cancelled");
    }
    let count = job.ended.lock().expect("no panic").len();
    println!("still running {count}");
    job.release.set(true);
    event_loop.run_in_executor(None, || ()).await?;

    job.release.set(false);
    job.begun.set(false);
    let task = asyncio::create_task(asyncio::to_thread({
        let job = job.clone();
        move || job.run()
    }));
    asyncio::sleep(0.0).await?;
    job.begun.wait();
    task.cancel();
    if (&task).await.is_err_and(|e| e.is_cancelled()) {
        println!("the task is cancelled {}", task.cancelled());
    }
    let release = job.release.clone();
    let waited = asyncio::wait_for(asyncio::to_thread(move || release.wait()), 0.001);
    if waited.await.is_err_and(|e| e.is::<asyncio::TimeoutError>()) {
        println!("timeout");
    }
    job.release.set(true);
    Ok(())
}

pub fn main() -> Result<()> {
    let job = Job::default();
    asyncio::run(program(job.clone()))?;
    let ended = job.ended.lock().expect("no panic");
    println!("['{}']", ended.join("', '"));
    Ok(())
}
