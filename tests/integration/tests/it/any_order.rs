//! What locks and queues promise holds in whatever order tasks run, with deadlines that pass in the very moment in which
//! what was waited for comes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use asyncio::{
    Barrier, Condition, Event, Lock, Queue, Semaphore, TaskGroup, TimeoutError, sleep, timeout,
};

fn is_timeout<T>(outcome: &asyncio::Result<T>) -> bool {
    let error = outcome.as_ref().err();
    error.is_some_and(|error| error.is::<TimeoutError>())
}

#[asyncio::test(virtual_time, seeds = 200)]
async fn a_queue_loses_nothing() -> asyncio::Result<()> {
    const EACH: u32 = 20;
    let queue = Rc::new(Queue::new(2));
    let got = Rc::new(RefCell::new(Vec::new()));
    TaskGroup::run(async |tg| {
        for producer in 0..5 {
            let queue = queue.clone();
            tg.create_task(async move {
                for number in 0..EACH {
                    let item = producer * EACH + number;
                    let put = async |_: &asyncio::Timeout| Ok(queue.put(item).await?);
                    while is_timeout(&timeout(1.0, put).await) {}
                    sleep(f64::from(number % 2)).await?;
                }
                Ok(())
            });
        }
        for _ in 0..3 {
            let (queue, got) = (queue.clone(), got.clone());
            tg.create_task(async move {
                while got.borrow().len() < 5 * EACH as usize {
                    let item = timeout(1.0, async |_| Ok(queue.get().await?)).await;
                    if is_timeout(&item) {
                        continue;
                    }
                    got.borrow_mut().push(item?);
                    queue.task_done()?;
                    sleep(1.0).await?;
                }
                Ok(())
            });
        }
        Ok(())
    })
    .await?;
    queue.join().await?;
    let mut got = got.take();
    got.sort_unstable();
    assert!(got.into_iter().eq(0..5 * EACH));
    Ok(())
}

#[asyncio::test(virtual_time, seeds = 200)]
async fn locks_and_permits_are_given_back() -> asyncio::Result<()> {
    let (lock, semaphore) = (Rc::new(Lock::new()), Rc::new(Semaphore::new(2)));
    let (held, inside, done) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let counts = Rc::new((held, inside, done));
    TaskGroup::run(async |tg| {
        for patience in 1..=12 {
            let (lock, semaphore, counts) = (lock.clone(), semaphore.clone(), counts.clone());
            tg.create_task(async move {
                let (held, inside, done) = &*counts;
                let outcome = timeout(f64::from(patience), async |_| {
                    let _permit = semaphore.permit().await?;
                    inside.set(inside.get() + 1);
                    assert!(inside.get() <= 2);
                    let slept = sleep(1.0).await;
                    inside.set(inside.get() - 1);
                    slept?;
                    let _guard = lock.lock().await?;
                    assert_eq!(held.replace(1), 0);
                    let slept = sleep(1.0).await;
                    held.set(0);
                    slept
                })
                .await;
                if !is_timeout(&outcome) {
                    outcome?;
                    done.set(done.get() + 1);
                }
                Ok(())
            });
        }
        Ok(())
    })
    .await?;
    assert!(counts.2.get() > 0);
    assert!(!lock.locked() && !semaphore.locked());
    assert!(semaphore.try_permit().is_some());
    Ok(())
}

#[asyncio::test(virtual_time, seeds = 200)]
async fn a_notification_reaches_somebody_who_stays() -> asyncio::Result<()> {
    let condition = Rc::new(Condition::new());
    let (tokens, taken) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    TaskGroup::run(async |tg| {
        for patience in 1..=8 {
            let (condition, tokens, taken) = (condition.clone(), tokens.clone(), taken.clone());
            tg.create_task(async move {
                let waits = async |_: &asyncio::Timeout| {
                    let mut guard = condition.lock().await?;
                    guard.wait_for(|| tokens.get() > 0).await?;
                    tokens.set(tokens.get() - 1);
                    taken.set(taken.get() + 1);
                    Ok(())
                };
                // Half of them give up, each in the moment of a notification.
                let limit = (patience % 2 == 0).then_some(f64::from(patience));
                let outcome = timeout(limit, waits).await;
                match is_timeout(&outcome) {
                    true => Ok(()),
                    false => outcome,
                }
            });
        }
        for second in 1..=8 {
            let (condition, tokens) = (condition.clone(), tokens.clone());
            tg.create_task(async move {
                sleep(f64::from(second)).await?;
                let _guard = condition.lock().await?;
                tokens.set(tokens.get() + 1);
                Ok(condition.notify(1)?)
            });
        }
        Ok(())
    })
    .await?;
    assert_eq!(tokens.get() + taken.get(), 8);
    Ok(())
}

#[asyncio::test(virtual_time, seeds = 100)]
async fn a_barrier_lets_all_pass_together() -> asyncio::Result<()> {
    let (barrier, start) = (Rc::new(Barrier::new(4)?), Rc::new(Event::new()));
    let passed = Rc::new(Cell::new(0));
    TaskGroup::run(async |tg| {
        for _ in 0..4 {
            let (barrier, start, passed) = (barrier.clone(), start.clone(), passed.clone());
            tg.create_task(async move {
                start.wait().await?;
                for round in 0..10 {
                    assert!((4 * round..4 * round + 4).contains(&passed.get()));
                    passed.set(passed.get() + 1);
                    barrier.wait().await?;
                    assert!(passed.get() >= 4 * (round + 1));
                }
                Ok(())
            });
        }
        start.set();
        Ok(())
    })
    .await?;
    assert_eq!(passed.get(), 40);
    Ok(())
}
