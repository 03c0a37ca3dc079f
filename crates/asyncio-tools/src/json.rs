//! `--json`: a snapshot for other programs.

use std::fmt::Write;

use crate::snapshot::{Snapshot, Task};

/// An object with `pid`, `program`, `time` and `tasks`. Ids are strings, as they do not fit into every JSON number.
pub(crate) fn render(snapshot: &Snapshot) -> String {
    let mut text = String::from("{");
    number(&mut text, "pid", snapshot.pid.parse::<u64>().ok());
    member(&mut text, "program", &snapshot.program);
    number(&mut text, "time", Some(snapshot.time));
    text += "\"tasks\": [";
    for (n, one) in snapshot.tasks.iter().enumerate() {
        text += if n == 0 { "\n" } else { ",\n" };
        task(&mut text, one);
    }
    text += "\n]}\n";
    text
}

fn task(text: &mut String, task: &Task) {
    text.push_str("  {");
    member(text, "id", &format!("{:#x}", task.id));
    member(text, "name", &task.name);
    member(text, "state", &task.state);
    number(text, "cancelling", Some(task.cancelling));
    member(text, "coro", &task.coro);
    member(text, "created", &task.created);
    member(text, "awaits", &task.awaits);
    member(text, "at", &task.at);
    number(text, "since", task.since);
    number(text, "steps", task.steps);
    number(text, "longest", task.longest);
    let awaited_by = task.awaited_by.iter().map(|id| format!("\"{id:#x}\""));
    let awaited_by = awaited_by.collect::<Vec<_>>().join(", ");
    // Writing to a string does not fail.
    let _ = write!(text, "\"awaited_by\": [{awaited_by}]}}");
}

fn member(text: &mut String, name: &str, value: &str) {
    let _ = write!(text, "\"{name}\": {}, ", string(value));
}

/// `null` for what is not known, and for what is no number in JSON.
fn number<N: ToString>(text: &mut String, name: &str, value: Option<N>) {
    let value = value.map(|value| value.to_string());
    let value = value.filter(|value| !value.contains(['n', 'N', 'i']));
    let _ = write!(text, "\"{name}\": {}, ", value.as_deref().unwrap_or("null"));
}

fn string(value: &str) -> String {
    let mut text = String::from("\"");
    for character in value.chars() {
        match character {
            '"' => text += "\\\"",
            '\\' => text += "\\\\",
            character if character.is_control() => {
                let _ = write!(text, "\\u{:04x}", u32::from(character));
            }
            character => text.push(character),
        }
    }
    text + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::parse;

    #[test]
    fn what_programs_read() {
        let answer = "asyncio-inspect 1\nprocess\tpid=7\tprogram=app\ttime=1.5\n\
            task\tid=a\tname=\"\\\\\x1b\tsteps=2\tlongest=NaN\tawaited_by=b,c\nend\n";
        let text = render(&parse(answer).unwrap());
        assert!(
            text.starts_with("{\"pid\": 7, \"program\": \"app\", \"time\": 1.5, \"tasks\": [\n")
        );
        assert!(
            text.contains("\"id\": \"0xa\", \"name\": \"\\\"\\\\\\u001b\", "),
            "{text}"
        );
        assert!(
            text.contains("\"since\": null, \"steps\": 2, \"longest\": null, "),
            "{text}"
        );
        assert!(
            text.ends_with("\"awaited_by\": [\"0xb\", \"0xc\"]}\n]}\n"),
            "{text}"
        );
    }
}
