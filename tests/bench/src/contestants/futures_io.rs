//! What servers do on streams with the traits of the futures library: those of smol and of glommio.

use std::io;

use ::smol::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt,
};

use super::servers::{LAST, SMALL_SIZE};

pub(super) async fn echo(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    mut buffer: impl AsMut<[u8]>,
) -> io::Result<()> {
    let buffer = buffer.as_mut();
    loop {
        let length = stream.read(buffer).await?;
        if length == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..length]).await?;
    }
}

pub(super) async fn once(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; SMALL_SIZE];
    let length = stream.read(&mut buffer).await?;
    stream.write_all(&buffer[..length]).await
}

pub(super) async fn lines(mut stream: impl AsyncBufRead + AsyncWrite + Unpin) -> io::Result<()> {
    let (mut line, mut reply) = (Vec::new(), Vec::new());
    while stream.read_until(b'\n', &mut line).await? > 0 {
        reply.extend_from_slice(&line);
        if line[0] == LAST {
            stream.write_all(&reply).await?;
            reply.clear();
        }
        line.clear();
    }
    Ok(())
}
