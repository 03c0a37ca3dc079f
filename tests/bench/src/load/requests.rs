//! [`Requests`]: what is sent, and must come back.

use std::iter;

use crate::contestants::LAST;

/// The requests: each is a part of one pattern, and differs from those before and after it. So a connection needs no
/// memory for its request, and the check of a reply is one comparison.
pub(crate) struct Requests {
    pattern: Box<[u8]>,
    size: usize,
    /// How far apart two of them begin.
    step: usize,
    /// How many different ones there are: more than are under way at a time.
    variants: usize,
    /// How many there were.
    number: usize,
}

impl Requests {
    /// Any bytes.
    pub(crate) fn bytes(size: usize) -> Self {
        const VARIANTS: usize = 4096;
        Requests {
            pattern: random().take(size + VARIANTS).collect(),
            size,
            step: 1,
            variants: VARIANTS,
            number: 0,
        }
    }

    /// Lines of so many bytes with the separator, and so many lines in a request, of which the last one starts with
    /// [`LAST`].
    pub(crate) fn lines(lines: usize, length: usize, separator: &[u8]) -> Self {
        const VARIANTS: usize = 64;
        let mut letters = random().map(|byte| b'a' + byte % 16);
        let mut pattern = Vec::new();
        for number in 1..=VARIANTS * lines {
            let start = pattern.len();
            pattern.extend(letters.by_ref().take(length - separator.len()));
            pattern.extend_from_slice(separator);
            if number % lines == 0 {
                pattern[start] = LAST;
            }
        }
        Requests {
            pattern: pattern.into(),
            size: lines * length,
            step: lines * length,
            variants: VARIANTS,
            number: 0,
        }
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Where the pattern has the next request.
    pub(super) fn next(&mut self) -> usize {
        self.number += 1;
        self.number % self.variants * self.step
    }

    /// The request that begins there.
    pub(super) fn at(&self, start: usize) -> &[u8] {
        &self.pattern[start..start + self.size]
    }
}

/// Bytes without a pattern, the same each time.
fn random() -> impl Iterator<Item = u8> {
    let mut state = 1_u64;
    iter::repeat_with(move || {
        // Knuth's generator; its upper bits are the random ones.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_differ() {
        let mut requests = Requests::bytes(64);
        let starts: Vec<_> = (0..1000).map(|_| requests.next()).collect();
        let mut seen: Vec<_> = starts.iter().map(|&start| requests.at(start)).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1000);
    }

    #[test]
    fn the_last_line_of_a_request_is_marked() {
        let mut requests = Requests::lines(3, 8, b"\r\n");
        let start = requests.next();
        let request = std::str::from_utf8(requests.at(start)).unwrap();
        let firsts: Vec<_> = request
            .split_terminator("\r\n")
            .map(|line| line.as_bytes()[0] == LAST)
            .collect();
        assert_eq!(firsts, [false, false, true]);
        assert_eq!(requests.size(), 24);
    }
}
