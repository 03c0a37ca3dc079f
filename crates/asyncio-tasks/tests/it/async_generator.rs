//! LOOP-27, LOOP-28: asynchronous generators, where they are Rust's own: drops, panics, other executors, no loop.

use std::cell::Cell;
use std::future::{pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use asyncio_tasks::{
    AsyncGenerator, EventLoop, ExceptionContext, GeneratorExit, LoopTasks, PanicError, Result,
    create_task, current_task, eager_task_factory, gather, get_running_loop, new_event_loop, sleep,
    wait_for,
};

use crate::support::{Log, pass, run, run_reported, text, value_error};

/// Emits 0, 1, ... and cleans up over some turns of the loop.
fn counter(log: &Log) -> AsyncGenerator<u32> {
    let log = log.clone();
    AsyncGenerator::new(async move |y| {
        let _dropped = Dropped(log.clone());
        for number in 0.. {
            if let Err(error) = y.emit(number).await {
                log.add(format!("exit {}", error.type_name()));
                sleep(0.0).await?;
                log.add("cleaned up");
                return Err(error);
            }
        }
        Ok(())
    })
}

struct Dropped(Log);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.add("dropped");
    }
}

/// What a poll by an executor without a loop gives.
fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn now<F: Future>(future: F) -> F::Output {
    match poll_once(pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it suspends"),
    }
}

async fn next(generator: &AsyncGenerator<u32>) -> Result<u32> {
    generator.next().await.unwrap()
}

#[test]
fn loop_28_without_a_loop_it_is_a_plain_generator() {
    let log = Log::default();
    let numbers = AsyncGenerator::new({
        let log = log.clone();
        async move |y| {
            let _dropped = Dropped(log);
            y.emit(1).await?;
            y.emit(2).await?;
            Ok(())
        }
    });
    assert_eq!(now(next(&numbers)).unwrap(), 1);
    assert_eq!(now(next(&numbers)).unwrap(), 2);
    assert!(now(numbers.next()).is_none());
    assert_eq!(log.take(), ["dropped"]);
    let numbers = counter(&log);
    assert_eq!(now(next(&numbers)).unwrap(), 0);
    drop(numbers);
    assert_eq!(log.take(), ["dropped"]);
}

#[test]
fn loop_28_a_closed_loop_drops_it() {
    let log = Log::default();
    let event_loop = new_event_loop().unwrap();
    let numbers = Rc::new(counter(&log));
    let asked = numbers.clone();
    let number = event_loop.run_until_complete(async move { next(&asked).await });
    assert_eq!(number.unwrap(), 0);
    event_loop.close().unwrap();
    assert_eq!(now(next(&numbers)).unwrap(), 1);
    drop(numbers);
    assert_eq!(log.take(), ["dropped"]);
}

#[test]
fn loop_28_a_loop_that_is_closed_before_it_could_close_it_drops_it() {
    let log = Log::default();
    let event_loop = new_event_loop().unwrap();
    let reports = Log::default();
    event_loop.set_exception_handler({
        let reports = reports.clone();
        move |_: &EventLoop, report: &ExceptionContext| reports.add(report.message())
    });
    let numbers = counter(&log);
    event_loop
        .run_until_complete(async move { next(&numbers).await.map(drop) })
        .unwrap();
    assert_eq!(log.take(), Vec::<String>::new());
    event_loop.close().unwrap();
    assert_eq!(log.take(), ["dropped"]);
    assert_eq!(reports.take(), ["Task was destroyed but it is pending!"]);
}

#[test]
fn loop_28_a_loop_that_runs_again_closes_it() {
    let log = Log::default();
    let event_loop = new_event_loop().unwrap();
    let numbers = Rc::new(counter(&log));
    let asked = numbers.clone();
    let number = event_loop.run_until_complete(async move { next(&asked).await });
    assert_eq!(number.unwrap(), 0);
    drop(numbers);
    assert_eq!(log.take(), Vec::<String>::new());
    event_loop.run_until_complete(pass(5)).unwrap();
    assert_eq!(log.take(), ["exit GeneratorExit", "cleaned up", "dropped"]);
    event_loop.close().unwrap();
}

#[test]
fn loop_28_with_eager_tasks() {
    run(async {
        get_running_loop()?.set_task_factory(eager_task_factory);
        let log = Log::default();
        let numbers = counter(&log);
        next(&numbers).await?;
        drop(numbers);
        pass(3).await?;
        assert_eq!(log.take(), ["exit GeneratorExit", "cleaned up", "dropped"]);
        Ok(())
    });
}

#[test]
fn loop_28_a_task_that_is_cancelled_before_it_could_close_it_does() {
    run(async {
        let log = Log::default();
        let numbers = counter(&log);
        next(&numbers).await?;
        drop(numbers);
        pass(1).await?;
        for task in get_running_loop()?.all_tasks() {
            if Some(&task) != current_task()?.as_ref() {
                task.cancel();
            }
        }
        pass(3).await?;
        assert_eq!(log.take(), ["exit CancelledError", "cleaned up", "dropped"]);
        Ok(())
    });
}

#[test]
fn loop_28_dropped_at_another_await_the_body_is_dropped() {
    run(async {
        let log = Log::default();
        let numbers = AsyncGenerator::<u32>::new({
            let log = log.clone();
            async move |_y| {
                let _dropped = Dropped(log);
                pending().await
            }
        });
        let mut asking = Box::pin(numbers.next());
        assert!(poll_fn(|cx| Poll::Ready(asking.as_mut().poll(cx).is_pending())).await);
        drop(asking);
        drop(numbers);
        assert_eq!(log.take(), ["dropped"]);
        Ok(())
    });
}

#[test]
fn a_call_that_is_dropped_loses_nothing() {
    run(async {
        let log = Log::default();
        let numbers = AsyncGenerator::<u32, u32>::with_asend({
            let log = log.clone();
            async move |y| {
                let _dropped = Dropped(log);
                sleep(1.0).await?;
                y.emit(1).await?;
                pending().await
            }
        });
        for _ in 0..3 {
            let mut asking = Box::pin(numbers.next());
            assert!(poll_fn(|cx| Poll::Ready(asking.as_mut().poll(cx).is_pending())).await);
        }
        let error = numbers.asend(1).await.unwrap().unwrap_err();
        let running = "RuntimeError: asend(): asynchronous generator is already running";
        assert_eq!(text(&error), running);
        assert_eq!(numbers.next().await.unwrap()?, 1);
        let mut asking = Box::pin(numbers.next());
        assert!(poll_fn(|cx| Poll::Ready(asking.as_mut().poll(cx).is_pending())).await);
        drop(asking);
        assert_eq!(log.take(), Vec::<String>::new());
        numbers.aclose().await?;
        assert_eq!(log.take(), ["dropped"]);
        assert!(numbers.next().await.is_none());
        Ok(())
    });
}

#[test]
fn a_panic_of_the_body_ends_it() {
    run(async {
        let numbers = Rc::new(AsyncGenerator::new(async |y| {
            y.emit(1).await?;
            panic!("in the body")
        }));
        assert_eq!(next(&numbers).await?, 1);
        let asked = numbers.clone();
        let task = create_task(async move { next(&asked).await });
        assert!(task.await.unwrap_err().is::<PanicError>());
        assert!(numbers.next().await.is_none());
        numbers.aclose().await
    });
}

#[test]
fn a_panic_while_it_is_closed_is_reported() {
    let (outcome, reports) = run_reported(async {
        let numbers = AsyncGenerator::new(async |y| {
            assert!(y.emit(1).await.is_ok(), "in the clean-up");
            Ok(())
        });
        next(&numbers).await?;
        get_running_loop()?.shutdown_asyncgens().await
    });
    outcome.unwrap();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].starts_with("an error occurred during closing of asynchronous generator <"));
    assert!(reports[0].ends_with("PanicError: panicked: in the clean-up"));
}

#[test]
fn an_emit_outside_of_the_body_is_refused() {
    run(async {
        let kept = Rc::new(Cell::new(None));
        let numbers = AsyncGenerator::new({
            let kept = kept.clone();
            async move |y| {
                y.emit(1).await?;
                kept.set(Some(y));
                Ok(())
            }
        });
        assert_eq!(next(&numbers).await?, 1);
        assert!(numbers.next().await.is_none());
        let yielder = kept.take().unwrap();
        let outside = "RuntimeError: emit() outside of its asynchronous generator";
        assert_eq!(text(&yielder.emit(2).await.unwrap_err()), outside);
        drop(numbers);
        assert_eq!(text(&yielder.emit(2).await.unwrap_err()), outside);
        Ok(())
    });
}

#[test]
fn two_emits_at_a_time_are_refused() {
    run(async {
        let numbers = AsyncGenerator::new(async |y| {
            let mut first = pin!(y.emit(1));
            assert!(poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx).is_pending())).await);
            y.emit(2).await?;
            Ok(())
        });
        let error = next(&numbers).await.unwrap_err();
        let refused =
            "RuntimeError: emit() while another one of the asynchronous generator is under way";
        assert_eq!(text(&error), refused);
        Ok(())
    });
}

#[test]
fn an_emit_that_is_dropped_takes_its_value_back() {
    run(async {
        let numbers = AsyncGenerator::new(async |y| {
            let mut first = Box::pin(y.emit(1));
            assert!(poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx).is_pending())).await);
            drop(first);
            sleep(0.0).await?;
            y.emit(2).await?;
            Ok(())
        });
        assert_eq!(next(&numbers).await?, 2);
        numbers.aclose().await
    });
}

/// The rest of a body that is in its `emit` beside another await is polled with it.
#[test]
fn an_emit_beside_another_await() {
    run(async {
        let numbers = AsyncGenerator::new(async |y| {
            let mut sleeping = pin!(sleep(5.0));
            for number in 0..3 {
                let mut emitting = pin!(y.emit(number));
                poll_fn(|cx| {
                    assert!(sleeping.as_mut().poll(cx).is_pending());
                    emitting.as_mut().poll(cx)
                })
                .await?;
            }
            sleeping.await?;
            y.emit(3).await?;
            Ok(())
        });
        for number in 0..4 {
            assert_eq!(next(&numbers).await?, number);
        }
        assert!(numbers.next().await.is_none());
        Ok(())
    });
}

#[test]
fn a_timeout_reaches_the_body() {
    run(async {
        let log = Log::default();
        let numbers = AsyncGenerator::<u32>::new({
            let log = log.clone();
            async move |y| {
                sleep(9.0).await.inspect_err(|_| log.add("cancelled"))?;
                y.emit(1).await?;
                Ok(())
            }
        });
        let outcome = wait_for(async { numbers.next().await.unwrap() }, 1.0).await;
        assert_eq!(text(&outcome.unwrap_err()), "TimeoutError");
        assert_eq!(log.take(), ["cancelled"]);
        Ok(())
    });
}

#[test]
fn it_is_a_stream() {
    run(async {
        let mut numbers = pin!(AsyncGenerator::new(async |y| {
            for number in 0..3 {
                sleep(0.1).await?;
                y.emit(number).await?;
            }
            Err(value_error("at the end"))
        }));
        let mut seen = Vec::new();
        while let Some(number) = poll_fn(|cx| numbers.as_mut().poll_next(cx)).await {
            seen.push(number.map_err(|error| text(&error)));
        }
        let error = Err("ValueError: at the end".to_owned());
        assert_eq!(seen, [Ok(0), Ok(1), Ok(2), error]);
        Ok(())
    });
}

#[test]
fn a_stream_that_is_polled_while_it_is_closed() {
    run(async {
        let log = Log::default();
        let mut numbers = counter(&log);
        next(&numbers).await?;
        let closing = create_task(get_running_loop()?.shutdown_asyncgens());
        pass(2).await?;
        let polled = poll_fn(|cx| Pin::new(&mut numbers).poll_next(cx)).await;
        let running = "RuntimeError: anext(): asynchronous generator is already running";
        assert_eq!(text(&polled.unwrap().unwrap_err()), running);
        drop(numbers);
        closing.await?;
        assert_eq!(log.take(), ["exit GeneratorExit", "cleaned up", "dropped"]);
        Ok(())
    });
}

#[test]
fn loop_27_they_are_closed_at_the_same_time_in_the_order_of_their_beginning() {
    run(async {
        let log = Log::default();
        let generators = ["a", "b", "c"].map(|name| {
            let log = log.clone();
            AsyncGenerator::new(async move |y| {
                let emitted = y.emit(1).await;
                log.add(format!(
                    "{name} {}",
                    current_task()?.unwrap().get_name() != ""
                ));
                sleep(0.0).await?;
                log.add(format!("{name} ends"));
                emitted.map(drop)
            })
        });
        gather(generators.iter().rev().map(|generator| {
            let first = now(next(generator));
            ready(first)
        }))
        .await?;
        get_running_loop()?.shutdown_asyncgens().await?;
        let expected = ["c true", "b true", "a true", "c ends", "b ends", "a ends"];
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

#[test]
fn loop_27_a_cancelled_shutdown_cancels_the_clean_up() {
    run(async {
        let log = Log::default();
        let numbers = AsyncGenerator::new({
            let log = log.clone();
            async move |y| {
                let exit = y.emit(1).await;
                assert!(exit.unwrap_err().is::<GeneratorExit>());
                let slept = sleep(9.0).await;
                log.add(text(slept.as_ref().unwrap_err()));
                slept
            }
        });
        next(&numbers).await?;
        let closing = create_task(get_running_loop()?.shutdown_asyncgens());
        pass(3).await?;
        closing.cancel();
        assert!(closing.await.unwrap_err().is_cancelled());
        assert_eq!(log.take(), ["CancelledError"]);
        Ok(())
    });
}
