//! Runs a program on a loop of its own, in virtual time.

use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{
    EventLoop, ExceptionContext, Result, VirtualClock, current_task, eager_task_factory, wait,
};

use crate::interpret::{Run, Spawned};
use crate::program::{Program, Start};
use crate::transcript::exception_text;

/// The transcript of a program; every line ends with a newline.
///
/// # Errors
///
/// Those of building and closing the loop. What the program raises is in the transcript.
pub fn run(program: &Program) -> Result<String> {
    // Timers must come as early as in CPython, which looks for them in every iteration.
    let event_loop = EventLoop::builder()
        .clock(VirtualClock::new(0.0))
        .poll_interval(1)
        .build()?;
    if program.start == Start::Eager {
        event_loop.set_task_factory(eager_task_factory);
    }
    let run = Rc::new(Run::default());
    event_loop.set_exception_handler({
        let run = run.clone();
        move |_: &EventLoop, context: &ExceptionContext| run.report(context)
    });
    let ended = event_loop.run_until_complete(supervise(program.clone(), run.clone()));
    if let Err(error) = ended {
        let line = format!("ended by {}", exception_text(&error));
        run.transcript.push(&line);
    }
    let transcript = run.transcript.text();
    event_loop.close()?;
    Ok(transcript)
}

/// Runs the program's tasks, and then cancels what is left until nothing is, or three times.
async fn supervise(program: Program, run: Rc<Run>) -> Result<()> {
    if let Some(task) = current_task()? {
        task.set_name("main");
    }
    let tasks = run.spawn_all(&program.tasks);
    wait(&tasks).timeout(run.delay(PATIENCE)?).await?;
    run.transcript.add(&format!("over: {}", states(&tasks)));
    for _ in 0..CANCELS {
        let live = run.live();
        if live.is_empty() {
            break;
        }
        for task in &live {
            task.cancel();
        }
        wait(&live).timeout(run.delay(PATIENCE)?).await?;
    }
    run.transcript
        .add(&format!("end: {}", states(&run.spawned())));
    run.retrieve_exceptions();
    Ok(())
}

fn states(tasks: &[Spawned]) -> String {
    let states = tasks.iter().map(|task| {
        let state = match (task.done(), task.cancelled()) {
            (false, _) => "pending",
            (true, true) => "cancelled",
            (true, false) => "done",
        };
        format!("{}/{} {state}", task.get_name(), task.cancelling())
    });
    states.collect::<Vec<_>>().join(", ")
}

/// Seconds; a program that is not stuck takes less, for none has so many timers in a row.
const PATIENCE: f64 = 500.0;

/// A task may swallow a cancellation; more than a few times says nothing new.
const CANCELS: usize = 3;
