//! `gather`, `wait`, `wait_for`, `timeout`, `shield` and `TaskGroup`, in virtual time.

use std::num::ParseIntError;

use asyncio::{ExceptionGroup, Task, TaskGroup, TimeoutError};

use crate::support::{said, say};

/// Walks so many steps, of a second each.
async fn walk(who: &'static str, steps: u32) -> asyncio::Result<u32> {
    for step in 1..=steps {
        asyncio::sleep(1.0).await?;
        say!("{who}: step {step}");
    }
    Ok(steps)
}

async fn stumble(seconds: f64) -> asyncio::Result<u32> {
    asyncio::sleep(seconds).await?;
    Ok("a stone".parse::<u32>()?)
}

fn now() -> asyncio::Result<f64> {
    Ok(asyncio::get_running_loop()?.time())
}

#[asyncio::test(virtual_time)]
async fn gather_runs_a_tuple_side_by_side() -> asyncio::Result<()> {
    let (anna, name, ben) =
        asyncio::gather((walk("anna", 2), async { Ok("a name") }, walk("ben", 3))).await?;
    assert_eq!((anna, name, ben), (2, "a name", 3));
    assert_eq!(now()?, 3.0);
    assert_eq!(
        said(),
        [
            "anna: step 1",
            "ben: step 1",
            "anna: step 2",
            "ben: step 2",
            "ben: step 3"
        ]
    );
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn gather_keeps_the_order_of_its_arguments() -> asyncio::Result<()> {
    let steps: Vec<u32> = asyncio::gather([3, 1, 2].map(|steps| walk("somebody", steps))).await?;
    assert_eq!(steps, [3, 1, 2]);
    let doubled: Vec<u32> = asyncio::gather((0..4).map(|n| async move { Ok(2 * n) })).await?;
    assert_eq!(doubled, [0, 2, 4, 6]);
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn gather_reports_the_first_error_and_lets_the_others_go_on() -> asyncio::Result<()> {
    let walker = asyncio::create_task(walk("anna", 3));
    let error = asyncio::gather([walker.clone(), asyncio::create_task(stumble(1.5))])
        .await
        .unwrap_err();
    assert!(error.is::<ParseIntError>());
    assert_eq!(now()?, 1.5);
    assert!(!walker.done());
    assert_eq!(walker.await?, 3);
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn gather_can_collect_errors_as_well() -> asyncio::Result<()> {
    let outcomes: Vec<asyncio::Result<u32>> = asyncio::gather([stumble(2.0), stumble(1.0)])
        .return_exceptions()
        .await?;
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|outcome| outcome.is_err()));
    assert_eq!(now()?, 2.0);
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn wait_for_ends_what_takes_too_long() -> asyncio::Result<()> {
    assert_eq!(asyncio::wait_for(walk("anna", 2), 2.5).await?, 2);
    let error = asyncio::wait_for(walk("ben", 9), 1.5).await.unwrap_err();
    assert!(error.is::<TimeoutError>());
    assert_eq!(said(), ["anna: step 1", "anna: step 2", "ben: step 1"]);
    assert_eq!(now()?, 3.5);
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn a_timeout_can_be_moved() -> asyncio::Result<()> {
    let steps = asyncio::timeout(1.5, async |deadline| {
        walk("anna", 1).await?;
        deadline.reschedule(None)?;
        walk("anna", 5).await
    })
    .await?;
    assert_eq!(steps, 5);

    let ended = asyncio::timeout(1.5, async |_| walk("ben", 5).await).await;
    assert!(ended.unwrap_err().is::<TimeoutError>());
    assert_eq!(now()?, 7.5);
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn wait_tells_who_is_done() -> asyncio::Result<()> {
    let tasks: Vec<Task<u32>> = [5, 1, 3]
        .map(|steps| asyncio::create_task(walk("somebody", steps)))
        .into();
    let (done, pending) = asyncio::wait(tasks.clone())
        .return_when(asyncio::FIRST_COMPLETED)
        .await?;
    assert_eq!((done.len(), pending.len()), (1, 2));
    assert!(tasks[1].done());
    let (done, pending) = asyncio::wait(tasks.clone()).timeout(2.5).await?;
    assert_eq!((done.len(), pending.len()), (2, 1));
    assert_eq!(now()?, 3.5);
    tasks[0].cancel();
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn a_shield_lets_the_inner_task_go_on() -> asyncio::Result<()> {
    let walker = asyncio::create_task(walk("anna", 2));
    let error = asyncio::wait_for(asyncio::shield(walker.clone()), 0.5)
        .await
        .unwrap_err();
    assert!(error.is::<TimeoutError>());
    assert_eq!(walker.await?, 2);
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn a_group_borrows_what_is_around_it() -> asyncio::Result<()> {
    let names = [String::from("anna"), String::from("ben")];
    let sum = TaskGroup::run(async |group| {
        say!("{} and {}", names[0], names[1]);
        let one = group.create_task(walk("anna", 1));
        let two = group.create_task(walk("ben", 2));
        Ok(one.await? + two.await?)
    })
    .await?;
    assert_eq!((sum, names.len()), (3, 2));
    assert_eq!(
        said(),
        ["anna and ben", "anna: step 1", "ben: step 1", "ben: step 2"]
    );
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn a_failure_ends_the_whole_group() -> asyncio::Result<()> {
    let error = TaskGroup::run(async |group| {
        group.create_task(stumble(1.5));
        group.create_task(async {
            let walked = walk("anna", 9).await;
            say!("anna: cancelled {}", walked.is_err());
            walked
        });
        walk("the body", 9).await
    })
    .await
    .unwrap_err();
    let group = error.downcast_ref::<ExceptionGroup>().unwrap();
    assert!(group.subgroup::<ParseIntError>().is_some());
    assert!(group.subgroup::<TimeoutError>().is_none());
    assert_eq!(now()?, 1.5);
    assert_eq!(said().last().unwrap(), "anna: cancelled true");
    Ok(())
}
