//! Servers.

use std::cell::{Cell, RefCell};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::rc::Rc;

use asyncio_reactor::VirtualClock;
use asyncio_transports::{
    ContextVar, Error, EventLoop, Future, LoopTasks, LoopTransports, Protocol, Result,
    RuntimeError, Server, Transport, ValueError, create_task, current_task, get_running_loop,
    raise, sleep,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::contract::{Client, fill};
use crate::support::{
    Log, is_own_process, keep_log, log_reports, logged, pass, receive, run, run_on, show,
};

/// A server of [`Client`]s on one address.
async fn serve(log: &Log) -> Result<Server> {
    let log = log.clone();
    let event_loop = get_running_loop()?;
    event_loop
        .create_server(move || Client::new(&log), "127.0.0.1", 0)
        .await
}

/// The transports of a server's connections, in the order of their coming.
#[derive(Clone, Default)]
struct Accepted(Rc<RefCell<Vec<Transport>>>, Log);

impl Protocol for Accepted {
    fn connection_made(&mut self, transport: Transport) {
        self.0.borrow_mut().push(transport);
        self.1.add("accepted");
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        self.1.add(format!("lost {}", show(exc.as_ref())));
    }
}

impl Accepted {
    async fn serve(&self) -> Result<Server> {
        let accepted = self.clone();
        let event_loop = get_running_loop()?;
        event_loop
            .create_server(move || accepted.clone(), "127.0.0.1", 0)
            .await
    }
}

/// A plain socket that is connected to `server`; it does not block.
fn connect(server: &Server) -> Result<TcpStream> {
    let stream = TcpStream::connect(server.sockets()[0].local_addr()?)?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}

#[test]
fn trn_01_accepted_connections_have_their_callbacks_in_order() {
    run(async {
        let log = Log::default();
        let server = serve(&log).await?;
        let mut peer = connect(&server)?;
        peer.write_all(b"x")?;
        drop(peer);
        log.until("connection_lost").await?;
        let expected = [
            "connection_made",
            "data_received \"x\"",
            "data_received returns",
            "eof_received",
            "connection_lost none",
        ];
        assert_eq!(log.take(), expected);
        server.close();
        server.wait_closed().await
    });
}

#[test]
fn srv_01_accepts_one_more_than_the_backlog_at_once() {
    for (backlog, expected) in [(100, vec![5]), (1, vec![2, 2, 1])] {
        run(async move {
            let event_loop = get_running_loop()?;
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let address = listener.local_addr()?;
            let clients: io::Result<Vec<_>> = (0..5).map(|_| TcpStream::connect(address)).collect();
            let tick = Rc::new(Cell::new(0));
            let ticks = Rc::new(RefCell::new(Vec::new()));
            let done = event_loop.create_future();
            let made = {
                let (tick, ticks, done) = (tick.clone(), ticks.clone(), done.clone());
                move || {
                    ticks.borrow_mut().push(tick.get());
                    if ticks.borrow().len() == 5 {
                        done.set_result(()).unwrap();
                    }
                }
            };
            let counting = create_task(async move {
                loop {
                    tick.set(tick.get() + 1);
                    sleep(0.0).await?;
                }
                #[allow(unreachable_code, reason = "it says the type")]
                Ok(())
            });
            let server = event_loop
                .create_server(made_only(made), None, None)
                .sock(listener)
                .backlog(backlog)
                .await?;
            done.await?;
            counting.cancel();
            let ticks = ticks.take();
            let groups: Vec<usize> = ticks.chunk_by(|a, b| a == b).map(<[_]>::len).collect();
            assert_eq!(groups, expected);
            server.close();
            server.wait_closed().await?;
            drop(clients?);
            Ok(())
        });
    }
}

/// A factory of protocols that call `made` and close.
fn made_only(made: impl Fn() + Clone + 'static) -> impl FnMut() -> MadeOnly + 'static {
    move || MadeOnly(Box::new(made.clone()))
}

struct MadeOnly(Box<dyn Fn()>);

impl Protocol for MadeOnly {
    fn connection_made(&mut self, transport: Transport) {
        (self.0)();
        transport.close();
    }
}

#[test]
fn srv_02_rests_when_out_of_descriptors() {
    if !is_own_process("server::srv_02_rests_when_out_of_descriptors") {
        return;
    }
    let clock = VirtualClock::new(0.0);
    let event_loop = EventLoop::builder().clock(clock).build().unwrap();
    run_on(&event_loop, async {
        let event_loop = get_running_loop()?;
        let log = Log::default();
        log_reports(&log);
        let clients = log.clone();
        let server = event_loop
            .create_server(move || Client::new(&clients), "127.0.0.1", 0)
            .backlog(3)
            .await?;
        let _client = connect(&server)?;
        let limits = getrlimit(Resource::Nofile);
        let none = Rlimit {
            current: Some(3),
            ..limits
        };
        setrlimit(Resource::Nofile, none).unwrap();
        log.until("handler").await?;
        setrlimit(Resource::Nofile, limits).unwrap();
        let reports = log.take();
        assert_eq!(reports.len(), 1);
        let expected =
            "handler: socket.accept() out of system resource, OSError: Too many open files";
        assert!(reports[0].starts_with(expected), "{}", reports[0]);
        assert!(server.is_serving());
        let start = event_loop.time();
        log.until("connection_made").await?;
        assert!((0.9..1.1).contains(&(event_loop.time() - start)));
        server.close();
        server.close_clients();
        server.wait_closed().await
    });
}

#[test]
fn srv_02_close_while_resting() {
    if !is_own_process("server::srv_02_close_while_resting") {
        return;
    }
    run(async {
        let log = Log::default();
        log_reports(&log);
        let server = serve(&log).await?;
        let mut client = connect(&server)?;
        let limits = getrlimit(Resource::Nofile);
        let none = Rlimit {
            current: Some(3),
            ..limits
        };
        setrlimit(Resource::Nofile, none).unwrap();
        log.until("handler").await?;
        setrlimit(Resource::Nofile, limits).unwrap();
        server.close();
        server.wait_closed().await?;
        assert!(client.read(&mut [0]).is_err());
        Ok(())
    });
}

#[test]
fn srv_03_each_connection_has_a_copy_of_the_servers_context() {
    static VAR: ContextVar<&str> = ContextVar::new("VAR");
    struct Side(Log, Option<Transport>);
    impl Side {
        fn note(&self, callback: &str) {
            self.0.add(format!("{callback} {}", VAR.get().unwrap()));
        }
    }
    impl Protocol for Side {
        fn connection_made(&mut self, transport: Transport) {
            self.note("connection_made");
            VAR.set("changed");
            self.1 = Some(transport);
        }

        fn data_received(&mut self, _: &[u8]) {
            self.note("data_received");
            self.1.as_ref().unwrap().close();
        }

        fn connection_lost(&mut self, _: Option<Error>) {
            self.note("connection_lost");
        }
    }
    run(async {
        let log = Log::default();
        VAR.set("creation");
        let factory = {
            let log = log.clone();
            move || {
                log.add(format!("factory {}", VAR.get().unwrap()));
                Side(log.clone(), None)
            }
        };
        let event_loop = get_running_loop()?;
        let server = event_loop.create_server(factory, "127.0.0.1", 0).await?;
        VAR.set("later");
        for _ in 0..2 {
            let mut client = connect(&server)?;
            client.write_all(b"x")?;
            log.until("connection_lost").await?;
            let expected = [
                "factory creation",
                "connection_made creation",
                "data_received changed",
                "connection_lost changed",
            ];
            assert_eq!(log.take(), expected);
        }
        assert_eq!(VAR.get(), Some("later"));
        server.close();
        server.wait_closed().await
    });
}

#[test]
fn srv_04_close_leaves_the_connections() {
    run(async {
        let accepted = Accepted::default();
        let server = accepted.serve().await?;
        let socket = server.sockets()[0].clone();
        let mut client = connect(&server)?;
        accepted.1.until("accepted").await?;
        server.close();
        accepted.0.borrow()[0].write(b"still there");
        assert_eq!(receive(&mut client, 11).await?, b"still there");
        assert_eq!(socket.fileno(), -1);
        drop(client);
        server.wait_closed().await
    });
}

#[test]
fn srv_04_life_of_a_server() {
    run(async {
        let event_loop = get_running_loop()?;
        let server = event_loop
            .create_server(|| (), "127.0.0.1", 0)
            .start_serving(false)
            .await?;
        let socket = server.sockets()[0].clone();
        let states = || (server.is_serving(), server.sockets().len());
        assert_eq!(states(), (false, 1));
        server.start_serving().await?;
        server.start_serving().await?;
        assert_eq!(states(), (true, 1));
        server.close();
        assert_eq!(states(), (false, 0));
        assert_eq!(socket.fileno(), -1);
        server.close();
        server.wait_closed().await?;
        server.wait_closed().await?;
        let error = server.serve_forever().await.unwrap_err();
        assert!(error.is::<RuntimeError>());
        assert_eq!(error.to_string(), "server <Server sockets=[]> is closed");
        assert!(server.get_loop() == event_loop);
        Ok(())
    });
}

#[test]
fn srv_04_serve_forever_closes_everything_when_cancelled() {
    run(async {
        let accepted = Accepted::default();
        let server = accepted.serve().await?;
        let serving = create_task({
            let server = server.clone();
            async move { server.serve_forever().await }
        });
        sleep(0.0).await?;
        let error = server.serve_forever().await.unwrap_err().to_string();
        assert!(error.ends_with(" is already being awaited on serve_forever()"));
        let mut client = connect(&server)?;
        accepted.1.until("accepted").await?;
        serving.cancel_with("enough");
        let error = (&serving).await.unwrap_err();
        assert!(error.is_cancelled());
        assert_eq!(error.to_string(), "enough");
        assert_eq!(accepted.1.count("lost none"), 1);
        assert!(!server.is_serving());
        assert!(receive(&mut client, 1).await?.is_empty());
        Ok(())
    });
}

#[test]
fn srv_04_close_ends_serve_forever() {
    run(async {
        let server = serve(&Log::default()).await?;
        let serving = create_task({
            let server = server.clone();
            async move {
                let ended = server.serve_forever().await;
                assert_eq!(current_task()?.unwrap().cancelling(), 0);
                ended
            }
        });
        sleep(0.0).await?;
        server.close();
        assert!(serving.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn srv_04_a_dropped_serve_forever_leaves_room() {
    run(async {
        let server = serve(&Log::default()).await?;
        let mut first = Box::pin(server.serve_forever());
        std::future::poll_fn(|cx| {
            assert!(first.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        drop(first);
        assert!(server.is_serving());
        server.close();
        assert!(
            server
                .serve_forever()
                .await
                .unwrap_err()
                .is::<RuntimeError>()
        );
        Ok(())
    });
}

#[test]
fn srv_05_wait_closed_waits_for_both() {
    run(async {
        for close_first in [true, false] {
            let accepted = Accepted::default();
            let server = accepted.serve().await?;
            let _client = connect(&server)?;
            accepted.1.until("accepted").await?;
            let waiting = create_task({
                let server = server.clone();
                async move { server.wait_closed().await }
            });
            pass(10).await?;
            assert!(!waiting.done());
            let transport = accepted.0.borrow()[0].clone();
            match close_first {
                true => server.close(),
                false => transport.close(),
            }
            pass(10).await?;
            assert!(!waiting.done());
            match close_first {
                true => transport.close(),
                false => server.close(),
            }
            waiting.await?;
        }
        Ok(())
    });
}

#[test]
fn srv_05_close_and_abort_clients() {
    run(async {
        for abort in [false, true] {
            let accepted = Accepted::default();
            let server = accepted.serve().await?;
            let mut client = connect(&server)?;
            accepted.1.until("accepted").await?;
            let transport = accepted.0.borrow()[0].clone();
            let written = fill(&transport);
            match abort {
                true => server.abort_clients(),
                false => server.close_clients(),
            }
            assert!(transport.is_closing());
            assert_eq!(transport.get_write_buffer_size() == 0, abort);
            assert!(server.is_serving());
            let received = receive(&mut client, usize::MAX).await?;
            assert_eq!(received.len() == written, !abort);
            accepted.1.until("lost none").await?;
            server.close();
            server.wait_closed().await?;
        }
        Ok(())
    });
}

#[test]
fn srv_06_hosts() {
    async fn hosts(hosts: impl Into<asyncio_transports::Hosts>) -> Result<Vec<String>> {
        let event_loop = get_running_loop()?;
        let server = event_loop.create_server(|| (), hosts, 0).await?;
        let mut hosts = Vec::new();
        for socket in server.sockets() {
            hosts.push(socket.local_addr()?.ip().to_string());
        }
        server.close();
        server.wait_closed().await?;
        Ok(hosts)
    }
    run(async {
        assert_eq!(hosts("127.0.0.1").await?, ["127.0.0.1"]);
        let two = ["127.0.0.1", "127.0.0.2"];
        assert_eq!(hosts(two).await?, two);
        assert_eq!(hosts(["127.0.0.1", "127.0.0.1"]).await?, ["127.0.0.1"]);
        assert_eq!(hosts(vec!["127.0.0.1", "192.0.2.1"]).await?, ["127.0.0.1"]);
        let everywhere = ["0.0.0.0", "::"];
        for all in [hosts(None).await?, hosts("").await?] {
            assert!(everywhere.starts_with(&all.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        let error = hosts("192.0.2.1").await.unwrap_err();
        assert!(error.is::<io::Error>());
        let text = "could not bind on any address out of [192.0.2.1:0]";
        assert_eq!(error.to_string(), text);
        Ok(())
    });
}

#[test]
fn srv_06_socket_options() {
    run(async {
        let event_loop = get_running_loop()?;
        let create = || event_loop.create_server(|| (), "127.0.0.1", 0);
        let options = |server: &Server| -> io::Result<[bool; 3]> {
            let socket = &server.sockets()[0];
            Ok([
                socket.reuse_address()?,
                socket.reuse_port()?,
                socket.keepalive()?,
            ])
        };
        assert_eq!(options(&create().await?)?, [true, false, false]);
        let server = create().reuse_address(false).await?;
        assert_eq!(options(&server)?, [false, false, false]);
        let server = create().keep_alive(true).await?;
        assert_eq!(options(&server)?, [true, false, true]);
        let server = create().reuse_port(true).await?;
        assert_eq!(options(&server)?, [true, true, false]);
        let port = server.sockets()[0].local_addr()?.port();
        let twin = event_loop.create_server(|| (), "127.0.0.1", port);
        let twin = twin.reuse_port(true).await?;
        assert_eq!(twin.sockets()[0].local_addr()?.port(), port);
        Ok(())
    });
}

#[test]
fn srv_06_an_address_in_use_is_named() {
    run(async {
        let event_loop = get_running_loop()?;
        let taken = TcpListener::bind("127.0.0.1:0")?;
        let address = taken.local_addr()?;
        let hosts = ["127.0.0.2", "127.0.0.1"];
        let error = event_loop.create_server(|| (), hosts, address.port()).await;
        let text =
            format!("error while attempting to bind on address {address}: address already in use");
        assert_eq!(error.unwrap_err().to_string(), text);
        // What was bound before is free again.
        TcpListener::bind(("127.0.0.2", address.port()))?;
        Ok(())
    });
}

#[test]
fn srv_11_misuse() {
    run(async {
        let event_loop = get_running_loop()?;
        let neither = event_loop
            .create_server(|| (), None, None)
            .await
            .unwrap_err();
        assert!(neither.is::<ValueError>());
        assert_eq!(
            neither.to_string(),
            "Neither host/port nor sock were specified"
        );
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let both = event_loop
            .create_server(|| (), "127.0.0.1", 0)
            .sock(listener)
            .await;
        let text = "host/port and sock can not be specified at the same time";
        assert_eq!(both.unwrap_err().to_string(), text);
        let datagram = UdpSocket::bind("127.0.0.1:0")?;
        let wrong = event_loop
            .create_server(|| (), None, None)
            .sock(datagram)
            .await;
        let wrong = wrong.unwrap_err();
        assert!(wrong.is::<ValueError>());
        assert!(
            wrong
                .to_string()
                .starts_with("A Stream Socket was expected, got ")
        );
        Ok(())
    });
}

#[test]
fn srv_13_errors_of_a_factory_are_reported_in_debug_mode_only() {
    for (debug, expected) in [
        (false, vec![]),
        (
            true,
            vec!["handler: Error on transport creation for incoming connection, ValueError: no"],
        ),
    ] {
        run(async move {
            let event_loop = get_running_loop()?;
            event_loop.set_debug(debug);
            event_loop.set_slow_callback_duration(60.0);
            let log = Log::default();
            log_reports(&log);
            let called: Future<()> = event_loop.create_future();
            let factory = {
                let called = called.clone();
                move || -> () {
                    called.set_result(()).unwrap();
                    raise(ValueError::with_message("no"))
                }
            };
            let server = event_loop.create_server(factory, "127.0.0.1", 0).await?;
            let mut client = connect(&server)?;
            called.await?;
            assert_eq!(log.take(), expected);
            assert!(receive(&mut client, 1).await?.is_empty());
            server.close();
            server.wait_closed().await
        });
    }
}

/// A connection that was accepted, but not set up, when the server is closed is closed as well.
#[test]
fn a_connection_comes_too_late() {
    run(async {
        let log = Log::default();
        let server = serve(&log).await?;
        let mut client = connect(&server)?;
        // The listening socket's callback runs in this iteration, the set-up would in the next one.
        sleep(0.0).await?;
        server.close();
        server.wait_closed().await?;
        let received = receive(&mut client, 1).await;
        assert!(received.is_err() || received?.is_empty());
        assert!(log.take().is_empty());
        Ok(())
    });
}

#[test]
fn a_scope_closes_the_server() {
    run(async {
        let server = serve(&Log::default()).await?;
        let port = server
            .scope(async |server| Ok(server.sockets()[0].local_addr()?.port()))
            .await?;
        assert_ne!(port, 0);
        assert!(!server.is_serving());

        let server = serve(&Log::default()).await?;
        let failed = |_: &Server| async { Err::<(), _>(ValueError::with_message("no").into()) };
        assert!(server.scope(failed).await.unwrap_err().is::<ValueError>());
        assert!(!server.is_serving());
        Ok(())
    });
}

#[test]
fn a_server_outlives_its_handles() {
    keep_log();
    run(async {
        let log = Log::default();
        let server = serve(&log).await?;
        let address = server.sockets()[0].local_addr()?;
        drop(server);
        let client = TcpStream::connect(address)?;
        log.until("connection_made").await?;
        drop(client);
        log.until("connection_lost").await
    });
    assert!(logged().is_empty());
}
