//! [`ProcessMap`]: `map` of a process pool, in chunks.

use std::fmt;
use std::vec;

use asyncio_executor::Result;
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use super::jobs::decode;
use super::{ProcessPoolExecutor, request};
use crate::concurrent::executor::{Map, MapResults};
use crate::concurrent::future::Future;
use crate::timeouts::IntoTimeout;

/// What `map` of a process pool returns. It starts when it is iterated over: `for result in pool.map(f, items)`.
#[must_use = "nothing is submitted until it is iterated over"]
pub struct ProcessMap<F, I> {
    pool: ProcessPoolExecutor,
    function: F,
    items: I,
    chunksize: usize,
    timeout: Option<f64>,
    buffersize: Option<usize>,
}

impl<F, I> ProcessMap<F, I> {
    pub(super) fn new(pool: ProcessPoolExecutor, function: F, items: I) -> Self {
        ProcessMap {
            pool,
            function,
            items,
            chunksize: 1,
            timeout: None,
            buffersize: None,
        }
    }

    /// How many items are sent at a time, one by default: `chunksize=`. Many small ones are faster together. If one of
    /// a chunk fails, all of it does.
    pub fn chunksize(mut self, chunksize: usize) -> Self {
        self.chunksize = chunksize;
        self
    }

    /// The time for all results together, from the begin of the iteration: `timeout=`.
    pub fn timeout(mut self, timeout: impl IntoTimeout) -> Self {
        self.timeout = timeout.into_timeout();
        self
    }

    /// How many chunks may be submitted whose results were not taken, at least one: `buffersize=`. Without it, all are
    /// submitted at once.
    pub fn buffersize(mut self, buffersize: usize) -> Self {
        self.buffersize = Some(buffersize);
        self
    }
}

impl<F, I, R> IntoIterator for ProcessMap<F, I>
where
    F: Fn(I::Item) -> R + Copy + Send + Sync + 'static,
    I: Iterator + 'static,
    I::Item: Serialize + DeserializeOwned,
    R: Serialize + DeserializeOwned + Send + 'static,
{
    type Item = Result<R>;
    type IntoIter = ProcessMapResults<R>;

    /// # Panics
    ///
    /// "ValueError" if the size of the chunks or of the buffer is 0.
    fn into_iter(self) -> ProcessMapResults<R> {
        let (pool, chunksize) = (self.pool, self.chunksize);
        assert!(chunksize > 0, "ValueError: chunksize must be >= 1.");
        let _ = self.function;
        let mut items = self.items.fuse();
        let submitting = std::iter::from_fn(move || {
            let chunk: Vec<_> = items.by_ref().take(chunksize).collect();
            (!chunk.is_empty()).then(|| pool.send(request::<F, _>(&chunk), |bytes| decode(&bytes)))
        });
        let mut chunks = Map::new(Box::new(submitting) as Submitting<R>).timeout(self.timeout);
        if let Some(buffersize) = self.buffersize {
            chunks = chunks.buffersize(buffersize);
        }
        ProcessMapResults {
            chunks: chunks.into_iter(),
            chunk: Vec::new().into_iter(),
        }
    }
}

impl<F, I> fmt::Debug for ProcessMap<F, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessMap")
            .field("chunksize", &self.chunksize)
            .field("timeout", &self.timeout)
            .field("buffersize", &self.buffersize)
            .finish_non_exhaustive()
    }
}

type Submitting<R> = Box<dyn Iterator<Item = Future<Vec<R>>>>;

/// The results of a [`ProcessMap`], in the order of its items. It ends after the first error. What has not begun by
/// then, or when it is dropped, is cancelled.
pub struct ProcessMapResults<R> {
    chunks: MapResults<Vec<R>, Submitting<R>>,
    chunk: vec::IntoIter<R>,
}

impl<R> Iterator for ProcessMapResults<R> {
    type Item = Result<R>;

    fn next(&mut self) -> Option<Result<R>> {
        loop {
            if let Some(result) = self.chunk.next() {
                return Some(Ok(result));
            }
            match self.chunks.next()? {
                Ok(chunk) => self.chunk = chunk.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<R> fmt::Debug for ProcessMapResults<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<ProcessMapResults of {:?}>", self.chunks)
    }
}
