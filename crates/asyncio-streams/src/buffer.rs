//! [`Buffer`]: the bytes that were received and not read yet, and the search for separators in them.
//!
//! Pure data structures: what waits, pauses and fails is in `streams`. They take the part of the `bytearray` in
//! `asyncio.streams.StreamReader`.

use std::mem;

use asyncio_tasks::ValueError;
use bytes::{Bytes, BytesMut};
use memchr::{memchr, memmem, memrchr};

/// A queue of bytes: appended at the end, taken from the front without being copied.
///
/// What was taken shares the buffer's memory. While it has been dropped by the time more arrives, as in a loop that
/// reads and answers, the memory is used again and nothing is allocated.
///
/// What arrives in memory of its own while nothing else is there stays where it is.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    /// What comes first, if it will not grow any more: in memory of others, or several lines that are to be taken one by
    /// one, which is cheaper than from `bytes`.
    front: Bytes,
    /// What comes after that, in the order in which it arrived.
    bytes: BytesMut,
    /// How many bytes in all a read waits for, if it has said so.
    expected: usize,
    /// The most bytes that were there at once since the memory was last let go. Never less than `bytes.len()`.
    peak: usize,
}

impl Buffer {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.front.len() + self.bytes.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How much memory of its own it has.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Adds `data` at the end.
    pub(crate) fn append(&mut self, data: &[u8]) {
        self.make_room(data.len());
        self.bytes.extend_from_slice(data);
        self.peak = self.peak.max(self.bytes.len());
    }

    /// As [`append`](Buffer::append), without a copy if nothing is there.
    pub(crate) fn append_shared(&mut self, data: Bytes) {
        if self.is_empty() {
            self.front = data;
        } else {
            self.append(&data);
        }
    }

    /// Has the memory made large enough for `count` bytes in all when more arrives, so that it does not grow piece by
    /// piece.
    pub(crate) fn expect(&mut self, count: usize) {
        self.expected = count.min(LARGEST_EXPECTED);
    }

    /// Whether others may use it, if nothing will be taken before more arrives.
    pub(crate) fn is_spare(&mut self) -> bool {
        if !self.is_empty() || self.expected > 0 {
            return false;
        }
        if self.bytes.capacity() == 0 {
            *self = Buffer::default();
            return true;
        }
        self.bytes.try_reclaim(SMALLEST_ALLOCATION)
    }

    /// Everything, in one piece.
    pub(crate) fn contiguous(&mut self) -> &[u8] {
        if self.front.is_empty() {
            return &self.bytes;
        }
        if self.bytes.is_empty() {
            return &self.front;
        }
        self.gather();
        &self.bytes
    }

    /// Removes `count` bytes from the front, or everything if there is less.
    pub(crate) fn take(&mut self, count: usize) -> Bytes {
        self.expected = 0;
        if count >= self.len() {
            self.take_all()
        } else if count == 0 {
            Bytes::new()
        } else if count <= self.front.len() {
            self.front.split_to(count)
        } else {
            self.contiguous();
            self.bytes.split_to(count).freeze()
        }
    }

    /// How long the first line is with its `\n`, if that is in `front` and the rest no longer than `limit`.
    #[inline]
    pub(crate) fn line_in_front(&self, limit: usize) -> Option<usize> {
        let length = memchr(b'\n', &self.front)?;
        (length <= limit).then_some(length + 1)
    }

    /// Removes `count` bytes, all of which are in `front`.
    #[inline]
    pub(crate) fn take_from_front(&mut self, count: usize) -> Bytes {
        self.expected = 0;
        self.front.split_to(count)
    }

    /// Removes the first line, if all of it is there and no longer than `limit` without its `\n`.
    pub(crate) fn take_line(&mut self, limit: usize) -> Option<Bytes> {
        match self.line_in_front(limit) {
            Some(length) => Some(self.take_from_front(length)),
            None => self.take_first_line(limit),
        }
    }

    /// As [`take_line`](Buffer::take_line), if none ends in `front`. What follows it goes there.
    fn take_first_line(&mut self, limit: usize) -> Option<Bytes> {
        let data = self.contiguous();
        let length = memchr(b'\n', data).filter(|&length| length <= limit)?;
        let others = memrchr(b'\n', &data[length + 1..]);
        let Some(others) = others.filter(|_| self.front.is_empty()) else {
            return Some(self.take(length + 1));
        };
        self.front = self.take(length + 1 + others + 1);
        Some(self.front.split_to(length + 1))
    }

    /// Removes everything.
    pub(crate) fn take_all(&mut self) -> Bytes {
        self.expected = 0;
        self.contiguous();
        if self.bytes.is_empty() {
            return mem::take(&mut self.front);
        }
        if self.peak > LARGEST_KEPT {
            self.peak = 0;
            return mem::take(&mut self.bytes).freeze();
        }
        self.bytes.split().freeze()
    }

    /// Copies everything into memory of our own.
    fn gather(&mut self) {
        let (front, rest) = (mem::take(&mut self.front), mem::take(&mut self.bytes));
        self.make_room(front.len() + rest.len());
        self.bytes.extend_from_slice(&front);
        self.bytes.extend_from_slice(&rest);
        self.peak = self.peak.max(self.bytes.len());
    }

    /// Makes room for `count` bytes more.
    fn make_room(&mut self, count: usize) {
        let count = count.max(self.expected.saturating_sub(self.len()));
        if !self.bytes.try_reclaim(count) {
            self.bytes.reserve(count.max(SMALLEST_ALLOCATION));
        }
    }
}

/// A search for the first of several separators. It goes on where it stopped when more bytes were appended; what it
/// looks at must otherwise stay the same.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    /// At least one, none of them empty.
    separators: &'a [&'a [u8]],
    /// The length of the longest separator.
    longest: usize,
    /// No separator begins before this offset.
    scanned: usize,
}

/// Where a separator was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'a> Search<'a> {
    /// # Errors
    ///
    /// `ValueError` if there is no separator, or an empty one.
    pub(crate) fn new(separators: &'a [&'a [u8]]) -> Result<Self, ValueError> {
        let lengths = || separators.iter().map(|separator| separator.len());
        let (Some(shortest), Some(longest)) = (lengths().min(), lengths().max()) else {
            let text = "Separator should contain at least one element";
            return Err(ValueError::with_message(text));
        };
        if shortest == 0 {
            let text = "Separator should be at least one-byte string";
            return Err(ValueError::with_message(text));
        }
        Ok(Search {
            separators,
            longest,
            scanned: 0,
        })
    }

    /// For the end of a line, which does not begin before the offset `scanned`.
    pub(crate) fn for_line(scanned: usize) -> Self {
        Search {
            separators: &[b"\n"],
            longest: 1,
            scanned,
        }
    }

    /// The match that ends first (STR-03); of those that end together, the shortest.
    pub(crate) fn find(&mut self, data: &[u8]) -> Option<Match> {
        let unscanned = data.get(self.scanned..)?;
        let mut found: Option<Match> = None;
        for separator in self.separators {
            // A later separator wins only within what the earlier ones leave.
            let end = found.map_or(unscanned.len(), |best| best.end);
            let Some(start) = find(&unscanned[..end], separator) else {
                continue;
            };
            let candidate = Match {
                start,
                end: start + separator.len(),
            };
            if found.is_none_or(|best| candidate.is_before(best)) {
                found = Some(candidate);
            }
        }
        match found {
            Some(found) => Some(found.shifted(self.scanned)),
            None => {
                // A separator may have begun in the last bytes.
                self.scanned = self
                    .scanned
                    .max((data.len() + 1).saturating_sub(self.longest));
                None
            }
        }
    }

    /// How many bytes are known to lie before any separator.
    pub(crate) fn scanned(&self) -> usize {
        self.scanned
    }
}

impl Match {
    fn is_before(self, other: Match) -> bool {
        (self.end, other.start) < (other.end, self.start)
    }

    fn shifted(self, offset: usize) -> Match {
        Match {
            start: self.start + offset,
            end: self.end + offset,
        }
    }
}

fn find(data: &[u8], separator: &[u8]) -> Option<usize> {
    match separator {
        [byte] => memchr(*byte, data),
        _ => memmem::find(data, separator),
    }
}

/// Small messages share an allocation of this many bytes while the program keeps what it read.
pub(crate) const SMALLEST_ALLOCATION: usize = 4096;

/// What a single read of the loop can bring. Room for more is not made before it arrives: the number may come from a
/// peer that never sends so much.
const LARGEST_EXPECTED: usize = 256 * 1024;

/// A buffer that held more than this is let go when it is empty: a connection that was busy once and is idle now
/// must not keep the memory of its busiest moment.
const LARGEST_KEPT: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// The buffer, the naive model of it, and what a program keeps of what it read.
    #[derive(Default)]
    struct Pair {
        buffer: Buffer,
        model: Vec<u8>,
        kept: Vec<(Bytes, Vec<u8>)>,
        next: usize,
    }

    static PATTERN: [u8; 70_000] = {
        let mut pattern = [0; 70_000];
        let mut i = 0;
        while i < pattern.len() {
            pattern[i] = (i % 251) as u8;
            i += 1;
        }
        pattern
    };

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Append(usize),
        AppendShared(usize),
        TakeAndDrop(usize),
        TakeAndKeep(usize),
        TakeAll,
        /// Of so many bytes at most.
        TakeLine(usize),
        LookAtAll,
    }

    impl Pair {
        fn step(&mut self, step: Step) {
            match step {
                Step::Append(count) => self.append(count, Buffer::append),
                Step::AppendShared(count) => self.append(count, |buffer, data| {
                    buffer.append_shared(Bytes::copy_from_slice(data));
                }),
                Step::TakeAndDrop(count) => drop(self.take(count)),
                Step::TakeAndKeep(count) => {
                    let taken = self.take(count);
                    self.kept.push(taken);
                }
                Step::TakeAll => {
                    assert_eq!(self.buffer.take_all(), self.model);
                    self.model.clear();
                }
                Step::TakeLine(limit) => self.take_line(limit),
                Step::LookAtAll => assert_eq!(self.buffer.contiguous(), self.model),
            }
            self.check();
        }

        fn append(&mut self, count: usize, how: fn(&mut Buffer, &[u8])) {
            let data = &PATTERN[self.next..][..count];
            self.next = (self.next + count + 1) % 251;
            how(&mut self.buffer, data);
            self.model.extend_from_slice(data);
        }

        fn take(&mut self, count: usize) -> (Bytes, Vec<u8>) {
            let taken = self.buffer.take(count);
            let expected: Vec<u8> = self.model.drain(..count.min(self.model.len())).collect();
            assert_eq!(taken, expected);
            (taken, expected)
        }

        fn take_line(&mut self, limit: usize) {
            let length = self.model.iter().position(|byte| *byte == b'\n');
            let expected = length.filter(|length| *length <= limit);
            let line = self.buffer.take_line(limit);
            let expected = expected.map(|length| self.model.drain(..=length).collect::<Vec<_>>());
            assert_eq!(line.as_deref(), expected.as_deref());
            self.kept.extend(line.zip(expected));
        }

        fn check(&self) {
            let buffer = &self.buffer;
            assert_eq!([&buffer.front[..], &buffer.bytes].concat(), self.model);
            assert_eq!(buffer.len(), self.model.len());
            assert!(buffer.peak >= buffer.bytes.len());
            for (taken, expected) in &self.kept {
                assert_eq!(taken, expected, "what was taken never changes");
            }
        }
    }

    #[test]
    fn every_short_sequence_of_steps_equals_the_model() {
        let sizes = [0, 1, SMALLEST_ALLOCATION, LARGEST_KEPT + 1];
        let steps: Vec<Step> = (sizes.into_iter())
            .flat_map(|n| [Step::Append(n), Step::TakeAndDrop(n), Step::TakeAndKeep(n)])
            .chain([Step::AppendShared(1), Step::AppendShared(LARGEST_KEPT)])
            .chain([Step::TakeAll, Step::LookAtAll, Step::TakeLine(100)])
            .collect();
        const DEPTH: u32 = 4;
        for code in 0..steps.len().pow(DEPTH) {
            let mut pair = Pair::default();
            pair.append(3, Buffer::append);
            let mut rest = code;
            for _ in 0..DEPTH {
                pair.step(steps[rest % steps.len()]);
                rest /= steps.len();
            }
        }
    }

    #[test]
    fn a_long_run_equals_the_model() {
        let mut pair = Pair::default();
        let mut random = 1_u32;
        for _ in 0..20_000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let count = (random >> 16) as usize % 700;
            pair.step(match random >> 29 {
                0 | 1 => Step::Append(count),
                2 => Step::AppendShared(count),
                3 | 4 => Step::TakeAndDrop(count),
                5 => Step::TakeAndKeep(count),
                6 => Step::TakeAll,
                _ if random & 1 == 0 => Step::TakeLine(count),
                _ => Step::TakeAndDrop(1),
            });
            if pair.kept.len() > 8 {
                pair.kept.clear();
            }
        }
    }

    #[test]
    fn memory_is_used_again_once_what_was_taken_is_dropped() {
        let mut buffer = Buffer::default();
        buffer.append(&[0; 100]);
        let first = buffer.take_all();
        let memory = first.as_ptr();
        drop(first);
        for _ in 0..1000 {
            buffer.append(&[0; 100]);
            let taken = buffer.take(100);
            assert!(
                (memory.addr()..memory.addr() + SMALLEST_ALLOCATION)
                    .contains(&taken.as_ptr().addr())
            );
        }
    }

    #[test]
    fn what_arrives_alone_in_memory_of_its_own_is_not_copied() {
        let mut buffer = Buffer::default();
        let data = Bytes::from(vec![7; 1000]);
        buffer.append_shared(data.clone());
        assert_eq!(buffer.take(10).as_ptr(), data.as_ptr());
        assert_eq!(buffer.take_all().as_ptr(), data[10..].as_ptr());
        assert!(buffer.is_empty());
        assert_eq!(buffer.bytes.capacity(), 0);
    }

    #[test]
    fn room_for_what_is_expected_is_made_once() {
        let mut buffer = Buffer::default();
        buffer.append(b"head");
        buffer.expect(100_000);
        buffer.append(&[0; 1000]);
        let memory = buffer.bytes.as_ptr();
        while buffer.len() < 100_000 {
            buffer.append(&[0; 1000][..(100_000 - buffer.len()).min(1000)]);
        }
        assert_eq!(buffer.bytes.as_ptr(), memory);
        buffer.expect(usize::MAX);
        buffer.append(b"tail");
        assert!(buffer.bytes.capacity() < 2 * LARGEST_EXPECTED);
    }

    #[test]
    fn a_buffer_is_spare_once_what_was_in_it_is_dropped() {
        let mut buffer = Buffer::default();
        buffer.append(b"message");
        assert!(!buffer.is_spare(), "there is something to be read");
        let kept = buffer.take_all();
        assert!(!buffer.is_spare(), "what was read is still in use");
        drop(kept);
        assert!(buffer.is_spare());
        buffer.expect(100_000);
        assert!(!buffer.is_spare(), "it was told what to expect");
    }

    #[test]
    fn lines_are_taken_where_they_are() {
        let mut buffer = Buffer::default();
        buffer.append(b"one\ntwo\nthr");
        let memory = buffer.bytes.as_ptr();
        let lines = [
            buffer.take_line(9),
            buffer.take_line(9),
            buffer.take_line(9),
        ];
        assert_eq!(lines, [Some("one\n".into()), Some("two\n".into()), None]);
        buffer.append(b"ee\nfour\nfive\n");
        assert_eq!(buffer.take_line(4), None, "it is longer");
        let [three, four] = [buffer.take_line(5), buffer.take_line(5)].map(Option::unwrap);
        assert_eq!(
            (three.as_ref(), four.as_ref()),
            (&b"three\n"[..], &b"four\n"[..])
        );
        assert_eq!(three.as_ptr().addr(), memory.addr() + 8);
        buffer.append(b"si");
        assert_eq!(buffer.take(7), "five\nsi");
    }

    #[test]
    fn memory_of_a_busy_moment_is_let_go() {
        let mut buffer = Buffer::default();
        buffer.append(&vec![0; LARGEST_KEPT + 1]);
        drop(buffer.take(LARGEST_KEPT));
        assert_eq!(buffer.take(1).len(), 1);
        assert_eq!(buffer.bytes.capacity(), 0);
        assert_eq!(buffer.peak, 0);
    }

    /// The shortest beginning of `data` that has a separator as its end, and the shortest such separator.
    fn naive(data: &[u8], separators: &[&[u8]]) -> Option<Match> {
        (0..=data.len()).find_map(|end| {
            let ends = |separator: &&&[u8]| data[..end].ends_with(separator);
            let shortest = separators
                .iter()
                .filter(ends)
                .min_by_key(|separator| separator.len())?;
            Some(Match {
                start: end - shortest.len(),
                end,
            })
        })
    }

    const SEPARATOR_SETS: &[&[&[u8]]] = &[
        &[b"a"],
        &[b"ab"],
        &[b"aab"],
        &[b"aba"],
        &[b"a", b"b"],
        &[b"ab", b"b"],
        &[b"b", b"ab"],
        &[b"aab", b"ab", b"ba"],
        &[b"abab", b"bb"],
        &[b"ac", b"aac", b"caa"],
        &[b"bbbb", b"a"],
    ];

    /// All words of up to seven letters.
    fn words() -> impl Iterator<Item = Vec<u8>> {
        (0..8_u32).flat_map(|length| {
            (0..3_u32.pow(length)).map(move |code| {
                (0..length)
                    .map(|i| b'a' + (code / 3_u32.pow(i) % 3) as u8)
                    .collect()
            })
        })
    }

    #[test]
    fn a_search_finds_what_the_naive_one_finds() {
        for word in words() {
            for separators in SEPARATOR_SETS {
                let found = Search::new(separators).unwrap().find(&word);
                assert_eq!(found, naive(&word, separators), "{word:?} {separators:?}");
            }
        }
    }

    #[test]
    fn a_search_goes_on_at_every_cut() {
        for word in words() {
            for separators in SEPARATOR_SETS {
                let mut search = Search::new(separators).unwrap();
                for arrived in 0..=word.len() {
                    let found = search.find(&word[..arrived]);
                    assert_eq!(
                        found,
                        naive(&word[..arrived], separators),
                        "{word:?} {separators:?}"
                    );
                    if found.is_some() {
                        break;
                    }
                    let longest = separators
                        .iter()
                        .map(|separator| separator.len())
                        .max()
                        .unwrap();
                    assert_eq!(search.scanned(), (arrived + 1).saturating_sub(longest));
                }
            }
        }
    }

    #[test]
    fn separators_must_be_there_and_not_empty() {
        let none = Search::new(&[]).unwrap_err();
        assert_eq!(
            none.message(),
            "Separator should contain at least one element"
        );
        let empty = Search::new(&[b"x", b""]).unwrap_err();
        assert_eq!(
            empty.message(),
            "Separator should be at least one-byte string"
        );
    }
}
