//! How often the hot paths allocate.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use asyncio::EventLoop;

#[test]
fn call_soon_allocates_its_handle() {
    asyncio::run(async {
        let event_loop = asyncio::get_running_loop()?;
        schedule_callbacks(&event_loop);
        asyncio::sleep(0.0).await?;

        let before = allocations();
        schedule_callbacks(&event_loop);
        asyncio::sleep(0.0).await?;
        assert_eq!(allocations() - before, ROUNDS);
        Ok(())
    })
    .unwrap();
}

fn schedule_callbacks(event_loop: &EventLoop) {
    for round in 0..ROUNDS {
        event_loop.call_soon(move || assert!(black_box(round) < ROUNDS));
    }
}

#[test]
fn sleep_of_zero_allocates_nothing() {
    asyncio::run(async {
        asyncio::sleep(0.0).await?;
        let before = allocations();
        for _ in 0..ROUNDS {
            asyncio::sleep(0.0).await?;
        }
        assert_eq!(allocations() - before, 0);
        Ok(())
    })
    .unwrap();
}

/// One for what the handles share, one for the coroutine.
#[test]
fn a_task_costs_two_allocations() {
    asyncio::run(async {
        spawn_and_join(0).await?;
        let before = allocations();
        for round in 0..ROUNDS {
            spawn_and_join(round).await?;
        }
        assert_eq!(allocations() - before, 2 * ROUNDS);
        Ok(())
    })
    .unwrap();
}

async fn spawn_and_join(round: usize) -> asyncio::Result<()> {
    let task = asyncio::create_task(async move { Ok(round) });
    assert_eq!(task.await?, round);
    Ok(())
}

/// How often this thread has allocated or grown memory.
fn allocations() -> usize {
    ALLOCATIONS.get()
}

const ROUNDS: usize = 1000;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The system's allocator, with a count for each thread.
struct Counting;

impl Counting {
    fn count() {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    }
}

// SAFETY: every method passes its arguments on to `System` unchanged, so whoever keeps the contract of this
// allocator keeps that of `System`. Counting neither allocates nor panics: the cell is initialised by a constant and
// has no destructor.
#[allow(unsafe_code, reason = "the trait of allocators is unsafe")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::count();
        // SAFETY: see above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Counting::count();
        // SAFETY: see above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        Counting::count();
        // SAFETY: see above.
        unsafe { System.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: see above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
