//! Text that a program chose, made harmless for a terminal.

use std::fmt::{self, Write};

/// Shows `self.0` without anything that a terminal would obey: control characters, and those that turn the direction of
/// the text or cannot be seen, are escaped.
pub(crate) struct Harmless<'a>(pub(crate) &'a str);

impl fmt::Display for Harmless<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '\n' => f.write_str("\\n")?,
                '\t' => f.write_str("\\t")?,
                '\r' => f.write_str("\\r")?,
                character if is_harmful(character) => write!(f, "{}", character.escape_unicode())?,
                character => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // soft hyphen, Arabic letter mark, zero width and direction marks, line and paragraph separators,
            // embeddings and overrides, invisible operators, isolates, byte order mark, annotations, tags
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text`, in at most `width` characters.
pub(crate) fn cut(text: String, width: usize) -> String {
    match text.char_indices().nth(width) {
        None => text,
        Some(_) => text
            .chars()
            .take(width.saturating_sub(1))
            .chain(['…'])
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let shown = Harmless("a\x1b[2J\u{202e}\u{9b}\n\u{2066}é漢").to_string();
        assert_eq!(shown, "a\\u{1b}[2J\\u{202e}\\u{9b}\\n\\u{2066}é漢");
    }

    #[test]
    fn long_text_is_cut_at_characters() {
        assert_eq!(cut("漢字".into(), 2), "漢字");
        assert_eq!(cut("漢字漢".into(), 2), "漢…");
    }
}
