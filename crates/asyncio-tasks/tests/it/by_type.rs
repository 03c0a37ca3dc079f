//! What Python checks at run time and the types make impossible here: FUT-14, TASK-18.

use asyncio_tasks::{LoopTasks, Task, ValueError, create_task, get_running_loop, sleep};

use crate::support::run;

/// FUT-14: a handle may be given another future; nothing makes a future anew.
#[test]
fn fut_14_a_new_future_leaves_the_old_one_as_it_was() {
    run(async {
        let event_loop = get_running_loop()?;
        let mut handle = event_loop.create_future();
        let old = handle.clone();
        let waiter = create_task(old.clone());
        sleep(0.0).await?;
        handle = event_loop.create_future();
        handle.set_result(2)?;
        sleep(0.0).await?;
        assert!(!old.done() && !waiter.done());
        old.set_result(1)?;
        assert_eq!((waiter.await?, handle.await?), (1, 2));
        Ok(())
    });
}

/// Called in place of methods that a task must not have.
trait NoSuchMethods {
    fn set_result<V>(&self, _value: V) -> Absent {
        Absent
    }

    fn set_exception<V>(&self, _error: V) -> Absent {
        Absent
    }
}

impl<T> NoSuchMethods for Task<T> {}

#[derive(Debug, PartialEq)]
struct Absent;

/// TASK-18: only its coroutine ends a task.
#[test]
fn task_18_a_task_has_no_method_that_sets_its_outcome() {
    run(async {
        let task = create_task(async {
            sleep(1.0).await?;
            Ok("its own")
        });
        assert_eq!(task.set_result("another"), Absent);
        assert_eq!(
            task.set_exception(ValueError::with_message("another")),
            Absent
        );
        assert_eq!(task.await?, "its own");
        Ok(())
    });
}
