//! Hosts and their addresses: numbers are read at once, names are looked up by a few threads of the loop's own.
//!
//! Mirrors `getaddrinfo`, `_ensure_resolved` and `_ipaddr_info` of `asyncio.base_events`.

mod lookups;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use asyncio_executor::{EventLoop, Result};

use crate::error::refused;
use crate::trsock::AddressFamily;

use lookups::look_up;

/// One end's host: a name, a number, or `None`. No host is this machine when connecting, and all of its addresses
/// when listening.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host(Option<Box<str>>);

/// The hosts that a server listens on: whatever makes a [`Host`], or a list of that. The empty string is all
/// addresses of this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Option<Vec<Host>>);

impl Host {
    /// Whether there is neither a name nor a number.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl Hosts {
    /// Whether this is `None`, which is not the same as the empty string.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// One by one.
    pub(crate) fn into_vec(self) -> Vec<Host> {
        self.0.unwrap_or_else(|| vec![Host(None)])
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_deref() {
            Some(name) => Printable(name).fmt(f),
            None => f.write_str("no host"),
        }
    }
}

/// A name in a text: quoted if it could not be told from the text around it.
struct Printable<'a>(&'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0;
        let escaped = format!("{name:?}");
        let is_plain = !name.is_empty()
            && !name.contains(char::is_whitespace)
            && escaped.len() == name.len() + QUOTES;
        f.write_str(if is_plain { name } else { &escaped })
    }
}

const QUOTES: usize = "\"\"".len();

macro_rules! hosts {
    ($($type:ty, |$host:ident| $name:expr;)*) => {$(
        impl From<$type> for Host {
            fn from($host: $type) -> Self {
                Host($name)
            }
        }

        impl From<$type> for Hosts {
            fn from(host: $type) -> Self {
                let host = Host::from(host);
                match host.0.as_deref() {
                    None => Hosts(None),
                    Some("") => Hosts(Some(vec![Host(None)])),
                    Some(_) => Hosts(Some(vec![host])),
                }
            }
        }
    )*};
}

hosts! {
    &str, |host| Some(host.into());
    String, |host| Some(host.into());
    &String, |host| Some(host.as_str().into());
    IpAddr, |host| Some(host.to_string().into());
    Ipv4Addr, |host| Some(host.to_string().into());
    Ipv6Addr, |host| Some(host.to_string().into());
    Option<&str>, |host| host.map(Into::into);
}

impl From<Host> for Hosts {
    fn from(host: Host) -> Self {
        Hosts(host.0.map(|name| vec![Host(Some(name))]))
    }
}

impl<H: Into<Host>> From<Vec<H>> for Hosts {
    fn from(hosts: Vec<H>) -> Self {
        Hosts(Some(hosts.into_iter().map(Into::into).collect()))
    }
}

impl<H: Into<Host>, const N: usize> From<[H; N]> for Hosts {
    fn from(hosts: [H; N]) -> Self {
        Hosts(Some(hosts.into_iter().map(Into::into).collect()))
    }
}

impl<H: Into<Host> + Clone> From<&[H]> for Hosts {
    fn from(hosts: &[H]) -> Self {
        hosts.to_vec().into()
    }
}

/// What an address is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Connect,
    Listen,
}

/// The addresses of a host, at least one.
pub(crate) struct Query<'a> {
    pub(crate) host: &'a Host,
    pub(crate) port: u16,
    /// Only addresses of this family.
    pub(crate) family: Option<AddressFamily>,
    pub(crate) purpose: Purpose,
}

impl Query<'_> {
    pub(crate) async fn resolve(&self, event_loop: &EventLoop) -> Result<Vec<SocketAddr>> {
        let mut addresses = match self.host.0.as_deref() {
            None => self.of_this_machine(),
            Some(name) => match name.parse::<IpAddr>() {
                Ok(number) => vec![SocketAddr::new(number, self.port)],
                Err(_) => look_up(event_loop, name, self.port).await?,
            },
        };
        addresses.retain(|address| {
            self.family
                .is_none_or(|family| family == family_of(address))
        });
        if addresses.is_empty() {
            let reason = io::Error::new(io::ErrorKind::NotFound, "no address of the wanted family");
            return Err(refused(format_args!("resolve {}", self.host), reason).into());
        }
        Ok(addresses)
    }

    /// In the system's own order.
    fn of_this_machine(&self) -> Vec<SocketAddr> {
        let numbers: [IpAddr; 2] = match self.purpose {
            Purpose::Connect => [Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()],
            Purpose::Listen => [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()],
        };
        let addresses = numbers.map(|number| SocketAddr::new(number, self.port));
        addresses.into()
    }
}

pub(crate) fn family_of(address: &SocketAddr) -> AddressFamily {
    match address {
        SocketAddr::V4(_) => AddressFamily::Inet,
        SocketAddr::V6(_) => AddressFamily::Inet6,
    }
}
