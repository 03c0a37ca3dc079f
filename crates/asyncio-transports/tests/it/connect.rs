//! Connecting.

use std::fs;
use std::io;
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::panic;

use asyncio_transports::{
    AddressFamily, Error, ExceptionGroup, LoopTransports, PanicError, Result, ValueError,
    create_task, get_running_loop, raise, sleep,
};
use socket2::{Domain, Socket, Type};

use crate::contract::Client;
use crate::support::{Log, is_own_process, pass, receive, run};

/// Takes `address` without listening: as long as the socket lives, it refuses connections.
fn refuse(address: impl Into<SocketAddr>) -> Result<Socket> {
    let address = address.into();
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// An address that refuses connections, with its port.
fn refusing() -> Result<(Socket, u16)> {
    let socket = refuse(([127, 0, 0, 1], 0))?;
    let port = socket.local_addr()?.as_socket().unwrap().port();
    Ok((socket, port))
}

fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn srv_08_one_refusal_is_returned_as_it_is() {
    run(async {
        let (_socket, port) = refusing()?;
        let event_loop = get_running_loop()?;
        let error = event_loop
            .create_connection(|| (), "127.0.0.1", port)
            .await
            .unwrap_err();
        assert_eq!(error.type_name(), "ConnectionRefusedError");
        let kind = error.downcast_ref::<io::Error>().unwrap().kind();
        assert_eq!(kind, io::ErrorKind::ConnectionRefused);
        let text = format!("connect to 127.0.0.1:{port}: connection refused");
        assert_eq!(error.to_string(), text);
        Ok(())
    });
}

#[test]
fn srv_08_addresses_are_tried_in_order() {
    run(async {
        let event_loop = get_running_loop()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        // No host is both loopback addresses, IPv6 first. There may be no IPv6.
        let _first = refuse((Ipv6Addr::LOCALHOST, port));
        let (transport, _) = event_loop.create_connection(|| (), None, port).await?;
        let peername = transport.get_extra_info().peername().unwrap();
        assert_eq!(peername, listener.local_addr()?);
        transport.close();

        let (_second, port) = refusing()?;
        let _first = refuse((Ipv6Addr::LOCALHOST, port));
        let connecting = event_loop.create_connection(|| (), None, port);
        let error = connecting.await.unwrap_err();
        assert_eq!(error.type_name(), "OSError");
        let text = error.to_string();
        let first = format!("Multiple exceptions: connect to [::1]:{port}: ");
        assert!(text.starts_with(&first), "{text}");
        let second = format!(", connect to 127.0.0.1:{port}: connection refused");
        assert!(text.ends_with(&second), "{text}");

        let connecting = event_loop.create_connection(|| (), None, port);
        let error = connecting.all_errors().await.unwrap_err();
        let group = error.downcast_ref::<ExceptionGroup>().unwrap();
        assert_eq!(
            group.to_string(),
            "create_connection failed (2 sub-exceptions)"
        );
        assert_eq!(group.exceptions()[1].type_name(), "ConnectionRefusedError");
        Ok(())
    });
}

#[test]
fn srv_08_family() {
    run(async {
        let event_loop = get_running_loop()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let connecting = event_loop.create_connection(|| (), None, port);
        let (transport, _) = connecting.family(AddressFamily::Inet).await?;
        transport.close();
        let connecting = event_loop.create_connection(|| (), "127.0.0.1", port);
        let error = connecting.family(AddressFamily::Inet6).await.unwrap_err();
        let text = "resolve 127.0.0.1: no address of the wanted family";
        assert_eq!(error.to_string(), text);
        Ok(())
    });
}

#[test]
fn srv_10_local_addr() {
    run(async {
        let event_loop = get_running_loop()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let connect = || event_loop.create_connection(|| (), "127.0.0.1", port);
        let (transport, _) = connect().local_addr("127.0.0.2", 0).await?;
        let sockname = transport.get_extra_info().sockname().unwrap();
        assert_eq!(sockname.ip().to_string(), "127.0.0.2");
        assert_eq!(listener.accept()?.1, sockname);
        transport.close();

        let error = connect().local_addr("192.0.2.1", 0).await.unwrap_err();
        let text = "error while attempting to bind on address 192.0.2.1:0: cannot assign requested address";
        assert_eq!(error.to_string(), text);
        let error = connect().local_addr("::1", 0).await.unwrap_err();
        let text = "no matching local address with family=Inet found";
        assert_eq!(error.to_string(), text);
        Ok(())
    });
}

#[test]
fn srv_11_misuse() {
    run(async {
        let event_loop = get_running_loop()?;
        let neither = event_loop.create_connection(|| (), None, None).await;
        let neither = neither.unwrap_err();
        assert!(neither.is::<ValueError>());
        let text = "host and port was not specified and no sock specified";
        assert_eq!(neither.to_string(), text);
        let (stream, _peer) = UnixStream::pair()?;
        let both = event_loop
            .create_connection(|| (), "127.0.0.1", 1)
            .sock(stream)
            .await;
        let text = "host/port and sock can not be specified at the same time";
        assert_eq!(both.unwrap_err().to_string(), text);
        let datagram = UdpSocket::bind("127.0.0.1:0")?;
        let wrong = event_loop.connect_accepted_socket(|| (), datagram).await;
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
fn srv_12_a_failing_factory_closes_the_socket() {
    run(async {
        let event_loop = get_running_loop()?;
        let (stream, mut peer) = UnixStream::pair()?;
        let raising = || -> () { raise(ValueError::with_message("no protocol")) };
        let made = event_loop
            .create_connection(raising, None, None)
            .sock(stream);
        let error = made.await.unwrap_err();
        assert!(error.is::<ValueError>());
        peer.set_nonblocking(true)?;
        assert!(receive(&mut peer, 1).await?.is_empty());

        let (stream, mut peer) = UnixStream::pair()?;
        let panicking = || -> () { panic::resume_unwind(Box::new("no protocol")) };
        let made = event_loop.connect_accepted_socket(panicking, stream);
        assert!(made.await.unwrap_err().is::<PanicError>());
        peer.set_nonblocking(true)?;
        assert!(receive(&mut peer, 1).await?.is_empty());
        Ok(())
    });
}

#[test]
fn srv_12_cancel_before_connection_made_closes_the_transport() {
    run(async {
        let event_loop = get_running_loop()?;
        let log = Log::default();
        let client = Client::new(&log);
        let (stream, mut peer) = UnixStream::pair()?;
        let connecting = event_loop.create_connection(|| client, None, None);
        let task = create_task(async move {
            connecting.sock(stream).await?;
            Ok(())
        });
        event_loop.call_soon({
            let task = task.clone();
            move || task.cancel_with("stop")
        });
        let error: Error = task.await.unwrap_err();
        assert!(error.is_cancelled());
        assert_eq!(error.to_string(), "stop");
        assert_eq!(log.take(), ["connection_made", "connection_lost none"]);
        peer.set_nonblocking(true)?;
        assert!(receive(&mut peer, 1).await?.is_empty());
        Ok(())
    });
}

#[test]
fn srv_14_cancel_closes_the_socket() {
    if !is_own_process("connect::srv_14_cancel_closes_the_socket") {
        return;
    }
    run(async {
        let event_loop = get_running_loop()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let before = descriptors();
        for cancel in [true, false] {
            let connecting = event_loop.create_connection(|| (), "127.0.0.1", port);
            let mut connecting = Box::pin(connecting.into_future());
            if cancel {
                let task = create_task(async move { connecting.await.map(drop) });
                sleep(0.0).await?;
                assert_eq!(descriptors(), before + 1);
                task.cancel();
                assert!(task.await.unwrap_err().is_cancelled());
            } else {
                let poll = |cx: &mut std::task::Context<'_>| {
                    std::task::Poll::Ready(connecting.as_mut().poll(cx).is_pending())
                };
                assert!(std::future::poll_fn(poll).await);
                assert_eq!(descriptors(), before + 1);
                drop(connecting);
            }
            assert_eq!(descriptors(), before);
        }
        Ok(())
    });
}

#[test]
fn an_accepted_socket_becomes_a_transport() {
    run(async {
        let event_loop = get_running_loop()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let _client = TcpStream::connect(listener.local_addr()?)?;
        let (accepted, address) = listener.accept()?;
        let (transport, _) = event_loop.connect_accepted_socket(|| (), accepted).await?;
        assert_eq!(transport.get_extra_info().peername(), Some(address));
        transport.close();
        pass(2).await
    });
}
