//! `Barrier`.

use std::collections::HashMap;

use asyncio_sync::{Barrier, BrokenBarrierError};

use super::locks::ConditionModel;
use super::{Action, SEEDS, STEPS, Waiters};

#[test]
fn a_barrier_does_what_its_model_does() {
    for seed in 0..SEEDS {
        let parties = seed as usize % 4 + 1;
        let barrier = Barrier::new(parties).unwrap();
        let mut model = BarrierModel::new(parties);
        let mut waiters = Waiters::new(seed);
        for _ in 0..STEPS {
            match waiters.next_action() {
                Action::Start(id) => {
                    let stage = Stage::first(id);
                    let outcome = waiters.start(id, visit(&barrier, stage));
                    check(outcome, model.start(id, stage), &waiters);
                }
                Action::Poll(id) => {
                    let outcome = waiters.poll(id);
                    check(outcome, model.poll(id), &waiters);
                }
                Action::Drop(id) => {
                    waiters.drop(id);
                    model.drop(id);
                }
                // Nothing can be done to a barrier but by who has its lock.
                Action::Act(_) => {}
            }
            assert_eq!(format!("{barrier:?}"), model.describe(), "{waiters}");
            waiters.check_woken(&[&model.condition.lock.line, &model.condition.notified]);
        }
    }
}

async fn visit(barrier: &Barrier, stage: Stage) -> asyncio_sync::Result<usize> {
    match stage {
        Stage::Abort => barrier.abort().await?,
        Stage::Reset => barrier.reset().await?,
        _ => return barrier.wait().await,
    }
    Ok(0)
}

fn check(
    outcome: Option<asyncio_sync::Result<usize>>,
    expected: Option<Result<usize, &str>>,
    waiters: &Waiters<'_, usize>,
) {
    let outcome = outcome.map(|outcome| {
        outcome.map_err(|error| {
            assert!(error.is::<BrokenBarrierError>(), "{waiters}: {error}");
            error.to_string()
        })
    });
    let expected = expected.map(|expected| expected.map_err(String::from));
    assert_eq!(outcome, expected, "{waiters}");
}

struct BarrierModel {
    parties: usize,
    count: usize,
    state: &'static str,
    condition: ConditionModel,
    stages: HashMap<usize, Stage>,
}

/// What one does who gets the lock.
#[derive(Clone, Copy)]
enum Stage {
    /// Looks whether it can come in.
    Outside,
    /// Looks whether it can leave, with this number.
    Inside(usize),
    Abort,
    Reset,
}

impl Stage {
    fn first(id: usize) -> Self {
        match id * 7 % 12 {
            0 => Stage::Abort,
            1 | 2 => Stage::Reset,
            _ => Stage::Outside,
        }
    }
}

impl BarrierModel {
    fn new(parties: usize) -> Self {
        BarrierModel {
            parties,
            count: 0,
            state: "filling",
            condition: ConditionModel::default(),
            stages: HashMap::new(),
        }
    }

    fn start(&mut self, id: usize, stage: Stage) -> Option<Result<usize, &'static str>> {
        self.stages.insert(id, stage);
        self.condition.lock.start(id).then(|| self.step(id))?
    }

    fn poll(&mut self, id: usize) -> Option<Result<usize, &'static str>> {
        self.condition.poll(id).then(|| self.step(id))?
    }

    fn drop(&mut self, id: usize) {
        self.condition.drop(id);
        if let Some(Stage::Inside(_)) = self.stages.remove(&id) {
            self.exit();
        }
    }

    /// It has the lock.
    fn step(&mut self, id: usize) -> Option<Result<usize, &'static str>> {
        let outcome = match self.stages[&id] {
            Stage::Abort => self.turn("broken"),
            Stage::Reset if self.count > 0 => self.turn("resetting"),
            Stage::Reset => self.turn("filling"),
            Stage::Outside => self.enter(id),
            Stage::Inside(_) if self.state == "filling" => None,
            Stage::Inside(index) => Some(self.leave(index)),
        };
        match outcome {
            Some(_) => self.condition.lock.release(),
            None => self.condition.start(id),
        };
        outcome
    }

    fn turn(&mut self, state: &'static str) -> Option<Result<usize, &'static str>> {
        self.state = state;
        self.condition.notified.wake(usize::MAX);
        Some(Ok(0))
    }

    fn enter(&mut self, id: usize) -> Option<Result<usize, &'static str>> {
        match self.state {
            "draining" | "resetting" => return None,
            "broken" => return Some(Err("Barrier aborted")),
            _ => self.count += 1,
        }
        let index = self.count - 1;
        if self.count < self.parties {
            self.stages.insert(id, Stage::Inside(index));
            return None;
        }
        self.turn("draining");
        Some(self.leave(index))
    }

    fn leave(&mut self, index: usize) -> Result<usize, &'static str> {
        let outcome = match self.state {
            "draining" => Ok(index),
            _ => Err("Abort or reset of barrier"),
        };
        self.exit();
        outcome
    }

    fn exit(&mut self) {
        self.count -= 1;
        if self.count > 0 {
            return;
        }
        if self.state != "broken" {
            self.state = "filling";
        }
        self.condition.notified.wake(usize::MAX);
    }

    fn describe(&self) -> String {
        let (state, parties) = (self.state, self.parties);
        let waiting = match state {
            "broken" => return "<Barrier [broken]>".into(),
            "filling" => self.count,
            _ => 0,
        };
        format!("<Barrier [{state}, waiters:{waiting}/{parties}]>")
    }
}
