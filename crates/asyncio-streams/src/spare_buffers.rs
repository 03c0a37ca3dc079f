//! Small buffers that no stream needs at the moment: a stream that waits has none of its own.

use std::cell::RefCell;

use bytes::BytesMut;

/// The buffer that came back last, which is the likeliest to be in the processor's cache; without memory if there is
/// none.
pub(crate) fn take() -> BytesMut {
    let spare = SPARES.try_with(|spares| spares.borrow_mut().pop());
    spare.ok().flatten().unwrap_or_default()
}

/// Keeps an empty buffer, or frees it if there are enough. A program may still share what was in it before, and then the
/// memory stays as long as either needs it.
pub(crate) fn give(buffer: BytesMut) {
    if buffer.capacity() > LARGEST {
        return;
    }
    // At the end of the thread there is nobody left to use it.
    let _ = SPARES.try_with(|spares| {
        let mut spares = spares.borrow_mut();
        if spares.len() < MOST {
            spares.push(buffer);
        }
    });
}

thread_local! {
    static SPARES: RefCell<Vec<BytesMut>> = const { RefCell::new(Vec::new()) };
}

/// In bytes. What is larger than this was needed once and is not needed for every message.
const LARGEST: usize = 16 * 1024;

/// Many more than callbacks of descriptors run before the tasks that they wake.
const MOST: usize = 32;
