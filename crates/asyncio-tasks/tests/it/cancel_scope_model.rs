//! Random nestings of cancel scopes, shields, deadlines, timeouts and groups, compared with a model of trio's rules.
//!
//! The model is a plain recursive function over a clock. It knows nothing of tasks: whoever sleeps looks up when the
//! earliest cancellation that it can see will come.

use std::pin::Pin;
use std::rc::Rc;

use asyncio_tasks::{
    CancelScope, Result, TaskGroup, TimeoutError, current_task, get_running_loop, sleep, timeout,
};

use crate::support::{Log, cancelling, run};

/// A step of a program. Times are in seconds, and no two sums of them are equal.
#[derive(Clone, Debug)]
enum Op {
    Sleep(f64),
    /// Goes on after any error.
    Swallow(Rc<[Op]>),
    Scope(Rc<Scope>),
    /// Cancels the scope so many levels up.
    Cancel(usize),
    /// Changes the shield of the scope so many levels up.
    Shield(usize, bool),
    /// `task.cancel()`, and the await that gets it.
    CancelTask(f64),
    Timeout(f64, Rc<[Op]>),
    Group(Rc<[Rc<[Op]>]>),
}

#[derive(Debug)]
struct Scope {
    after: Option<f64>,
    shield: bool,
    body: Vec<Op>,
}

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Ok,
    Cancelled,
    TimedOut,
}

#[test]
fn as_the_model_says() {
    let mut seen = String::new();
    for seed in 1..=1500 {
        let program = Random(seed).program();
        let expected = Model::trace(&program);
        let real = real_trace(program.clone());
        assert_eq!(real, expected, "seed {seed}: {program:#?}");
        seen.extend(real);
    }
    for (what, times) in [
        ("called true caught true", 500),
        ("called true caught false", 500),
        ("called false caught false", 500),
        ("TimedOut", 200),
        ("/1.0 Cancelled", 100),
        ("/1.0 Ok", 100),
    ] {
        let count = seen.matches(what).count();
        assert!(count >= times, "{what}: {count}");
    }
}

// The programs.

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    /// A multiple of 2^-30, so that sums are exact.
    fn delay(&mut self, most: u64) -> f64 {
        let ticks = self.below(most << 30) + 1;
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let ticks = ticks as f64;
        ticks / f64::from(1 << 30)
    }

    fn program(&mut self) -> Rc<[Op]> {
        self.ops(Inside {
            depth: 0,
            scopes: 0,
            timeout: false,
        })
    }

    fn ops(&mut self, inside: Inside) -> Rc<[Op]> {
        let count = 1 + self.below(4);
        (0..count).map(|_| self.op(inside)).collect()
    }

    fn op(&mut self, inside: Inside) -> Op {
        let deeper = Inside {
            depth: inside.depth + 1,
            ..inside
        };
        let leaf = inside.depth > 4;
        match self.below(16) {
            0..=3 if !leaf => {
                let scopes = inside.scopes + 1;
                Op::Scope(Rc::new(Scope {
                    after: (self.below(2) == 0).then(|| self.delay(8)),
                    shield: self.below(3) == 0,
                    body: self.ops(Inside { scopes, ..deeper }).to_vec(),
                }))
            }
            4..=6 if !leaf => Op::Swallow(self.ops(deeper)),
            7 | 8 if inside.scopes > 0 => Op::Cancel(self.level(inside)),
            9 if inside.scopes > 0 => Op::Shield(self.level(inside), self.below(2) == 0),
            10 => Op::CancelTask(self.delay(4)),
            11 if !leaf => Op::Timeout(
                self.delay(6),
                self.ops(Inside {
                    timeout: true,
                    ..deeper
                }),
            ),
            // A timeout's request would reach the tasks in ways that the model does not follow.
            12 | 13 if !leaf && !inside.timeout => {
                let child = Inside {
                    scopes: 0,
                    ..deeper
                };
                let children = 1 + self.below(3);
                Op::Group((0..children).map(|_| self.ops(child)).collect())
            }
            _ => Op::Sleep(self.delay(4)),
        }
    }

    fn level(&mut self, inside: Inside) -> usize {
        let level = self.below(inside.scopes);
        usize::try_from(level).unwrap()
    }
}

/// Where an op stands.
#[derive(Clone, Copy)]
struct Inside {
    depth: u32,
    /// Scopes of the same task.
    scopes: u64,
    timeout: bool,
}

// The real thing.

fn real_trace(program: Rc<[Op]>) -> Vec<String> {
    let log = Log::default();
    run({
        let log = log.clone();
        async move {
            let real = Real {
                log: log.clone(),
                path: "m".into(),
                scopes: Vec::new(),
            };
            let requested = cancelling();
            let end = real.ops(program).await;
            // What the program asked of its task is all there is.
            log.add(format!("{:?} at {}, {}", end_of(&end), clock(), requested));
            Ok(())
        }
    });
    log.take()
}

#[derive(Clone)]
struct Real {
    log: Log,
    path: String,
    scopes: Vec<CancelScope>,
}

impl Real {
    fn ops(self, ops: Rc<[Op]>) -> Pin<Box<dyn Future<Output = Result<()>>>> {
        Box::pin(async move {
            for (index, op) in ops.iter().enumerate() {
                let path = format!("{}.{index}", self.path);
                let inner = Real {
                    path,
                    ..self.clone()
                };
                let (log, path) = (inner.log.clone(), inner.path.clone());
                let outcome = inner.op(op).await;
                log.add(format!("{path} {:?} at {}", end_of(&outcome), clock()));
                outcome?;
            }
            Ok(())
        })
    }

    async fn op(self, op: &Op) -> Result<()> {
        match op {
            Op::Sleep(delay) => sleep(*delay).await,
            Op::Swallow(body) => {
                let _ = self.ops(body.clone()).await;
                Ok(())
            }
            Op::Scope(made) => self.scope(made).await,
            Op::Cancel(level) => {
                self.at(*level).cancel();
                Ok(())
            }
            Op::Shield(level, true) => {
                self.at(*level).shield();
                Ok(())
            }
            Op::Shield(level, false) => {
                self.at(*level).unshield();
                Ok(())
            }
            Op::CancelTask(delay) => {
                let task = current_task()?.unwrap();
                task.cancel();
                let outcome = sleep(*delay).await;
                task.uncancel();
                outcome
            }
            Op::Timeout(delay, body) => {
                let body = body.clone();
                timeout(*delay, async |_| self.ops(body).await).await
            }
            Op::Group(children) => self.group(children).await,
        }
    }

    async fn scope(self, made: &Scope) -> Result<()> {
        let when = made
            .after
            .map(|after| get_running_loop().unwrap().time() + after);
        let scope = CancelScope::at(when);
        if made.shield {
            scope.shield();
        }
        let (log, path) = (self.log.clone(), self.path.clone());
        let outcome = scope
            .run(async |scope| {
                let mut inner = self;
                inner.scopes.push(scope.clone());
                inner.ops(made.body.clone().into()).await
            })
            .await;
        let (called, caught) = (scope.cancel_called(), scope.cancelled_caught());
        log.add(format!("{path} called {called} caught {caught}"));
        assert_eq!(caught, matches!(outcome, Ok(None)));
        outcome.map(drop)
    }

    async fn group(self, children: &[Rc<[Op]>]) -> Result<()> {
        let logs: Vec<Log> = children.iter().map(|_| Log::default()).collect();
        let log = self.log.clone();
        let outcome = TaskGroup::run(async |tg| {
            for (index, (child, log)) in children.iter().zip(&logs).enumerate() {
                let real = Real {
                    log: log.clone(),
                    path: format!("{}/{index}", self.path),
                    scopes: Vec::new(),
                };
                let child = child.clone();
                tg.create_task(async move {
                    // An error of its own would end its siblings in ways that the model does not follow.
                    match real.ops(child).await {
                        Err(error) if !error.is_cancelled() => Ok(()),
                        outcome => outcome,
                    }
                });
            }
            Ok(())
        })
        .await;
        logs.iter()
            .flat_map(Log::take)
            .for_each(|line| log.add(line));
        outcome
    }

    fn at(&self, level: usize) -> &CancelScope {
        &self.scopes[self.scopes.len() - 1 - level]
    }
}

fn end_of(outcome: &Result<()>) -> End {
    match outcome {
        Ok(()) => End::Ok,
        Err(error) if error.is_cancelled() => End::Cancelled,
        Err(error) => {
            assert!(error.is::<TimeoutError>(), "{error:?}");
            End::TimedOut
        }
    }
}

fn clock() -> f64 {
    get_running_loop().unwrap().time()
}

// The model.

#[derive(Clone)]
struct Model {
    clock: f64,
    log: Vec<String>,
    /// From the outermost to the innermost, those of enclosing tasks among them.
    frames: Vec<Frame>,
}

#[derive(Clone)]
struct Frame {
    kind: Kind,
    deadline: f64,
    /// A scope that was cancelled, a timeout that has expired.
    fired: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Open,
    Shielded,
    Timeout,
}

impl Model {
    fn trace(program: &[Op]) -> Vec<String> {
        let mut model = Model {
            clock: 1000.0,
            log: Vec::new(),
            frames: Vec::new(),
        };
        let end = model.ops("m", program);
        let line = format!("{end:?} at {}, 0", model.clock);
        model.log.push(line);
        model.log
    }

    fn ops(&mut self, path: &str, ops: &[Op]) -> End {
        for (index, op) in ops.iter().enumerate() {
            let path = format!("{path}.{index}");
            let end = self.op(&path, op);
            self.log.push(format!("{path} {end:?} at {}", self.clock));
            if end != End::Ok {
                return end;
            }
        }
        End::Ok
    }

    fn op(&mut self, path: &str, op: &Op) -> End {
        match op {
            Op::Sleep(delay) => self.sleep(*delay),
            Op::Swallow(body) => {
                self.ops(path, body);
                End::Ok
            }
            Op::Scope(scope) => self.scope(path, scope),
            Op::Cancel(level) => {
                self.frame(*level).fired = true;
                End::Ok
            }
            Op::Shield(level, on) => {
                self.frame(*level).kind = if *on { Kind::Shielded } else { Kind::Open };
                End::Ok
            }
            Op::CancelTask(_) => End::Cancelled,
            Op::Timeout(delay, body) => self.timeout(path, *delay, body),
            Op::Group(children) => self.group(path, children),
        }
    }

    fn frame(&mut self, level: usize) -> &mut Frame {
        let scopes = self.frames.iter_mut().rev();
        let mut scopes = scopes.filter(|frame| frame.kind != Kind::Timeout);
        scopes.nth(level).unwrap()
    }

    /// When the code that runs is cancelled by a scope; in the past if it is.
    fn cancelled_at(&self) -> f64 {
        let mut earliest = f64::INFINITY;
        for frame in self.frames.iter().rev() {
            match (frame.kind, frame.fired) {
                (Kind::Timeout, _) => continue,
                (_, true) => return f64::NEG_INFINITY,
                (_, false) => earliest = earliest.min(frame.deadline),
            }
            if frame.kind == Kind::Shielded {
                break;
            }
        }
        earliest
    }

    fn sleep(&mut self, delay: f64) -> End {
        let timeouts = self.frames.iter().filter(|frame| !frame.fired);
        let timeouts = timeouts.filter(|frame| frame.kind == Kind::Timeout);
        let expires = timeouts.fold(f64::INFINITY, |all, frame| all.min(frame.deadline));
        let stops = expires.min(self.cancelled_at());
        let ends = self.clock + delay;
        self.advance(stops.min(ends));
        if stops < ends {
            End::Cancelled
        } else {
            End::Ok
        }
    }

    fn advance(&mut self, clock: f64) {
        self.clock = self.clock.max(clock);
        for frame in &mut self.frames {
            frame.fired |= frame.deadline <= self.clock;
        }
    }

    fn scope(&mut self, path: &str, scope: &Scope) -> End {
        self.frames.push(Frame {
            kind: if scope.shield {
                Kind::Shielded
            } else {
                Kind::Open
            },
            deadline: scope
                .after
                .map_or(f64::INFINITY, |after| self.clock + after),
            fired: false,
        });
        let before = self.expired();
        let end = self.ops(path, &scope.body);
        let requested = self.expired() > before;
        let frame = self.frames.pop().unwrap();
        let from_outside = frame.kind == Kind::Open && self.cancelled_at() < self.clock;
        let caught = end == End::Cancelled && frame.fired && !from_outside && !requested;
        self.log
            .push(format!("{path} called {} caught {caught}", frame.fired));
        if caught { End::Ok } else { end }
    }

    /// How many timeouts around have expired: each is a request of the task.
    fn expired(&self) -> usize {
        let timeouts = self.frames.iter();
        let timeouts = timeouts.filter(|frame| frame.kind == Kind::Timeout);
        timeouts.filter(|frame| frame.fired).count()
    }

    fn timeout(&mut self, path: &str, delay: f64, body: &[Op]) -> End {
        let before = self.expired();
        self.frames.push(Frame {
            kind: Kind::Timeout,
            deadline: self.clock + delay,
            fired: false,
        });
        let end = self.ops(path, body);
        let frame = self.frames.pop().unwrap();
        let alone = self.expired() <= before && self.cancelled_at() >= self.clock;
        match end {
            End::Cancelled if frame.fired && alone => End::TimedOut,
            end => end,
        }
    }

    fn group(&mut self, path: &str, children: &[Rc<[Op]>]) -> End {
        let cancelled_at = self.cancelled_at();
        let mut ends = self.clock;
        for (index, child) in children.iter().enumerate() {
            let mut model = self.clone();
            model.log.clear();
            model.ops(&format!("{path}/{index}"), child);
            ends = ends.max(model.clock);
            self.log.extend(model.log);
        }
        self.advance(ends);
        if cancelled_at <= ends {
            End::Cancelled
        } else {
            End::Ok
        }
    }
}
