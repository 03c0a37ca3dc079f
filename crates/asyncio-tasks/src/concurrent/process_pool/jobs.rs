//! The functions that may be jobs of process pools: a table that is the same in this process and its workers.

use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::sync::OnceLock;

use asyncio_executor::{Error, Result, RuntimeError, caught};
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use super::worker;

/// Names the functions that [process pools](crate::concurrent::ProcessPoolExecutor) may call, and makes this program
/// able to be a worker: the line `if __name__ == "__main__":` of Python's process pools. It belongs at the begin of
/// `main`.
///
/// A worker is another process of this same program, with the same arguments. When it comes to this line, it serves the
/// pool and never goes on. What `main` does before this line, each worker does too.
///
/// ```
/// fn is_prime(n: u64) -> bool {
///     (2..n).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
/// }
///
/// fn main() -> asyncio_tasks::Result<()> {
///     asyncio_tasks::process_jobs!(is_prime);
///     let pool = asyncio_tasks::concurrent::ProcessPoolExecutor::new(2);
///     assert!(pool.submit(is_prime, 112_272_535_095_293).result(None)?);
///     Ok(())
/// }
/// ```
///
/// # Panics
///
/// If it is called again with other functions.
#[macro_export]
macro_rules! process_jobs {
    ($($function:path),* $(,)?) => {
        $crate::concurrent::ProcessJobs::default()$(.with_job($function))*.begin()
    };
}

/// What [`process_jobs!`](crate::process_jobs) is made of.
#[doc(hidden)]
#[derive(Default)]
#[must_use = "nothing is known until `begin` is called"]
pub struct ProcessJobs {
    jobs: Vec<Entry>,
}

/// A function that workers can call.
pub(super) struct Entry {
    id: TypeId,
    name: &'static str,
    run: Box<Run>,
}

/// From the encoded arguments of a sequence of calls to their encoded results.
type Run = dyn Fn(&[u8]) -> Result<Vec<u8>> + Send + Sync;

static JOBS: OnceLock<ProcessJobs> = OnceLock::new();

impl ProcessJobs {
    /// With one more function.
    pub fn with_job<F, A, R>(mut self, function: F) -> Self
    where
        F: Fn(A) -> R + Copy + Send + Sync + 'static,
        A: DeserializeOwned,
        R: Serialize,
    {
        self.jobs.push(Entry {
            id: id::<F>(),
            name: type_name::<F>(),
            run: Box::new(move |arguments| run_all(function, arguments)),
        });
        self
    }

    /// Makes them known. In a worker, serves and does not return.
    #[track_caller]
    pub fn begin(self) {
        let ids = |jobs: &Self| jobs.jobs.iter().map(|entry| entry.id).collect::<Vec<_>>();
        let given = ids(&self);
        let known = JOBS.get_or_init(|| self);
        assert!(
            ids(known) == given,
            "RuntimeError: process_jobs! was called before, with other functions"
        );
        if worker::is_worker() {
            worker::serve(&known.jobs);
        }
    }
}

impl std::fmt::Debug for ProcessJobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.jobs.iter().map(|entry| entry.name);
        f.debug_list().entries(names).finish()
    }
}

/// The number under which workers know `F`.
pub(super) fn number_of<F: 'static>() -> Result<usize> {
    static NUMBERS: OnceLock<HashMap<TypeId, usize>> = OnceLock::new();
    let unknown = || {
        let name = type_name::<F>();
        let text = format!(
            "worker processes do not know `{name}`: `main` must begin with `asyncio::process_jobs!({name});`"
        );
        Error::from(RuntimeError::with_message(text))
    };
    let known = JOBS.get().ok_or_else(unknown)?;
    let numbers = NUMBERS.get_or_init(|| {
        let ids = known.jobs.iter().map(|entry| entry.id);
        ids.enumerate().map(|(number, id)| (id, number)).collect()
    });
    numbers.get(&id::<F>()).copied().ok_or_else(unknown)
}

impl Entry {
    /// Calls the function with each of the encoded arguments.
    pub(super) fn run(&self, arguments: &[u8]) -> Result<Vec<u8>> {
        caught(|| (self.run)(arguments))
    }
}

fn run_all<F, A, R>(function: F, arguments: &[u8]) -> Result<Vec<u8>>
where
    F: Fn(A) -> R,
    A: DeserializeOwned,
    R: Serialize,
{
    let arguments: Vec<A> = decode(arguments)?;
    let results: Vec<R> = arguments.into_iter().map(function).collect();
    encode(&results)
}

/// A function's type stands for it, as each has one of its own. A pointer's does not: it says only what is taken and
/// returned.
fn id<F: 'static>() -> TypeId {
    const {
        assert!(
            size_of::<F>() == 0,
            "a job of a process pool is a function by its name, neither a pointer nor a closure that captures"
        );
    }
    TypeId::of::<F>()
}

/// MessagePack with the names of fields: it describes itself, so that all of serde's attributes work, as they do not
/// in the formats that are yet smaller.
pub(super) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    Ok(rmp_serde::to_vec_named(value)?)
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    Ok(rmp_serde::from_slice(bytes)?)
}
