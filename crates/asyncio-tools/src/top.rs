//! `asyncio top`: a table of the tasks, live, the longest steps first.

use std::io::{self, IsTerminal, Read, Write};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::stdio::stdin;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
};

use crate::arguments::Arguments;
use crate::ps::{awaits, seconds, state, table};
use crate::snapshot::{Snapshot, Task};
use crate::text::{Harmless, cut};
use crate::{Failure, client, json};

/// Looks again and again, until `q`, Ctrl-C or the program's end.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let is_terminal = io::stdout().is_terminal() && !arguments.json && !arguments.once;
    let keys = Keys::of_terminal(is_terminal);
    loop {
        let began = Instant::now();
        let snapshot = client::ask(arguments)?;
        let shown = match (arguments.json, is_terminal) {
            (true, _) => json::render(&snapshot),
            (false, false) => page(&snapshot, None),
            (false, true) => screen(&page(&snapshot, Some(size()))),
        };
        let mut out = io::stdout().lock();
        let written = out.write_all(shown.as_bytes()).and_then(|()| out.flush());
        written.map_err(Failure::Output)?;
        let left = arguments.interval.saturating_sub(began.elapsed());
        if arguments.once || keys.wait_for_end(left) {
            return Ok(());
        }
    }
}

/// Rows and columns.
type Size = (usize, usize);

fn size() -> Size {
    let size = tcgetwinsize(io::stdout()).ok();
    let size = size.filter(|size| size.ws_row > 0 && size.ws_col > 0);
    size.map_or(USUAL_SIZE, |size| (size.ws_row.into(), size.ws_col.into()))
}

/// The screen with `page` on it: from the top left corner, each line and what is below cleared.
fn screen(page: &str) -> String {
    let lines: Vec<_> = page.lines().map(|line| format!("{line}\x1b[K")).collect();
    format!("\x1b[H{}\x1b[J", lines.join("\r\n"))
}

fn page(snapshot: &Snapshot, size: Option<Size>) -> String {
    let mut tasks: Vec<&Task> = snapshot.tasks.iter().collect();
    tasks.sort_by(|a, b| {
        let longest = b
            .longest
            .unwrap_or(-1.0)
            .total_cmp(&a.longest.unwrap_or(-1.0));
        longest.then(b.steps.cmp(&a.steps))
    });
    let mut rows = vec![HEAD.map(str::to_owned)];
    let shown = size.map_or(usize::MAX, |(rows, _)| rows.saturating_sub(3));
    rows.extend(tasks.into_iter().take(shown).map(row));
    let head = format!(
        "{}: {} tasks; process {}, loop time {:.3}\n",
        Harmless(&snapshot.program),
        snapshot.tasks.len(),
        Harmless(&snapshot.pid),
        snapshot.time,
    );
    let text = head + &table(&rows);
    let columns = size.map_or(usize::MAX, |(_, columns)| columns);
    let lines = text
        .lines()
        .map(|line| cut(line.to_owned(), columns) + "\n");
    lines.collect()
}

fn row(task: &Task) -> [String; COLUMNS] {
    [
        task.longest.map_or_else(String::new, seconds),
        task.steps
            .map_or_else(String::new, |steps| steps.to_string()),
        task.since.map_or_else(String::new, seconds),
        state(task),
        cut(Harmless(&task.name).to_string(), 30),
        cut(Harmless(&task.coro).to_string(), 40),
        awaits(task),
    ]
}

/// The keyboard, which gives each key at once while this lives.
struct Keys(Option<Termios>);

impl Keys {
    fn of_terminal(wanted: bool) -> Self {
        let before = Some(stdin()).filter(|stdin| wanted && stdin.is_terminal());
        let before = before.and_then(|stdin| tcgetattr(stdin).ok());
        if let Some(before) = &before {
            let mut raw = before.clone();
            // Ctrl-C is a key as well: the terminal must be put right before the end.
            raw.local_modes &= !(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
            raw.special_codes[SpecialCodeIndex::VMIN] = 0;
            raw.special_codes[SpecialCodeIndex::VTIME] = 0;
            // Without it, Enter is needed after the `q`.
            let _ = tcsetattr(stdin(), OptionalActions::Now, &raw);
            print!("\x1b[?25l\x1b[2J");
        }
        Keys(before)
    }

    /// Waits for that long. Whether a key said that it is enough.
    fn wait_for_end(&self, wait: Duration) -> bool {
        let end = Instant::now() + wait;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if self.0.is_none() {
                std::thread::sleep(left);
                return false;
            }
            let timeout = Timespec::try_from(left).ok();
            let mut fds = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN)];
            let ready = poll(&mut fds, timeout.as_ref());
            if !ready.is_ok_and(|count| count > 0) {
                if left.is_zero() {
                    return false;
                }
                continue;
            }
            let mut key = [0];
            match io::stdin().lock().read(&mut key) {
                Ok(1) if ENDS.contains(&key[0]) => return true,
                Ok(1) => {}
                // The terminal is gone.
                _ => return true,
            }
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = tcsetattr(stdin(), OptionalActions::Now, before);
            println!("\x1b[?25h");
        }
    }
}

const COLUMNS: usize = 7;
const HEAD: [&str; COLUMNS] = [
    "LONGEST",
    "STEPS",
    "SINCE",
    "STATE",
    "NAME",
    "COROUTINE",
    "AWAITS",
];
/// `q`, Ctrl-C, Ctrl-D.
const ENDS: &[u8] = b"qQ\x03\x04";
/// Of a terminal that does not say.
const USUAL_SIZE: Size = (24, 80);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::parse;

    fn snapshot() -> Snapshot {
        let answer = "asyncio-inspect 1\nprocess\tpid=7\tprogram=app\ttime=1\n\
            task\tid=1\tname=quick\tsteps=9\tlongest=0.001\ntask\tid=2\tname=new\n\
            task\tid=3\tname=slow\tsteps=1\tlongest=0.5\nend\n";
        parse(answer).unwrap()
    }

    #[test]
    fn the_longest_step_comes_first() {
        let page = page(&snapshot(), None);
        let at = |name: &str| page.find(name).unwrap();
        assert!(
            at("slow") < at("quick") && at("quick") < at("new"),
            "{page}"
        );
        assert!(
            page.starts_with("app: 3 tasks; process 7, loop time 1.000\n"),
            "{page}"
        );
        assert!(!page.contains('\x1b'));
    }

    #[test]
    fn a_screen_has_so_many_lines_of_such_a_width() {
        let page = page(&snapshot(), Some((5, 12)));
        assert_eq!(page.lines().count(), 4);
        assert!(
            page.lines().all(|line| line.chars().count() <= 12),
            "{page}"
        );
        assert!(screen(&page).starts_with("\x1b[Happ: 3 task…\x1b[K\r\n"));
    }
}
