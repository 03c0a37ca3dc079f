//! The parts of a text that are generated, between `<!-- bench: NAME -->` and `<!-- /bench -->`. What stands outside of them is left
//! as it is.

use crate::workspace::Result;

/// What is to stand between two marks.
pub(super) struct Section {
    name: String,
    text: String,
}

impl Section {
    pub(super) fn new(name: impl Into<String>, text: String) -> Self {
        let name = name.into();
        Section { name, text }
    }

    /// The mark before it.
    pub(super) fn begin(&self) -> String {
        format!("<!-- bench: {} -->\n", self.name)
    }
}

/// `text` with new sections.
pub(super) fn replace(text: &str, sections: &[Section]) -> Result<String> {
    let mut text = text.to_owned();
    for section in sections {
        text = section.put_into(&text)?;
    }
    Ok(text)
}

impl Section {
    fn put_into(&self, text: &str) -> Result<String> {
        let begin = self.begin();
        let missing = || format!("docs/performance.md has no `{}`", begin.trim_end());
        let (before, rest) = text.split_once(&begin).ok_or_else(missing)?;
        let unclosed = || {
            format!(
                "docs/performance.md has no `{END}` after `{}`",
                begin.trim_end()
            )
        };
        let (_, after) = rest.split_once(END).ok_or_else(unclosed)?;
        Ok(format!("{before}{begin}\n{}\n{END}{after}", self.text))
    }
}

const END: &str = "<!-- /bench -->";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let text = "# A\n<!-- bench: a -->\nold\n<!-- /bench -->\nsaid by hand\n<!-- bench: b -->\n<!-- /bench -->\n";
        let sections = [
            Section::new("a", "new a\n".to_owned()),
            Section::new("b", "new b\n".to_owned()),
        ];
        let once = replace(text, &sections).unwrap();
        assert_eq!(
            once,
            "# A\n<!-- bench: a -->\n\nnew a\n\n<!-- /bench -->\nsaid by hand\n<!-- bench: b -->\n\nnew b\n\n<!-- /bench -->\n"
        );
        assert_eq!(replace(&once, &sections).unwrap(), once);
    }

    #[test]
    fn a_missing_mark_is_an_error() {
        let section = [Section::new("a", String::new())];
        assert!(replace("", &section).is_err());
        assert!(replace("<!-- bench: a -->\n", &section).is_err());
    }
}
