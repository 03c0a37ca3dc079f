//! Name lookups (LOOP-32).

use std::fs;
use std::io;

use asyncio_reactor::VirtualClock;
use asyncio_transports::{
    EventLoop, LoopTasks, LoopTransports, create_task, get_running_loop, new_event_loop, sleep,
    wait_for,
};

use crate::support::{is_own_process, run, run_on};

/// The threads of this process that look names up.
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("comm")));
    names
        .filter(|name| {
            name.as_ref()
                .is_ok_and(|name| name.starts_with("asyncio-dns"))
        })
        .count()
}

#[test]
fn numbers_need_no_thread() {
    run(async {
        let event_loop = get_running_loop()?;
        let addresses = event_loop.getaddrinfo("127.0.0.1", 80).await?;
        assert_eq!(addresses, ["127.0.0.1:80".parse()?]);
        let addresses = event_loop.getaddrinfo("::1", 80).await?;
        assert_eq!(addresses, ["[::1]:80".parse()?]);
        let addresses = event_loop.getaddrinfo(None, 80).await?;
        assert_eq!(addresses, ["[::1]:80".parse()?, "127.0.0.1:80".parse()?]);
        Ok(())
    });
}

#[test]
fn names_are_looked_up_by_threads_that_end_with_the_loop() {
    if !is_own_process("resolve::names_are_looked_up_by_threads_that_end_with_the_loop") {
        return;
    }
    let event_loop = new_event_loop().unwrap();
    event_loop
        .run_until_complete(async {
            let event_loop = get_running_loop()?;
            event_loop.getaddrinfo("127.0.0.1", 80).await?;
            assert_eq!(threads(), 0);
            let lookups: Vec<_> = (0..20)
                .map(|port| event_loop.getaddrinfo("localhost", port))
                .collect();
            let lookups: Vec<_> = lookups.into_iter().map(create_task).collect();
            for (port, lookup) in lookups.into_iter().enumerate() {
                let addresses = lookup.await?;
                assert!(addresses.iter().all(|address| address.ip().is_loopback()));
                assert!(
                    addresses
                        .iter()
                        .all(|address| usize::from(address.port()) == port)
                );
            }
            assert!((1..=4).contains(&threads()));
            Ok(())
        })
        .unwrap();
    event_loop.close().unwrap();
    assert_eq!(threads(), 0);
}

#[test]
fn a_name_that_is_not_found_is_named() {
    run(async {
        let event_loop = get_running_loop()?;
        // Too long for a name, so no server is asked.
        let name = "x".repeat(300);
        let error = event_loop.getaddrinfo(&name, 80).await.unwrap_err();
        assert!(error.is::<io::Error>());
        assert!(error.to_string().starts_with(&format!("resolve {name}: ")));
        Ok(())
    });
}

#[test]
fn a_cancelled_lookup_is_forgotten() {
    run(async {
        let event_loop = get_running_loop()?;
        let lookups: Vec<_> = (0..10)
            .map(|port| create_task(event_loop.getaddrinfo("localhost", port)))
            .collect();
        sleep(0.0).await?;
        for lookup in &lookups[1..] {
            lookup.cancel();
        }
        for (number, lookup) in lookups.into_iter().enumerate() {
            match lookup.await {
                Ok(_) => assert_eq!(number, 0),
                Err(error) => assert!(error.is_cancelled()),
            }
        }
        Ok(())
    });
}

/// The loop is closed while names are being looked up.
#[test]
fn a_loop_closes_with_lookups() {
    let event_loop = new_event_loop().unwrap();
    for port in 0..10 {
        let lookup = event_loop.getaddrinfo("localhost", port);
        event_loop.set_exception_handler(|_, _| ());
        event_loop.create_task(lookup);
    }
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || event_loop.stop()
    });
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn virtual_time_waits_for_an_answer() {
    let clock = VirtualClock::new(0.0);
    let event_loop = EventLoop::builder().clock(clock.clone()).build().unwrap();
    run_on(&event_loop, async {
        let event_loop = get_running_loop()?;
        let lookup = event_loop.getaddrinfo("localhost", 80);
        assert!(!wait_for(lookup, 1.0).await?.is_empty());
        // Nobody waits for the second answer any more.
        let lookup = create_task(event_loop.getaddrinfo("localhost", 81));
        sleep(0.0).await?;
        lookup.cancel();
        sleep(3600.0).await
    });
    assert_eq!(clock.time(), 3600.0);
}

#[test]
fn a_host_that_would_be_lost_in_the_text_is_quoted() {
    run(async {
        let event_loop = get_running_loop()?;
        for (host, named) in [
            ("no host here", "resolve \"no host here\": "),
            ("tab\there", "resolve \"tab\\there\": "),
            ("", "resolve \"\": "),
            ("name.invalid", "resolve name.invalid: "),
        ] {
            let refused = event_loop.getaddrinfo(host, 80).await.unwrap_err();
            assert!(refused.to_string().starts_with(named), "{refused}");
        }
        Ok(())
    });
}
