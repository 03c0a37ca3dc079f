//! SYNC-10: random programs of tasks that share a primitive, cancel each other, and release what is not theirs.
//!
//! `PROGRAMS="90 12000"` in the environment of both languages runs other programs than the recorded ones: the first seed, and how
//! many.

use std::pin::Pin;
use std::rc::Rc;

use asyncio::{
    Barrier, BoundedSemaphore, CancelledError, Condition, Error, GetError, Lock, PutError, Queue,
    Result, Semaphore,
};

struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Random(seed * 7919 + 17)
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 = (self.0 * 1_103_515_245 + 12_345) % (1 << 31);
        (self.0 >> 12) as usize % n
    }
}

#[derive(Clone)]
enum Shared {
    Lock(Rc<Lock>),
    Semaphore(Rc<Semaphore>),
    Bounded(Rc<BoundedSemaphore>),
    Condition(Rc<Condition>),
    Barrier(Rc<Barrier>),
    Queue(Rc<Queue<usize>>),
}

impl Shared {
    fn new(seed: u64) -> Result<Self> {
        let value = seed as usize;
        Ok(match seed % 6 {
            0 => Shared::Lock(Rc::default()),
            1 => Shared::Semaphore(Rc::new(Semaphore::new(value % 3))),
            2 => Shared::Bounded(Rc::new(BoundedSemaphore::new(1 + value % 2))),
            3 => Shared::Condition(Rc::default()),
            4 => Shared::Barrier(Rc::new(Barrier::new(2 + value % 2)?)),
            _ => Shared::Queue(Rc::new(Queue::new(value / 6 % 3))),
        })
    }

    async fn acquire(&self) -> Result<(), CancelledError> {
        match self {
            Shared::Lock(lock) => lock.acquire().await,
            Shared::Semaphore(semaphore) => semaphore.acquire().await,
            Shared::Bounded(semaphore) => semaphore.acquire().await,
            Shared::Condition(condition) => condition.acquire().await,
            Shared::Barrier(_) | Shared::Queue(_) => unreachable!(),
        }
    }

    fn try_release(&self) -> Result<()> {
        match self {
            Shared::Lock(lock) => lock.release()?,
            Shared::Semaphore(semaphore) => semaphore.release(),
            Shared::Bounded(semaphore) => semaphore.release()?,
            Shared::Condition(condition) => condition.release()?,
            Shared::Barrier(_) | Shared::Queue(_) => unreachable!(),
        }
        Ok(())
    }

    fn locked(&self) -> bool {
        match self {
            Shared::Lock(lock) => lock.locked(),
            Shared::Semaphore(semaphore) => semaphore.locked(),
            Shared::Bounded(semaphore) => semaphore.locked(),
            Shared::Condition(condition) => condition.locked(),
            Shared::Barrier(_) | Shared::Queue(_) => unreachable!(),
        }
    }

    fn release(&self, n: usize) {
        match self.try_release() {
            Ok(()) => println!("{n} releases {}", self.locked()),
            Err(e) => println!("{n} {e}"),
        }
    }
}

async fn holder(shared: Shared, n: usize, passes: usize) -> Result<()> {
    if shared.acquire().await.is_err() {
        println!("{n} cancelled {}", shared.locked());
        return Ok(());
    }
    println!("{n} has it {}", shared.locked());
    for _ in 0..passes {
        if asyncio::sleep(0).await.is_err() {
            println!("{n} cancelled inside");
            break;
        }
    }
    shared.release(n);
    Ok(())
}

async fn waiter(condition: Rc<Condition>, n: usize) -> Result<()> {
    if condition.acquire().await.is_err() {
        println!("{n} cancelled before");
        return Ok(());
    }
    match condition.wait().await {
        Ok(()) => println!("{n} notified {}", condition.locked()),
        Err(e) if e.is_cancelled() => println!("{n} cancelled {}", condition.locked()),
        Err(e) => println!("{n} {e}"),
    }
    Shared::Condition(condition).release(n);
    Ok(())
}

async fn visitor(barrier: Rc<Barrier>, n: usize) -> Result<()> {
    match barrier.wait().await {
        Ok(index) => println!("{n} passes as {index} {}", barrier.n_waiting()),
        Err(e) if e.is_cancelled() => println!("{n} cancelled {}", barrier.n_waiting()),
        Err(e) => println!("{n} {e} {}", barrier.broken()),
    }
    Ok(())
}

async fn change(barrier: Rc<Barrier>, n: usize, reset: bool) -> Result<()> {
    let changed = if reset {
        barrier.reset().await
    } else {
        barrier.abort().await
    };
    match changed {
        Ok(()) => println!(
            "{n} changed it {} {}",
            barrier.n_waiting(),
            barrier.broken()
        ),
        Err(_) => println!("{n} cancelled"),
    }
    Ok(())
}

async fn getter(queue: Rc<Queue<usize>>, n: usize) -> Result<()> {
    match queue.get().await {
        Ok(item) => println!("{n} gets {item} {}", queue.qsize()),
        Err(GetError::Cancelled(_)) => println!("{n} cancelled {}", queue.qsize()),
        Err(_) => println!("{n} shut down"),
    }
    Ok(())
}

async fn putter(queue: Rc<Queue<usize>>, n: usize) -> Result<()> {
    match queue.put(n).await {
        Ok(()) => println!("{n} put {}", queue.qsize()),
        Err(PutError::Cancelled(..)) => println!("{n} not put {}", queue.qsize()),
        Err(_) => println!("{n} shut down"),
    }
    Ok(())
}

async fn marker(n: usize) -> Result<()> {
    println!("{n} marker");
    Ok(())
}

type Coro = Pin<Box<dyn Future<Output = Result<()>>>>;

fn start(shared: &Shared, n: usize, random: &mut Random) -> Coro {
    let passes = random.below(3);
    match shared.clone() {
        Shared::Condition(condition) if passes > 0 => Box::pin(waiter(condition, n)),
        Shared::Barrier(barrier) => Box::pin(visitor(barrier, n)),
        Shared::Queue(queue) if passes == 0 => Box::pin(getter(queue, n)),
        Shared::Queue(queue) => Box::pin(putter(queue, n)),
        shared => Box::pin(holder(shared, n, passes)),
    }
}

fn act(shared: &Shared, n: usize, random: &mut Random) -> Option<Coro> {
    let choice = random.below(4);
    match shared.clone() {
        Shared::Condition(condition) if choice > 0 => match condition.notify(choice) {
            Ok(()) => println!("{n} notifies {choice}"),
            Err(e) => println!("{n} {e}"),
        },
        Shared::Barrier(barrier) => return Some(Box::pin(change(barrier, n, choice > 0))),
        Shared::Queue(queue) => act_on(&queue, n, choice),
        shared => shared.release(n),
    }
    None
}

fn act_on(queue: &Queue<usize>, n: usize, choice: usize) {
    if choice == 0 && n > 12 {
        println!("{n} shuts down");
        if n.is_multiple_of(2) {
            queue.shutdown_immediate();
        } else {
            queue.shutdown();
        }
    } else if choice < 2 {
        match queue.put_nowait(n).map_err(Error::from) {
            Ok(()) => println!("{n} put at once"),
            Err(e) => println!("{n} {}", e.type_name()),
        }
    } else {
        match queue.get_nowait().map_err(Error::from) {
            Ok(item) => println!("{n} gets at once {item}"),
            Err(e) => println!("{n} {}", e.type_name()),
        }
    }
}

async fn program(seed: u64) -> Result<()> {
    let mut random = Random::new(seed);
    println!("program {seed}");
    let shared = Shared::new(seed)?;
    let mut tasks = Vec::new();
    for n in 0..28 {
        let mut coro: Option<Coro> = None;
        match random.below(12) {
            0..5 => coro = Some(start(&shared, n, &mut random)),
            5 | 6 if !tasks.is_empty() => {
                let which: &asyncio::Task<()> = &tasks[random.below(tasks.len())];
                println!("{n} cancels {}", which.cancel());
            }
            7 if !tasks.is_empty() => {
                let which = random.below(tasks.len());
                println!("{n} uncancels {}", tasks[which].uncancel());
            }
            8 => coro = Some(Box::pin(marker(n))),
            9 => coro = act(&shared, n, &mut random),
            _ => asyncio::sleep(0).await?,
        }
        tasks.extend(coro.map(asyncio::create_task));
    }
    for _ in 0..3 {
        asyncio::sleep(0).await?;
    }
    for task in &tasks {
        task.cancel();
    }
    for task in tasks {
        if task.await.is_err() {
            println!("never started");
        }
    }
    if !matches!(shared, Shared::Barrier(_) | Shared::Queue(_)) {
        println!("locked {}", shared.locked());
    }
    Ok(())
}

pub fn main() -> Result<()> {
    let programs = std::env::var("PROGRAMS").unwrap_or_else(|_| "0 90".into());
    let mut numbers = programs
        .split(' ')
        .map(|n| n.parse::<u64>().expect("a number"));
    let (first, count) = (
        numbers.next().expect("the first"),
        numbers.next().expect("the count"),
    );
    asyncio::run(async move {
        for seed in first..first + count {
            program(seed).await?;
        }
        Ok(())
    })
}
