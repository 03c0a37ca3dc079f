//! [`AnyProtocol`], a protocol without its type, and [`IntoProtocol`], what can become a transport's protocol.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use asyncio_executor::ContextThing;

use super::adapter::{Adapter, ProtocolRef};
use super::{BufferedProtocol, Protocol, ProtocolObject};

/// A protocol of whatever type: what `get_protocol` returns. A cheap clone.
#[derive(Clone)]
pub struct AnyProtocol(Rc<dyn ProtocolObject>);

impl AnyProtocol {
    /// The handle to the protocol, if it is a `P`.
    pub fn downcast<P: 'static>(&self) -> Option<ProtocolRef<P>> {
        let adapter = self.downcast_object::<Adapter<P>>()?;
        Some(ProtocolRef::from_adapter(adapter))
    }

    /// The [`ProtocolObject`], if it is an `O`.
    pub fn downcast_object<O: ProtocolObject>(&self) -> Option<Rc<O>> {
        let any: Rc<dyn Any> = self.0.clone();
        any.downcast().ok()
    }

    /// The protocol as transports see it.
    pub fn object(&self) -> &Rc<dyn ProtocolObject> {
        &self.0
    }
}

impl From<Rc<dyn ProtocolObject>> for AnyProtocol {
    fn from(object: Rc<dyn ProtocolObject>) -> Self {
        AnyProtocol(object)
    }
}

impl PartialEq for AnyProtocol {
    /// Whether both are handles to the same protocol.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(Rc::as_ptr(&self.0), Rc::as_ptr(&other.0))
    }
}

impl<P: 'static> PartialEq<ProtocolRef<P>> for AnyProtocol {
    fn eq(&self, other: &ProtocolRef<P>) -> bool {
        *self == other.as_any()
    }
}

impl fmt::Debug for AnyProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0.type_name())
    }
}

impl ContextThing for AnyProtocol {}

/// What a protocol factory may make and `set_protocol` may take: a [`Protocol`], a [`BufferedProtocol`], a handle to
/// one, or a [`ProtocolObject`] behind an `Rc`.
///
/// `Kind` tells the implementations apart and is always inferred.
pub trait IntoProtocol<Kind> {
    /// The handle that is left to the program.
    type Handle: 'static;

    /// The protocol as a transport needs it.
    fn into_protocol(self) -> Self::Handle;

    /// The protocol of a handle.
    fn object(handle: &Self::Handle) -> Rc<dyn ProtocolObject>;
}

/// The kinds of [`IntoProtocol`].
pub mod kind {
    /// A [`Protocol`](super::Protocol).
    #[derive(Debug)]
    pub enum Data {}
    /// A [`BufferedProtocol`](super::BufferedProtocol).
    #[derive(Debug)]
    pub enum Buffered {}
    /// A handle to a protocol.
    #[derive(Debug)]
    pub enum Handle {}
    /// A [`ProtocolObject`](super::ProtocolObject).
    #[derive(Debug)]
    pub enum Object {}
}

impl<P: Protocol> IntoProtocol<kind::Data> for P {
    type Handle = ProtocolRef<P>;

    fn into_protocol(self) -> ProtocolRef<P> {
        ProtocolRef::from_adapter(Rc::new(Adapter::data(self)))
    }

    fn object(handle: &ProtocolRef<P>) -> Rc<dyn ProtocolObject> {
        handle.object()
    }
}

impl<P: BufferedProtocol> IntoProtocol<kind::Buffered> for P {
    type Handle = ProtocolRef<P>;

    fn into_protocol(self) -> ProtocolRef<P> {
        ProtocolRef::from_adapter(Rc::new(Adapter::buffered(self)))
    }

    fn object(handle: &ProtocolRef<P>) -> Rc<dyn ProtocolObject> {
        handle.object()
    }
}

impl<P: 'static> IntoProtocol<kind::Handle> for ProtocolRef<P> {
    type Handle = Self;

    fn into_protocol(self) -> Self {
        self
    }

    fn object(handle: &Self) -> Rc<dyn ProtocolObject> {
        handle.object()
    }
}

impl IntoProtocol<kind::Handle> for AnyProtocol {
    type Handle = Self;

    fn into_protocol(self) -> Self {
        self
    }

    fn object(handle: &Self) -> Rc<dyn ProtocolObject> {
        handle.0.clone()
    }
}

impl<O: ProtocolObject> IntoProtocol<kind::Object> for Rc<O> {
    type Handle = Self;

    fn into_protocol(self) -> Self {
        self
    }

    fn object(handle: &Self) -> Rc<dyn ProtocolObject> {
        handle.clone()
    }
}
