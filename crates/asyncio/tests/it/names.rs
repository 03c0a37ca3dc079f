//! What asyncio calls so is here under that name.

use asyncio::prelude::*;
use asyncio::{Future, Task};

/// A name that the prelude must leave to the program.
trait LoopTasks {
    fn tasks(&self) -> usize;
}

impl LoopTasks for asyncio::EventLoop {
    fn tasks(&self) -> usize {
        asyncio::all_tasks().map_or(0, |tasks| tasks.len())
    }
}

#[asyncio::test]
async fn the_prelude_gives_the_loop_its_methods() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future: Future<u8> = event_loop.create_future();
    let task: Task<u8> = event_loop.create_task(future.clone());
    future.set_result(1)?;
    assert_eq!(LoopTasks::tasks(&event_loop), 2);
    assert_eq!(task.await?, 1);
    Ok(())
}

#[test]
fn an_error_has_the_name_that_python_prints() {
    let error = asyncio::Error::from(asyncio::TimeoutError::new());
    assert_eq!(error.type_name(), "TimeoutError");
    assert!(error.is::<asyncio::TimeoutError>());
}
