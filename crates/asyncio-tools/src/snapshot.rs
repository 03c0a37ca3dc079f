//! What a program answered: version 1 of the protocol that `docs/inspection.md` describes.

use std::collections::HashMap;

/// All tasks of a loop at one moment.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) pid: String,
    pub(crate) program: String,
    /// Seconds of the loop's clock.
    pub(crate) time: f64,
    pub(crate) tasks: Vec<Task>,
}

/// One task. What is not known is empty.
#[derive(Debug, Default)]
pub(crate) struct Task {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) cancelling: u64,
    pub(crate) coro: String,
    pub(crate) created: String,
    pub(crate) awaits: String,
    pub(crate) at: String,
    /// Seconds.
    pub(crate) since: Option<f64>,
    pub(crate) steps: Option<u64>,
    /// Seconds.
    pub(crate) longest: Option<f64>,
    pub(crate) awaited_by: Vec<u64>,
}

/// Why an answer is none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It is not in this protocol.
    Foreign,
    /// It is in another version.
    Version(String),
    /// It ends too early.
    Incomplete,
    /// The program refused; with its reason.
    Refused(String),
}

pub(crate) fn parse(answer: &str) -> Result<Snapshot, Unusable> {
    let mut lines = answer.split_terminator('\n');
    match lines
        .next()
        .and_then(|line| line.strip_prefix("asyncio-inspect "))
    {
        Some("1") => {}
        Some(version) => return Err(Unusable::Version(version.to_owned())),
        None if answer.is_empty() => return Err(Unusable::Incomplete),
        None => return Err(Unusable::Foreign),
    }
    let mut snapshot = Snapshot::default();
    for line in lines {
        let (word, fields) = line.split_once('\t').unwrap_or((line, ""));
        let fields = fields_of(fields);
        match word {
            "process" => snapshot.describe(&fields),
            "task" => snapshot.tasks.push(Task::from_fields(&fields)),
            "error" => return Err(Unusable::Refused(text(&fields, "text"))),
            "end" if answer.ends_with('\n') => return Ok(snapshot),
            _ => {}
        }
    }
    Err(Unusable::Incomplete)
}

type Fields<'a> = HashMap<&'a str, &'a str>;

impl Snapshot {
    fn describe(&mut self, fields: &Fields<'_>) {
        self.pid = text(fields, "pid");
        self.program = text(fields, "program");
        self.time = number(fields, "time").unwrap_or_default();
    }
}

impl Task {
    fn from_fields(fields: &Fields<'_>) -> Self {
        let awaited_by = fields.get("awaited_by").into_iter();
        let awaited_by = awaited_by.flat_map(|ids| ids.split(','));
        Task {
            id: fields
                .get("id")
                .and_then(|id| hexadecimal(id))
                .unwrap_or_default(),
            name: text(fields, "name"),
            state: text(fields, "state"),
            cancelling: number(fields, "cancelling").unwrap_or_default(),
            coro: text(fields, "coro"),
            created: text(fields, "created"),
            awaits: text(fields, "awaits"),
            at: text(fields, "at"),
            since: number(fields, "since"),
            steps: number(fields, "steps"),
            longest: number(fields, "longest"),
            awaited_by: awaited_by.filter_map(hexadecimal).collect(),
        }
    }
}

fn fields_of(fields: &str) -> Fields<'_> {
    let fields = fields.split('\t');
    fields.filter_map(|field| field.split_once('=')).collect()
}

fn hexadecimal(id: &str) -> Option<u64> {
    u64::from_str_radix(id, 16).ok()
}

fn number<N: std::str::FromStr>(fields: &Fields<'_>, name: &str) -> Option<N> {
    fields.get(name)?.parse().ok()
}

/// The value with its escapes undone.
fn text(fields: &Fields<'_>, name: &str) -> String {
    let mut characters = fields.get(name).copied().unwrap_or_default().chars();
    let mut text = String::new();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\\' => match characters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            character => character,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_what_is_unknown() {
        let answer = "asyncio-inspect 1\nprocess\tpid=7\ttime=1.5\tcolour=red\nnews\tof=nothing\n\
            task\tid=ff\tname=a\\tb\\\\n\tawaited_by=1,a\tsteps=3\tlongest=0.25\ntask\tid=1\nend\ttasks=2\n";
        let snapshot = parse(answer).unwrap();
        assert_eq!((snapshot.pid.as_str(), snapshot.time), ("7", 1.5));
        let task = &snapshot.tasks[0];
        assert_eq!((task.id, task.name.as_str()), (255, "a\tb\\n"));
        assert_eq!((&task.awaited_by[..], task.steps), (&[1, 10][..], Some(3)));
        assert_eq!(
            (task.longest, snapshot.tasks[1].longest),
            (Some(0.25), None)
        );
    }

    #[test]
    fn what_is_no_answer() {
        let why = |answer| parse(answer).unwrap_err();
        assert_eq!(why(""), Unusable::Incomplete);
        assert_eq!(why("HTTP/1.1 400\n"), Unusable::Foreign);
        assert_eq!(
            why("asyncio-inspect 2\nend\n"),
            Unusable::Version("2".into())
        );
        assert_eq!(why("asyncio-inspect 1\ntask\tid=1\n"), Unusable::Incomplete);
        assert_eq!(why("asyncio-inspect 1\nend"), Unusable::Incomplete);
        let refused = "asyncio-inspect 1\nerror\ttext=no\\n\n";
        assert_eq!(why(refused), Unusable::Refused("no\n".into()));
    }
}
