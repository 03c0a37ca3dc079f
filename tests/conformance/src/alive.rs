//! What is alive in this process: open descriptors, threads and children. Linux tells, elsewhere nothing is known.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, process, thread};

/// A snapshot of what is alive.
#[derive(Debug)]
pub(crate) struct Alive(BTreeSet<String>);

impl Alive {
    pub(crate) fn now() -> Self {
        let mut found = BTreeSet::new();
        found.extend(descriptors());
        for thread in names("/proc/self/task") {
            let folder = format!("/proc/self/task/{thread}");
            found.insert(format!(
                "thread {thread} ({})",
                read(&format!("{folder}/comm"))
            ));
            let children = read(&format!("{folder}/children"));
            found.extend(
                children
                    .split_whitespace()
                    .map(|pid| format!("process {pid} ({})", read(&format!("/proc/{pid}/comm")))),
            );
        }
        Self(found)
    }

    /// What is alive now and was not then, after what is just going away had time to do so.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        let deadline = Instant::now() + SETTLING;
        loop {
            let arrivals = self.arrivals();
            if arrivals.is_empty() || Instant::now() > deadline {
                return arrivals;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn arrivals(&self) -> Vec<String> {
        Self::now().0.difference(&self.0).cloned().collect()
    }
}

/// The kernel lists a thread for a moment after it was joined.
const SETTLING: Duration = Duration::from_secs(1);

/// The open descriptors with what they lead to, but for the one that lists them.
fn descriptors() -> impl Iterator<Item = String> {
    let listing = format!("/proc/{}/fd", process::id());
    names("/proc/self/fd")
        .into_iter()
        .filter_map(move |number| {
            let target = fs::read_link(format!("/proc/self/fd/{number}")).ok()?;
            (target != Path::new(&listing))
                .then(|| format!("descriptor {number} ({})", target.display()))
        })
}

fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// The text of a file; nothing if its owner has just gone.
fn read(path: &str) -> String {
    fs::read_to_string(path)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};
    use std::sync::mpsc;

    use super::*;

    /// One test, because the snapshots are of the whole process.
    #[test]
    fn what_is_left_alive_is_named() {
        let before = Alive::now();
        let file = fs::File::open("/dev/null").unwrap();
        let (stop, stopped) = mpsc::channel::<()>();
        let (started, start) = mpsc::channel();
        let worker = thread::Builder::new().name("worker".into());
        let worker = worker.spawn(move || started.send(()).map(|()| stopped.recv()));
        start.recv().unwrap();
        let mut child = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();

        let arrivals = before.arrivals().join("\n");
        assert!(arrivals.contains("(/dev/null)"), "{arrivals}");
        assert!(arrivals.contains("(worker)"), "{arrivals}");
        assert!(
            arrivals.contains(&format!("process {} (", child.id())),
            "{arrivals}"
        );

        drop((file, stop, child.stdin.take()));
        child.wait().unwrap();
        worker.unwrap().join().unwrap().unwrap().unwrap_err();
        assert_eq!(before.left_behind(), Vec::<String>::new());
    }
}
