//! SYNC-18: equal items of a priority queue come out in the order of the heap.

use std::cmp::Ordering;

use asyncio::{PriorityQueue, Result};

struct Job {
    priority: u32,
    name: &'static str,
}

impl Ord for Job {
    fn cmp(&self, other: &Self) -> Ordering {
        self.priority.cmp(&other.priority)
    }
}

impl PartialOrd for Job {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Job {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Job {}

pub fn main() -> Result<()> {
    asyncio::run(async {
        let queue = PriorityQueue::new(0);
        for name in ["a", "b", "c", "d", "e", "f", "g"] {
            queue.put_nowait(Job { priority: 1, name })?;
        }
        let (priority, name) = (0, "first");
        queue.put_nowait(Job { priority, name })?;
        while let Ok(job) = queue.get_nowait() {
            println!("{}", job.name);
        }
        Ok(())
    })
}
