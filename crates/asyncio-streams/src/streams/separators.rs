//! [`Separators`]: what may be given to `readuntil`.

use bytes::Bytes;

/// What ends a read: one separator, or a tuple or slice of several as in Python's `readuntil(separator=(...))`.
///
/// Of several separators the match that ends first wins.
///
/// ```
/// # asyncio_tasks::run(async {
/// let mut reader = asyncio_streams::StreamReader::default();
/// reader.feed_data(b"one\r\ntwo\nthree;four|");
/// assert_eq!(reader.readuntil(b"\r\n").await?, "one\r\n");
/// assert_eq!(reader.readuntil("\n").await?, "two\n");
/// assert_eq!(reader.readuntil((b"|", b"\n", b";")).await?, "three;");
/// let any = vec![b"||".as_slice(), b"|"];
/// assert_eq!(reader.readuntil(any.as_slice()).await?, "four|");
/// # Ok(()) }).unwrap();
/// ```
pub trait Separators {
    /// The separators, one by one.
    #[doc(hidden)]
    fn slices(&self) -> impl AsRef<[&[u8]]>;
}

/// One separator.
pub trait Separator {
    /// Its bytes.
    #[doc(hidden)]
    fn bytes(&self) -> &[u8];
}

impl Separator for [u8] {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl<const N: usize> Separator for [u8; N] {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl Separator for Vec<u8> {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl Separator for Bytes {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl Separator for str {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Separator for String {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl<S: Separator + ?Sized> Separators for &S {
    fn slices(&self) -> impl AsRef<[&[u8]]> {
        [self.bytes()]
    }
}

impl Separators for &[&[u8]] {
    fn slices(&self) -> impl AsRef<[&[u8]]> {
        *self
    }
}

impl<const N: usize> Separators for &[&[u8]; N] {
    fn slices(&self) -> impl AsRef<[&[u8]]> {
        *self
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))+) => {$(
        #[allow(non_snake_case, reason = "the names of the types name the values")]
        impl<$($name: Separator + ?Sized),+> Separators for ($(&$name,)+) {
            fn slices(&self) -> impl AsRef<[&[u8]]> {
                let ($($name,)+) = self;
                [$($name.bytes()),+]
            }
        }
    )+};
}

tuples! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
}
