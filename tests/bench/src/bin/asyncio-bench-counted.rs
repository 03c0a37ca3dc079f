//! `asyncio-bench` with an allocator that counts, which would be in the way where time is measured.

use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;

use asyncio_bench::heap;

fn main() -> ExitCode {
    asyncio_bench::main()
}

#[global_allocator]
static ALLOCATOR: Counted = Counted;

struct Counted;

/// Sizes are less than `isize::MAX`.
fn bytes(size: usize) -> i64 {
    size as i64
}

// SAFETY: each method does what the system's allocator does for the same arguments, and its caller keeps the contract.
#[expect(unsafe_code, reason = "an allocator cannot be written without it")]
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        heap::changed(bytes(layout.size()));
        // SAFETY: see above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        heap::changed(bytes(layout.size()));
        // SAFETY: see above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        heap::changed(bytes(new_size) - bytes(layout.size()));
        // SAFETY: see above.
        unsafe { System.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        heap::changed(-bytes(layout.size()));
        // SAFETY: see above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
