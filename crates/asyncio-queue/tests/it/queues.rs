//! Futures that are dropped at every point, streams, errors that give items back; on several executors.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use asyncio_queue::{
    Error, GetError, LifoQueue, PriorityQueue, PutError, Queue, QueueEmpty, QueueFull,
    QueueShutDown,
};
use asyncio_tasks::{create_task, run, sleep};
use futures_util::stream::StreamExt;

fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn everything_can_be_shared_between_threads() {
    fn is_send_and_sync<T: Send + Sync>(_: &T) {}
    fn is_send<T: Send>(_: &T) {}
    let (queue, priority, lifo) = (Queue::new(1), PriorityQueue::new(1), LifoQueue::new(1));
    is_send_and_sync(&queue);
    is_send_and_sync(&priority);
    is_send_and_sync(&lifo);
    is_send(&queue.put(Cell::new(1)));
    is_send(&queue.get());
    is_send(&queue.items());
    is_send(&queue.join());
    priority.put_nowait(1).unwrap();
    lifo.put_nowait(1).unwrap();
}

#[test]
fn a_dropped_get_takes_nothing_and_wakes_the_next() {
    let queue = Queue::new(0);
    let (mut a, mut b) = (queue.get(), queue.get());
    assert!(poll_once(&mut a).is_pending());
    assert!(poll_once(&mut b).is_pending());
    queue.put_nowait(1).unwrap();
    drop(a);
    assert_eq!(queue.qsize(), 1);
    assert_eq!(poll_once(&mut b), Poll::Ready(Ok(1)));
}

#[test]
fn a_dropped_put_puts_nothing_and_wakes_the_next() {
    let queue = Queue::new(1);
    queue.put_nowait(0).unwrap();
    let (mut a, mut b) = (queue.put(1), queue.put(2));
    assert!(poll_once(&mut a).is_pending());
    assert!(poll_once(&mut b).is_pending());
    assert_eq!(queue.get_nowait(), Ok(0));
    drop(a);
    assert_eq!(poll_once(&mut b), Poll::Ready(Ok(())));
    assert_eq!(queue.get_nowait(), Ok(2));
    assert_eq!(queue.get_nowait(), Err(GetError::Empty));
}

#[test]
fn an_item_that_cannot_be_put_comes_back() {
    let queue = Queue::new(1);
    queue.put_nowait(Rc::new(0)).unwrap();
    let error = queue.put_nowait(Rc::new(1)).unwrap_err();
    assert_eq!(format!("{error:?}: {error}"), "Full(..): the queue is full");
    assert_eq!(*error.into_item(), 1);
    let mut waiting = queue.put(Rc::new(2));
    assert!(poll_once(&mut waiting).is_pending());
    queue.shutdown();
    let Poll::Ready(Err(error)) = poll_once(&mut waiting) else {
        panic!("the queue was shut down");
    };
    assert!(matches!(&error, PutError::ShutDown(item) if **item == 2));
    // The item need not be an error's: `Rc` is not `Send`.
    assert!(Error::from(error).is::<QueueShutDown>());
}

#[test]
fn a_cancelled_put_gives_its_item_back() {
    run(async {
        let queue = Rc::new(Queue::new(1));
        queue.put("first").await?;
        let task = create_task({
            let queue = queue.clone();
            async move { Ok(queue.put("second").await.unwrap_err()) }
        });
        sleep(0).await?;
        task.cancel();
        let error = task.await?;
        assert!(matches!(error, PutError::Cancelled("second", _)));
        assert!(Error::from(error).is_cancelled());
        Ok(())
    })
    .unwrap();
}

#[test]
fn errors_become_the_exceptions_of_asyncio() {
    let queue = Queue::new(1);
    let get = || queue.get_nowait().map_err(Error::from).unwrap_err();
    let put = || queue.put_nowait(1).map_err(Error::from);
    assert!(get().is::<QueueEmpty>());
    assert_eq!(get().type_name(), "QueueEmpty");
    put().unwrap();
    assert!(put().unwrap_err().is::<QueueFull>());
    queue.shutdown_immediate();
    assert!(get().is::<QueueShutDown>());
    assert_eq!(
        queue.task_done().unwrap_err().to_string(),
        "task_done() called too many times"
    );
}

#[test]
fn the_items_end_with_the_queue() {
    run(async {
        let queue = Rc::new(PriorityQueue::new(2));
        let consumer = create_task({
            let queue = queue.clone();
            async move {
                let items: Vec<_> = queue.items().collect().await;
                Ok(items.into_iter().collect::<Result<Vec<_>, _>>()?)
            }
        });
        for n in [3, 2, 5, 4] {
            queue.put(n).await?;
        }
        queue.shutdown();
        assert_eq!(consumer.await?, [2, 3, 4, 5]);
        Ok(())
    })
    .unwrap();
}

#[test]
fn items_go_on_after_a_cancellation() {
    run(async {
        let queue = Rc::new(Queue::new(0));
        let consumer = create_task({
            let queue = queue.clone();
            async move {
                let mut items = queue.items();
                let cancelled = items.next().await.unwrap().is_err();
                Ok((
                    cancelled,
                    items.next().await.unwrap()?,
                    items.next().await.is_none(),
                ))
            }
        });
        sleep(0).await?;
        consumer.cancel();
        sleep(0).await?;
        queue.put(1).await?;
        queue.shutdown();
        assert_eq!(consumer.await?, (true, 1, true));
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_next_that_is_dropped_leaves_the_line() {
    let queue = Queue::new(0);
    let mut items = queue.items();
    assert!(poll_once(&mut items.next()).is_pending());
    let mut get = queue.get();
    assert!(poll_once(&mut get).is_pending());
    queue.put_nowait(1).unwrap();
    assert_eq!(poll_once(&mut get), Poll::Ready(Ok(1)));
    assert_eq!(format!("{queue:?}"), "<Queue maxsize=0 items=0 tasks=1>");
}

#[test]
fn a_destructor_of_an_item_may_use_the_queue() {
    struct Curious(Rc<Queue<Option<Curious>>>);
    impl Drop for Curious {
        fn drop(&mut self) {
            assert_eq!(self.0.qsize(), 0);
        }
    }
    let queue = Rc::new(Queue::new(0));
    queue.put_nowait(Some(Curious(queue.clone()))).unwrap();
    queue.shutdown_immediate();
    assert_eq!(Rc::strong_count(&queue), 1);
}

/// A waker is code of the program: here it drops all who wait.
#[test]
fn a_waker_may_drop_who_waits() {
    use std::sync::{Arc, Mutex};
    use std::task::Wake;

    struct Drops(Mutex<Vec<Box<dyn Send>>>);
    impl Wake for Drops {
        fn wake(self: Arc<Self>) {
            let dropped = std::mem::take(&mut *self.0.lock().unwrap());
            drop(dropped);
        }
    }
    type Act = fn(&Queue<i32>);
    let acts: [Act; 4] = [
        |queue| drop(queue.get_nowait()),
        |queue| queue.task_done().unwrap(),
        Queue::shutdown,
        Queue::shutdown_immediate,
    ];
    for act in acts {
        let queue: &'static Queue<i32> = Box::leak(Box::new(Queue::new(1)));
        queue.put_nowait(1).unwrap();
        let drops = Arc::new(Drops(Mutex::default()));
        let waker = Waker::from(drops.clone());
        for _ in 0..2 {
            let (mut put, mut join) = (queue.put(2), queue.join());
            let mut context = Context::from_waker(&waker);
            assert!(Pin::new(&mut put).poll(&mut context).is_pending());
            assert!(Pin::new(&mut join).poll(&mut context).is_pending());
            let mut waiting = drops.0.lock().unwrap();
            waiting.push(Box::new(put));
            waiting.push(Box::new(join));
        }
        act(queue);
        assert!(drops.0.lock().unwrap().is_empty(), "they were dropped");
    }
}

#[test]
fn other_executors_run_the_same_queue() {
    async fn produce(queue: &Queue<u32>) {
        for n in 0..100 {
            queue.put(n).await.unwrap();
        }
        queue.shutdown();
    }
    async fn consume(queue: &Queue<u32>) -> u32 {
        let mut sum = 0;
        let mut items = queue.items();
        while let Some(item) = items.next().await {
            sum += item.unwrap();
        }
        sum
    }
    let whole = || async {
        let queue = Queue::new(3);
        let (_, first, second) =
            futures_util::future::join3(produce(&queue), consume(&queue), consume(&queue)).await;
        assert_eq!(first + second, 4950);
    };
    futures_executor::block_on(whole());
    futures_executor::block_on(async_executor::LocalExecutor::new().run(whole()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(whole());
    run(async move {
        whole().await;
        Ok(())
    })
    .unwrap();
}
