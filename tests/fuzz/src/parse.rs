//! A program from its text.

use std::rc::Rc;
use std::str::FromStr;

use asyncio::ReturnWhen;

use crate::program::{EAGER_PROGRAM, NO_TIMEOUT, Node, PROGRAM, Program, RETURN_WHEN, Start};

type Result<T> = std::result::Result<T, String>;

impl FromStr for Program {
    type Err = String;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.replace('(', " ( ").replace(')', " ) ");
        let mut words = Words(text.split_whitespace().rev().collect());
        words.expect("(")?;
        let start = words.start()?;
        let tasks = words.nodes()?;
        match words.0.pop() {
            None => Ok(Self { start, tasks }),
            Some(word) => Err(format!("`{word}` follows the program")),
        }
    }
}

/// The words that are left, the next one last.
struct Words<'a>(Vec<&'a str>);

impl Words<'_> {
    /// What the name of a program says.
    fn start(&mut self) -> Result<Start> {
        match self.word()? {
            PROGRAM => Ok(Start::Scheduled),
            EAGER_PROGRAM => Ok(Start::Eager),
            word => Err(format!("`{word}` instead of `{PROGRAM}`")),
        }
    }

    fn node(&mut self) -> Result<Rc<Node>> {
        self.expect("(")?;
        let node = match self.word()? {
            "sequence" => return Ok(Rc::new(Node::Sequence(self.nodes()?))),
            "gather" => return Ok(Rc::new(Node::Gather(self.nodes()?))),
            "gather_exceptions" => return Ok(Rc::new(Node::GatherExceptions(self.nodes()?))),
            "gather_cancelled" => return Ok(Rc::new(Node::GatherCancelled(self.nodes()?))),
            "wait" => {
                let wait = Node::Wait(self.return_when()?, self.timeout()?, self.nodes()?);
                return Ok(Rc::new(wait));
            }
            "task_group" => return Ok(Rc::new(Node::TaskGroup(self.node()?, self.nodes()?))),
            "as_completed" => {
                return Ok(Rc::new(Node::AsCompleted(self.timeout()?, self.nodes()?)));
            }
            "pass" => Node::Pass(self.number()?),
            "sleep" => Node::Sleep(self.number()?),
            "log" => Node::Log(self.number()?),
            "value" => Node::Value(self.number()?),
            "raise" => Node::Raise(self.number()?),
            "cancel_self" => Node::CancelSelf,
            "cancel_task" => Node::CancelTask(self.number()?),
            "uncancel" => Node::Uncancel,
            "cancel_group" => Node::CancelGroup,
            "try" => Node::Try(self.node()?, self.node()?),
            "finally" => Node::Finally(self.node()?, self.node()?),
            "wait_for" => Node::WaitFor(self.number()?, self.node()?),
            "wait_for_task" => Node::WaitForTask(self.number()?, self.node()?),
            "timeout" => Node::Timeout(self.number()?, self.node()?),
            "shield" => Node::Shield(self.node()?),
            "eager" => Node::Starting(Start::Eager, self.node()?),
            "scheduled" => Node::Starting(Start::Scheduled, self.node()?),
            name => return Err(format!("`{name}` is no node")),
        };
        self.expect(")")?;
        Ok(Rc::new(node))
    }

    /// Everything up to the closing parenthesis, and that too.
    fn nodes(&mut self) -> Result<Vec<Rc<Node>>> {
        let mut nodes = Vec::new();
        while self.0.last() != Some(&")") {
            nodes.push(self.node()?);
        }
        self.expect(")")?;
        Ok(nodes)
    }

    fn return_when(&mut self) -> Result<ReturnWhen> {
        let word = self.word()?;
        RETURN_WHEN
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, when)| *when)
            .ok_or_else(|| format!("`{word}` is nothing to wait for"))
    }

    fn timeout(&mut self) -> Result<Option<f64>> {
        if self.0.pop_if(|word| *word == NO_TIMEOUT).is_some() {
            return Ok(None);
        }
        self.number().map(Some)
    }

    fn number<T: FromStr>(&mut self) -> Result<T> {
        let word = self.word()?;
        word.parse().map_err(|_| format!("`{word}` is no number"))
    }

    fn expect(&mut self, expected: &str) -> Result<()> {
        match self.word()? {
            word if word == expected => Ok(()),
            word => Err(format!("`{word}` instead of `{expected}`")),
        }
    }
}

impl<'a> Words<'a> {
    fn word(&mut self) -> Result<&'a str> {
        self.0.pop().ok_or_else(|| "it ends too early".to_owned())
    }
}
