//! Cancel scopes with locks, queues, streams and threads inside: each await ends, and nothing is lost.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{
    CancelScope, Condition, Event, Lock, Queue, Semaphore, StreamReader, StreamWriter, TaskGroup,
    create_task, get_running_loop, move_on_after, sleep,
};

fn now() -> f64 {
    get_running_loop().unwrap().time()
}

#[asyncio::test(virtual_time)]
async fn locks_and_queues_in_a_scope_that_is_cancelled() -> asyncio::Result<()> {
    let (lock, semaphore, event) = (Lock::new(), Semaphore::new(0), Event::new());
    let queue: Queue<u32> = Queue::new(1);
    let held = lock.lock().await?;
    let ended = Rc::new(Cell::new(0));
    let value = move_on_after(1.0, async |_| {
        // Each twice: the scope cancels the second one as well.
        for _ in 0..2 {
            assert!(lock.lock().await.is_err());
            assert!(semaphore.acquire().await.is_err());
            assert!(event.wait().await.is_err());
            assert!(queue.get().await.is_err());
            ended.set(ended.get() + 4);
        }
        sleep(1.0).await
    });
    assert_eq!(value.await?, None);
    assert_eq!((ended.get(), now()), (8, 1.0));
    // Those who come later find everything as it should be.
    drop(held);
    drop(lock.lock().await?);
    semaphore.release();
    semaphore.acquire().await?;
    queue.put(7).await?;
    assert_eq!(queue.get().await?, 7);
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn a_condition_takes_its_lock_again_in_a_scope_that_is_cancelled() -> asyncio::Result<()> {
    let condition = Rc::new(Condition::new());
    let waiter = create_task({
        let condition = condition.clone();
        async move {
            move_on_after(1.0, async |_| {
                let mut guard = condition.lock().await?;
                let waited = guard.wait().await;
                // It has the lock although the other task had it for long, and every await is cancelled.
                assert_eq!(now(), 5.0);
                assert!(waited.is_err() && condition.locked());
                waited
            })
            .await
        }
    });
    sleep(0.5).await?;
    let guard = condition.lock().await?;
    sleep(4.5).await?;
    drop(guard);
    assert_eq!(waiter.await?, None);
    assert!(!condition.locked());
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn a_thread_and_a_group_in_a_scope_that_is_cancelled() -> asyncio::Result<()> {
    let value = move_on_after(1.0, async |scope| {
        assert_eq!(asyncio::to_thread(|| 6 * 7).await?, 42);
        let queue = Rc::new(Queue::<u32>::new(0));
        scope.cancel();
        TaskGroup::builder()
            .limit(2)
            .run(async |tg| {
                for _ in 0..5 {
                    let queue = queue.clone();
                    tg.create_task(async move { Ok(queue.get().await?) });
                }
                Ok(())
            })
            .await
    });
    assert_eq!(value.await?, None);
    Ok(())
}

#[asyncio::test]
async fn a_stream_says_goodbye_behind_a_shield() -> asyncio::Result<()> {
    let handler = async |mut reader: StreamReader, mut writer: StreamWriter| {
        let line = reader.readline().await?;
        assert_eq!(&line[..], b"bye\n");
        writer.write(b"so long\n");
        writer.drain().await?;
        writer.close();
        writer.wait_closed().await
    };
    let server = asyncio::start_server(handler, "127.0.0.1", 0).await?;
    let port = server.sockets()[0].local_addr()?.port();
    let value = move_on_after(0.01, async |_| {
        let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", port).await?;
        let read = reader.readline().await;
        assert!(read.as_ref().unwrap_err().is_cancelled());
        assert!(reader.readline().await.unwrap_err().is_cancelled());
        let farewell = CancelScope::after(10.0).shielded();
        let answer = farewell
            .run(async |_| {
                writer.write(b"bye\n");
                writer.drain().await?;
                let answer = reader.readline().await?;
                writer.close();
                writer.wait_closed().await?;
                Ok(answer)
            })
            .await?;
        assert_eq!(answer.as_deref(), Some(&b"so long\n"[..]));
        read.map(drop)
    });
    assert_eq!(value.await?, None);
    server.close();
    server.wait_closed().await
}
