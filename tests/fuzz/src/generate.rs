//! Random programs.

use std::rc::Rc;

use crate::program::{Node, Program, RETURN_WHEN, Start};
use crate::random::Random;

/// The program of a seed: one to three coroutines of nested nodes, and one that cancels tasks at random.
pub fn generate(seed: u64) -> Program {
    let mut generator = Generator {
        random: Random::new(seed),
        starts: Starts::new(seed),
        budget: 0,
    };
    let count = generator.random.between(1, 3);
    let mut tasks: Vec<_> = (0..count).map(|_| generator.coroutine()).collect();
    tasks.push(generator.attacker());
    Program {
        start: generator.starts.factory,
        tasks: generator.starts.of_tasks(tasks),
    }
}

struct Generator {
    random: Random,
    starts: Starts,
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
            5 => Node::Gather(self.tasks(deeper)),
            6 => Node::GatherExceptions(self.tasks(deeper)),
            7 => Node::GatherCancelled(self.tasks(deeper)),
            8 => self.wait(deeper),
            9 => self.wait_for(deeper),
            10 => Node::WaitForTask(self.timeout(0), self.task(deeper)),
            11 => Node::Timeout(self.timeout(0), self.node(deeper)),
            12 | 13 => Node::TaskGroup(self.node(deeper), self.tasks(deeper)),
            14 => Node::Shield(self.task(deeper)),
            15 => self.as_completed(deeper),
            _ => self.leaf(),
        })
    }

    fn nodes(&mut self, depth: u32, fewest: u32, most: u32) -> Vec<Rc<Node>> {
        let count = self.random.between(fewest, most);
        (0..count).map(|_| self.node(depth)).collect()
    }

    /// One to three nodes, each for a task.
    fn tasks(&mut self, depth: u32) -> Vec<Rc<Node>> {
        let nodes = self.nodes(depth, 1, 3);
        self.starts.of_tasks(nodes)
    }

    fn task(&mut self, depth: u32) -> Rc<Node> {
        let node = self.node(depth);
        self.starts.of_task(node)
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

    /// Of a coroutine; but of a task where the two sides differ: `tests/fuzz/README.md` tells why.
    fn wait_for(&mut self, depth: u32) -> Node {
        let (timeout, node) = (self.timeout(-1), self.node(depth));
        match self.starts.factory {
            Start::Eager if timeout <= 0.0 => Node::WaitForTask(timeout, node),
            _ => Node::WaitFor(timeout, node),
        }
    }

    fn wait(&mut self, depth: u32) -> Node {
        let (_, when) = self.random.choose(&RETURN_WHEN);
        let timeout = match self.random.between(0, 3) {
            0 => None,
            1 => Some(0.0),
            _ => Some(self.seconds(6)),
        };
        Node::Wait(when, timeout, self.tasks(depth))
    }

    fn as_completed(&mut self, depth: u32) -> Node {
        let timeout = match self.random.between(0, 1) {
            0 => None,
            _ => Some(self.seconds(6)),
        };
        Node::AsCompleted(timeout, self.tasks(depth))
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

/// How the tasks of a program start: half of the programs know no eager tasks.
struct Starts {
    /// Random numbers of its own, so that a seed's nodes do not depend on it.
    random: Random,
    factory: Start,
    /// Whether some tasks have their own way.
    is_mixed: bool,
}

impl Starts {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(!seed);
        let (factory, is_mixed) = match random.between(0, 7) {
            0 => (Start::Eager, false),
            1 => (Start::Eager, true),
            2 | 3 => (Start::Scheduled, true),
            _ => (Start::Scheduled, false),
        };
        Self {
            random,
            factory,
            is_mixed,
        }
    }

    fn of_tasks(&mut self, nodes: Vec<Rc<Node>>) -> Vec<Rc<Node>> {
        nodes.into_iter().map(|node| self.of_task(node)).collect()
    }

    fn of_task(&mut self, node: Rc<Node>) -> Rc<Node> {
        let start = match self.random.between(0, 7) {
            _ if !self.is_mixed => return node,
            0 | 1 => Start::Eager,
            2 => Start::Scheduled,
            _ => return node,
        };
        Rc::new(Node::Starting(start, node))
    }
}

/// How deep nodes are nested: deep enough for a group in a timeout in a gather in a shield.
const DEEPEST: u32 = 5;
