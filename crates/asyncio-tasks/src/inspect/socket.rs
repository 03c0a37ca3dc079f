//! The socket's file: only its own user can open it, and it replaces nothing but a socket that nobody listens at.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

/// Listens at `path`. The file is removed when the returned guard is dropped.
pub(super) fn listen(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let listened = bind_private(path).or_else(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            remove_abandoned(path)?;
            bind_private(path)
        }
        _ => Err(error),
    });
    let listener = listened.map_err(|error| about(path, error))?;
    let file = SocketFile::of(path)?;
    listener.set_nonblocking(true)?;
    Ok((listener, file))
}

/// Removes a socket of this user that nobody listens at.
fn remove_abandoned(path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    if !found.file_type().is_socket() || found.uid() != geteuid().as_raw() {
        let text = "there is something else";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        _ => Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            "another loop is inspected there",
        )),
    }
}

fn about(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("inspect at {}: {error}", path.display()),
    )
}

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use linux::{bind_private, check_peer};

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use std::io;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::Path;

    use rustix::fs::{Mode, fchmod};
    use rustix::net::sockopt::socket_peercred;
    use rustix::net::{
        AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, listen, socket_with,
    };
    use rustix::process::geteuid;

    /// Whether the other side may ask: it runs as the same user, or as root.
    pub(in super::super) fn check_peer(stream: &UnixStream) -> io::Result<()> {
        let peer = socket_peercred(stream)?.uid;
        match peer == geteuid() || peer.is_root() {
            true => Ok(()),
            false => Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!("it belongs to user {}", peer.as_raw()),
            )),
        }
    }

    /// Linux gives the file the mode of the socket: so the file has never another one, and the process's umask, which
    /// belongs to all its threads, is left alone.
    pub(in super::super) fn bind_private(path: &Path) -> io::Result<UnixListener> {
        let flags = SocketFlags::CLOEXEC;
        let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        fchmod(&socket, Mode::RUSR | Mode::WUSR)?;
        bind(&socket, &SocketAddrUnix::new(path)?)?;
        listen(&socket, BACKLOG)?;
        Ok(socket.into())
    }

    /// So many clients may wait to be let in.
    const BACKLOG: i32 = 128;
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) use elsewhere::{bind_private, check_peer};

/// Nobody knows there how to keep others out from the first moment.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod elsewhere {
    use std::io;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::Path;

    pub(in super::super) fn check_peer(_stream: &UnixStream) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in super::super) fn bind_private(_path: &Path) -> io::Result<UnixListener> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The file that was made, which is removed with this, unless there is another one in its place.
pub(super) struct SocketFile {
    path: PathBuf,
    made: (u64, u64),
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        Ok(SocketFile {
            made: identity(&fs::symlink_metadata(path)?),
            // The program may change its directory.
            path: std::path::absolute(path)?,
        })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let found = fs::symlink_metadata(&self.path);
        if found.is_ok_and(|found| identity(&found) == self.made) {
            // Somebody else's folder by now: nothing is lost but order.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn identity(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}
