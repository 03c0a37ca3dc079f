//! [`WriteBuffer`]: what a transport could not send yet.

use std::collections::VecDeque;
use std::io::IoSlice;

/// Bytes in the order of their writing. Holds no memory while it is empty.
#[derive(Default)]
pub(crate) struct WriteBuffer {
    /// None is empty.
    chunks: VecDeque<Vec<u8>>,
    /// How many bytes of the first chunk are gone; always less than its length.
    gone: usize,
    len: usize,
}

impl WriteBuffer {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn push(&mut self, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        self.len += data.len();
        match self.chunks.back_mut() {
            Some(last) if last.len() + data.len() <= CHUNK => last.extend_from_slice(data),
            _ => self.chunks.push_back(data.to_vec()),
        }
    }

    /// Calls `send` with the first slices, at least one and at most [`SLICES`].
    pub(crate) fn with_slices<R>(&self, send: impl FnOnce(&[IoSlice<'_>]) -> R) -> R {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let count = self.chunks.len().min(SLICES);
        for (slice, chunk) in slices.iter_mut().zip(&self.chunks) {
            *slice = IoSlice::new(chunk);
        }
        if let Some(first) = self.chunks.front() {
            slices[0] = IoSlice::new(&first[self.gone..]);
        }
        send(&slices[..count])
    }

    /// Removes the first `count` bytes, which must be there.
    pub(crate) fn advance(&mut self, mut count: usize) {
        self.len -= count;
        while let Some(first) = self.chunks.front() {
            let rest = first.len() - self.gone;
            if count < rest {
                self.gone += count;
                return;
            }
            count -= rest;
            self.gone = 0;
            self.chunks.pop_front();
        }
        *self = WriteBuffer::default();
    }

    pub(crate) fn clear(&mut self) {
        *self = WriteBuffer::default();
    }
}

/// Small writes are collected in chunks of up to this many bytes, a usual size of a socket's own buffer.
const CHUNK: usize = 64 * 1024;

/// As many slices as one `sendmsg` gets: with chunks of a usual size more than a socket takes.
const SLICES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn content(buffer: &WriteBuffer) -> Vec<u8> {
        buffer.with_slices(|slices| slices.iter().flat_map(|slice| slice.to_vec()).collect())
    }

    /// Every way to take a few chunks apart in two steps.
    #[test]
    fn bytes_leave_in_order() {
        let total = 3 * CHUNK;
        let all: Vec<u8> = (0..total).map(|at| (at % 251) as u8).collect();
        let cuts = [
            0,
            1,
            CHUNK - 1,
            CHUNK,
            CHUNK + 1,
            2 * CHUNK,
            total - 1,
            total,
        ];
        for first in cuts {
            for second in cuts.into_iter().filter(|second| first + second <= total) {
                let mut buffer = WriteBuffer::default();
                all.chunks(CHUNK).for_each(|chunk| buffer.push(chunk));
                buffer.advance(first);
                assert_eq!(content(&buffer), all[first..]);
                buffer.advance(second);
                assert_eq!(content(&buffer), all[first + second..]);
                assert_eq!(buffer.len(), total - first - second);
            }
        }
    }

    #[test]
    fn small_writes_share_a_chunk() {
        let mut buffer = WriteBuffer::default();
        buffer.push(b"");
        assert!(buffer.is_empty());
        for byte in 0..=255 {
            buffer.push(&[byte]);
        }
        assert_eq!(buffer.with_slices(|slices| slices.len()), 1);
        buffer.advance(10);
        buffer.push(b"end");
        assert_eq!(content(&buffer)[..2], [10, 11]);
        assert!(content(&buffer).ends_with(b"\xffend"));
    }

    #[test]
    fn an_empty_buffer_holds_no_memory() {
        let mut buffer = WriteBuffer::default();
        buffer.push(&[0; CHUNK]);
        buffer.advance(CHUNK);
        assert_eq!(buffer.chunks.capacity(), 0);
        buffer.push(b"x");
        buffer.clear();
        assert!(buffer.is_empty());
        assert_eq!(buffer.chunks.capacity(), 0);
    }
}
