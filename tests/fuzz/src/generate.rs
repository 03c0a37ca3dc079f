//! Random programs.

use std::rc::Rc;

use crate::program::{Node, Program, RETURN_WHEN};
use crate::random::Random;

/// The program of a seed: one to three coroutines of nested nodes, and one that cancels tasks at random.
pub fn generate(seed: u64) -> Program {
    let mut generator = Generator {
        random: Random::new(seed),
        budget: 0,
    };
    let count = generator.random.between(1, 3);
    let mut tasks: Vec<_> = (0..count).map(|_| generator.coroutine()).collect();
    tasks.push(generator.attacker());
    Program { tasks }
}

struct Generator {
    random: Random,
    /// How many nodes the coroutine may have before all that follow are leaves.
    budget: u32,
}

impl Generator {
    fn coroutine(&mut self) -> Rc<Node> {
        self.budget = self.random.between(10, 39);
        let nodes = vec![self.node(0), self.node(0)];
        Rc::new(Node::Sequence(nodes))
    }

    fn attacker(&mut self) -> Rc<Node> {
        let count = self.random.between(2, 8);
        let attacks = (0..count).map(|_| match self.random.between(0, 2) {
            0 => Node::Pass(self.random.between(0, 3)),
            1 => Node::Sleep(self.seconds(3)),
            _ => Node::CancelTask(self.index()),
        });
        let attacks = attacks.map(Rc::new).collect();
        Rc::new(Node::Sequence(attacks))
    }

    fn node(&mut self, depth: u32) -> Rc<Node> {
        self.budget = self.budget.saturating_sub(1);
        let deeper = depth + 1;
        Rc::new(match self.random.between(0, 17) {
            _ if depth > DEEPEST || self.budget == 0 => self.leaf(),
            0..=2 => Node::Sequence(self.nodes(deeper, 2, 4)),
            3 => Node::Try(self.node(deeper), self.node(deeper)),
            4 => Node::Finally(self.node(deeper), self.node(deeper)),
            5 => Node::Gather(self.nodes(deeper, 1, 3)),
            6 => Node::GatherExceptions(self.nodes(deeper, 1, 3)),
            7 => Node::GatherCancelled(self.nodes(deeper, 1, 3)),
            8 => self.wait(deeper),
            9 => Node::WaitFor(self.timeout(-1), self.node(deeper)),
            10 => Node::WaitForTask(self.timeout(0), self.node(deeper)),
            11 => Node::Timeout(self.timeout(0), self.node(deeper)),
            12 | 13 => Node::TaskGroup(self.node(deeper), self.nodes(deeper, 1, 3)),
            14 => Node::Shield(self.node(deeper)),
            15 => self.as_completed(deeper),
            _ => self.leaf(),
        })
    }

    fn nodes(&mut self, depth: u32, fewest: u32, most: u32) -> Vec<Rc<Node>> {
        let count = self.random.between(fewest, most);
        (0..count).map(|_| self.node(depth)).collect()
    }

    fn leaf(&mut self) -> Node {
        match self.random.between(0, 11) {
            0 | 1 => Node::Pass(self.random.between(0, 3)),
            2 | 3 => Node::Sleep(self.seconds(6)),
            4 => Node::Log(self.small()),
            5 => Node::Value(self.small()),
            6 => Node::Raise(self.small()),
            7 => Node::CancelSelf,
            8 | 9 => Node::CancelTask(self.index()),
            10 => Node::Uncancel,
            _ => Node::CancelGroup,
        }
    }

    fn wait(&mut self, depth: u32) -> Node {
        let (_, when) = self.random.choose(&RETURN_WHEN);
        let timeout = match self.random.between(0, 3) {
            0 => None,
            1 => Some(0.0),
            _ => Some(self.seconds(6)),
        };
        Node::Wait(when, timeout, self.nodes(depth, 1, 3))
    }

    fn as_completed(&mut self, depth: u32) -> Node {
        let timeout = match self.random.between(0, 1) {
            0 => None,
            _ => Some(self.seconds(6)),
        };
        Node::AsCompleted(timeout, self.nodes(depth, 1, 3))
    }

    /// Mostly some seconds; at times none or less, down to `lowest`.
    fn timeout(&mut self, lowest: i32) -> f64 {
        match self.random.between(0, 4) {
            0 => 0.0,
            1 => f64::from(lowest),
            _ => self.seconds(4),
        }
    }

    /// More than nothing, in quarters: often enough the same as another, so that it is near.
    fn seconds(&mut self, most: u32) -> f64 {
        f64::from(self.random.between(1, most * 4)) / 4.0
    }

    fn small(&mut self) -> i64 {
        i64::from(self.random.between(0, 99))
    }

    fn index(&mut self) -> usize {
        self.random.between(0, 11) as usize
    }
}

/// How deep nodes are nested: deep enough for a group in a timeout in a gather in a shield.
const DEEPEST: u32 = 5;
