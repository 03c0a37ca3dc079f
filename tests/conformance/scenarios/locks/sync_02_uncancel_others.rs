//! SYNC-02: a request that is withdrawn after others behind the waiter were woken.

use std::rc::Rc;

use asyncio::{Condition, Event, Result, Semaphore, Task};

async fn waiter(awaited: impl Future<Output = Result<()>>, name: &'static str) -> Result<()> {
    match awaited.await {
        Ok(()) => println!("{name} went on"),
        Err(_) => println!("{name} cancelled"),
    }
    Ok(())
}

#[derive(Default)]
struct Shared {
    event: Event,
    semaphore: Option<Semaphore>,
    condition: Condition,
}

impl Shared {
    fn semaphore(&self) -> &Semaphore {
        self.semaphore.as_ref().unwrap()
    }

    async fn wait(self: Rc<Self>, what: &'static str) -> Result<()> {
        match what {
            "event" => Ok(self.event.wait().await?),
            "semaphore" => Ok(self.semaphore().acquire().await?),
            _ => {
                let mut guard = self.condition.lock().await?;
                guard.wait().await
            }
        }
    }
}

async fn program() -> Result<()> {
    for what in ["event", "semaphore", "condition"] {
        println!("{what}");
        let semaphore = Some(Semaphore::new(0));
        let shared = Rc::new(Shared {
            semaphore,
            ..Shared::default()
        });
        let tasks: Vec<Task<()>> = ["a", "b", "c"]
            .map(|name| asyncio::create_task(waiter(shared.clone().wait(what), name)))
            .into();
        asyncio::sleep(0).await?;
        tasks[0].cancel();
        {
            let _guard = shared.condition.lock().await?;
            shared.event.set();
            shared.semaphore().release();
            shared.condition.notify(1)?;
        }
        println!("{}", tasks[0].uncancel());
        asyncio::sleep(0).await?;
        println!("then");
        shared.semaphore().release();
        {
            let _guard = shared.condition.lock().await?;
            shared.condition.notify(1)?;
        }
        for task in tasks {
            task.await?;
        }
        let locked = [shared.semaphore().locked(), shared.condition.locked()];
        println!("{} {}", u8::from(locked[0]), u8::from(locked[1]));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
