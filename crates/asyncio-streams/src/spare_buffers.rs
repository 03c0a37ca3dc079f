//! Small buffers that no stream needs at the moment: a stream that waits has none of its own.

use std::cell::RefCell;

use crate::buffer::Buffer;

/// The buffer that came back last, which is the likeliest to be in the processor's cache; or else one without memory.
pub(crate) fn take() -> Box<Buffer> {
    let spare = SPARES.try_with(|spares| spares.borrow_mut().pop());
    spare.ok().flatten().unwrap_or_default()
}

/// Keeps an empty buffer, or frees it if there are enough.
pub(crate) fn give(buffer: Box<Buffer>) {
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
    #[expect(clippy::vec_box, reason = "what is kept is the boxes")]
    static SPARES: RefCell<Vec<Box<Buffer>>> = const { RefCell::new(Vec::new()) };
}

/// In bytes. What is larger than this was needed once and is not needed for every message.
const LARGEST: usize = 16 * 1024;

/// Many more than callbacks of descriptors run before the tasks that they wake.
const MOST: usize = 32;
