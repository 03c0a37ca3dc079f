//! Locks, events, conditions, semaphores and queues: nothing without waiting, and nothing with it when a line is as long as it
//! gets.

use std::rc::Rc;

use asyncio::{Condition, Event, Lock, Queue, Semaphore, Task};

use crate::{ROUNDS, WARM_UP, allocations};

#[asyncio::test(debug = false)]
async fn what_is_free_is_taken_without_an_allocation() -> asyncio::Result<()> {
    let (lock, semaphore) = (Lock::new(), Semaphore::new(1));
    let (event, condition) = (Event::new(), Condition::new());
    event.set();
    let before = allocations();
    for _ in 0..ROUNDS {
        drop(lock.lock().await?);
        drop(semaphore.permit().await?);
        drop(condition.lock().await?);
        event.wait().await?;
    }
    assert_eq!(allocations() - before, 0);
    Ok(())
}

#[asyncio::test(debug = false)]
async fn an_item_that_need_not_wait_allocates_nothing() -> asyncio::Result<()> {
    let queue = Queue::new(2);
    queue.put(0).await?;
    queue.put(0).await?;
    queue.get().await?;
    let before = allocations();
    for round in 0..ROUNDS {
        queue.put(round).await?;
        queue.get().await?;
        queue.task_done()?;
    }
    assert_eq!(allocations() - before, 0);
    Ok(())
}

#[asyncio::test(debug = false)]
async fn waiting_for_a_lock_allocates_nothing() -> asyncio::Result<()> {
    let lock = Rc::new(Lock::new());
    in_steady_state(async move |_| {
        let _guard = lock.lock().await?;
        asyncio::sleep(0.0).await
    })
    .await
}

#[asyncio::test(debug = false)]
async fn waiting_for_a_unit_allocates_nothing() -> asyncio::Result<()> {
    let semaphore = Rc::new(Semaphore::new(2));
    in_steady_state(async move |_| {
        let _permit = semaphore.permit().await?;
        asyncio::sleep(0.0).await
    })
    .await
}

#[asyncio::test(debug = false)]
async fn waiting_for_an_event_allocates_nothing() -> asyncio::Result<()> {
    let event = Rc::new(Event::new());
    let sets = again_and_again({
        let event = event.clone();
        async move || {
            event.set();
            event.clear();
            Ok(())
        }
    });
    in_steady_state(async move |_| Ok(event.wait().await?)).await?;
    sets.cancel();
    Ok(())
}

#[asyncio::test(debug = false)]
async fn waiting_for_a_notification_allocates_nothing() -> asyncio::Result<()> {
    let condition = Rc::new(Condition::new());
    let notifies = again_and_again({
        let condition = condition.clone();
        async move || {
            let _guard = condition.lock().await?;
            Ok(condition.notify_all()?)
        }
    });
    in_steady_state(async move |_| {
        let mut guard = condition.lock().await?;
        guard.wait().await
    })
    .await?;
    notifies.cancel();
    Ok(())
}

#[asyncio::test(debug = false)]
async fn waiting_for_an_item_or_for_room_allocates_nothing() -> asyncio::Result<()> {
    let queue = Rc::new(Queue::new(1));
    in_steady_state(async move |number| {
        if number % 2 == 0 {
            queue.put(number).await?;
        } else {
            queue.get().await?;
        }
        Ok(())
    })
    .await
}

/// Runs `turn` again and again in several tasks, and counts when they have warmed up.
async fn in_steady_state(
    turn: impl AsyncFn(usize) -> asyncio::Result<()> + Clone + 'static,
) -> asyncio::Result<()> {
    let run = |number: usize| {
        let turn = turn.clone();
        async move {
            for _ in 0..WARM_UP {
                turn(number).await?;
            }
            let before = allocations();
            for _ in 0..ROUNDS {
                turn(number).await?;
            }
            Ok(allocations() - before)
        }
    };
    let tasks = [0, 1, 2, 3, 4, 5, 6, 7].map(|number| asyncio::create_task(run(number)));
    for task in tasks {
        assert_eq!(task.await?, 0);
    }
    Ok(())
}

fn again_and_again(turn: impl AsyncFn() -> asyncio::Result<()> + 'static) -> Task<()> {
    asyncio::create_task(async move {
        loop {
            turn().await?;
            asyncio::sleep(0.0).await?;
        }
    })
}
