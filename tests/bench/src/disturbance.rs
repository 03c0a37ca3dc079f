//! Whether something else had the processor while a measurement ran.
//!
//! Linux tells how long each thread was ready to run and did not (`/proc/*/task/*/schedstat`), and how long the
//! hypervisor ran something else (`/proc/stat`). Without these files, nothing counts as disturbed.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// A measurement that runs.
pub(crate) struct Watch {
    started: Instant,
    lost_before: Duration,
}

impl Watch {
    pub(crate) fn start() -> Self {
        Watch {
            lost_before: lost(),
            started: Instant::now(),
        }
    }

    /// Whether more than [`TOLERATED`] of the time since the start was lost to others.
    pub(crate) fn was_disturbed(&self) -> bool {
        let elapsed = self.started.elapsed();
        lost().saturating_sub(self.lost_before) > elapsed.mul_f64(TOLERATED)
    }
}

/// A child process that takes part in measurements of this thread, until this is dropped.
pub(crate) struct Involved {
    process: u32,
}

impl Involved {
    pub(crate) fn process(process: u32) -> Self {
        INVOLVED.with_borrow_mut(|involved| involved.push(process));
        Involved { process }
    }
}

impl Drop for Involved {
    fn drop(&mut self) {
        INVOLVED.with_borrow_mut(|involved| involved.retain(|process| *process != self.process));
    }
}

thread_local! {
    static INVOLVED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// The time that this process, those involved, and the machine as a whole have waited for a processor so far.
fn lost() -> Duration {
    let children: Duration = INVOLVED.with_borrow(|involved| {
        let folders = involved.iter().map(|process| format!("/proc/{process}"));
        folders.map(|folder| waited(Path::new(&folder))).sum()
    });
    waited(Path::new("/proc/self")) + children + stolen()
}

/// The time that the threads of a process were ready and did not run.
fn waited(process: &Path) -> Duration {
    let Ok(threads) = fs::read_dir(process.join("task")) else {
        return Duration::ZERO;
    };
    let statistics = threads
        .flatten()
        .flat_map(|thread| fs::read_to_string(thread.path().join("schedstat")));
    statistics
        .filter_map(|text| text.split_whitespace().nth(1)?.parse().ok())
        .map(Duration::from_nanos)
        .sum()
}

/// The time that the hypervisor gave to other machines.
fn stolen() -> Duration {
    let ticks = fs::read_to_string("/proc/stat").ok().and_then(|text| {
        let all_processors = text.lines().next()?;
        let ticks = all_processors.split_whitespace().nth(STEAL)?;
        ticks.parse::<u64>().ok()
    });
    Duration::from_millis(10 * ticks.unwrap_or(0))
}

/// The column of `/proc/stat`, in hundredths of a second.
const STEAL: usize = 8;

/// Less than what makes a difference between contestants, more than what the kernel's own threads take.
const TOLERATED: f64 = 0.02;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_a_processor_is_lost_time() {
        let before = lost();
        assert!(lost() >= before);
        if !Path::new("/proc/self/schedstat").exists() {
            return;
        }
        // A thread that is pinned beside another one cannot run all the time.
        let watch = Watch::start();
        let rivals: Vec<_> = (0..4 * std::thread::available_parallelism().unwrap().get())
            .map(|_| {
                std::thread::spawn(|| {
                    let start = crate::clock::thread_cpu();
                    while crate::clock::thread_cpu() - start < Duration::from_millis(20) {}
                })
            })
            .collect();
        while rivals.iter().any(|rival| !rival.is_finished()) {
            std::hint::spin_loop();
        }
        assert!(watch.was_disturbed());
    }
}
