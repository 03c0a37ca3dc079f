//! Where two transcripts part.

/// The first difference as a unified diff shows it: a little context, what was expected, what came.
/// `None` when they are equal.
pub(super) fn first_difference(expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let (old, new) = (lines(expected), lines(got));
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[same..], &new[same..]);
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (removed, added) = (
        &old_rest[..old_rest.len() - tail],
        &new_rest[..new_rest.len() - tail],
    );

    let mut text = format!("@@ line {} @@\n", same + 1);
    text += &marked(' ', &old[same.saturating_sub(CONTEXT)..same]);
    text += &marked('-', removed);
    text += &marked('+', added);
    text += &marked(' ', &old_rest[removed.len()..][..tail.min(CONTEXT)]);
    Some(text)
}

/// The lines with their ends, so that a missing newline is a difference too.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn marked(mark: char, lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines.iter().take(LONGEST) {
        text += &format!("{mark}{}\n", line.trim_end_matches('\n'));
        if !line.ends_with('\n') {
            text += "\\ no newline at the end\n";
        }
    }
    if lines.len() > LONGEST {
        text += &format!("{mark}... {} more lines\n", lines.len() - LONGEST);
    }
    text
}

/// Equal lines shown on each side, as diff does.
const CONTEXT: usize = 3;

/// Differing lines shown of each side: the first ones tell, the rest follows from them.
const LONGEST: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_transcripts_do_not_differ() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    }

    #[test]
    fn the_difference_is_shown_in_its_context() {
        assert_eq!(
            first_difference(
                "1\n2\n3\n4\nold\n5\n6\n7\n8\n",
                "1\n2\n3\n4\nnew\nmore\n5\n6\n7\n8\n"
            )
            .unwrap(),
            "@@ line 5 @@\n 2\n 3\n 4\n-old\n+new\n+more\n 5\n 6\n 7\n"
        );
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_shown() {
        assert_eq!(
            first_difference("a\nb\n", "a\n").unwrap(),
            "@@ line 2 @@\n a\n-b\n"
        );
        assert_eq!(first_difference("", "a\n").unwrap(), "@@ line 1 @@\n+a\n");
        assert_eq!(
            first_difference("a\na\n", "a\na\na\n").unwrap(),
            "@@ line 3 @@\n a\n a\n+a\n"
        );
    }

    #[test]
    fn a_missing_newline_is_a_difference() {
        assert_eq!(
            first_difference("a\n", "a").unwrap(),
            "@@ line 1 @@\n-a\n+a\n\\ no newline at the end\n"
        );
    }

    #[test]
    fn a_long_difference_is_cut() {
        let long: String = (0..100).map(|n| format!("{n}\n")).collect();
        assert!(
            first_difference(&long, "")
                .unwrap()
                .ends_with("-11\n-... 88 more lines\n")
        );
    }
}
