//! The text of [`format_call_graph`](super::format_call_graph).

use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use super::FutureCallGraph;

/// What `asyncio.format_call_graph` returns.
impl fmt::Display for FutureCallGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut seen = HashSet::new();
        // In a loop: a chain of awaits may be longer than the stack.
        let mut left = vec![(self, 0)];
        let mut lines = 0;
        while let Some((graph, level)) = left.pop() {
            if lines > 0 {
                writeln!(f)?;
            }
            lines += 1;
            let is_new = seen.insert(Rc::as_ptr(&graph.0));
            graph.head(f, level)?;
            if !is_new && lines > MANY {
                continue;
            }
            graph.stack(f, level)?;
            if !graph.awaited_by().is_empty() {
                write!(f, "\n{}  + Awaited by:", Indent(level))?;
            }
            left.extend(
                graph
                    .awaited_by()
                    .iter()
                    .rev()
                    .map(|next| (next, level + 1)),
            );
        }
        Ok(())
    }
}

impl FutureCallGraph {
    fn head(&self, f: &mut fmt::Formatter<'_>, level: usize) -> fmt::Result {
        let (indent, id) = (Indent(level), self.future().id());
        match self.future().get_name() {
            Some(name) => write!(f, "{indent}* Task(name={name:?}, id={id:#x})"),
            None => write!(f, "{indent}* Future(id={id:#x})"),
        }
    }

    fn stack(&self, f: &mut fmt::Formatter<'_>, level: usize) -> fmt::Result {
        if !self.call_stack().is_empty() {
            write!(f, "\n{}  + Call stack:", Indent(level))?;
        }
        for entry in self.call_stack() {
            write!(f, "\n{}  |   {}", Indent(level), entry.frame())?;
        }
        Ok(())
    }
}

struct Indent(usize);

impl fmt::Display for Indent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..self.0).try_for_each(|_| f.write_str("    "))
    }
}

/// After so many entries, what was shown before is not shown in full again: where awaits meet often, there are more ways
/// through them than lines in any terminal.
const MANY: usize = 1000;
