//! [`Member`]: the coroutine of a group's task.

use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use asyncio_executor::Result;
use pin_project_lite::pin_project;

use super::limit::{Claim, Turn};
use crate::cancel_scopes::{Node, Place};

pin_project! {
    /// A coroutine with what it has from its group, which is mostly nothing.
    pub(super) struct Member<C> {
        lot: Option<Box<Lot>>,
        #[pin]
        coro: C,
    }
}

/// What a task has from its group.
pub(super) struct Lot {
    /// Its place in the tree, if the group is inside of a cancel scope.
    place: Option<Place>,
    /// Its right to run, if the group has a limit.
    turn: Option<Turn>,
}

impl Lot {
    pub(super) fn new(scope: Option<&Rc<Node>>, turn: Option<Turn>) -> Option<Box<Self>> {
        let place = scope.map(Place::inside);
        let has_some = place.is_some() || turn.is_some();
        has_some.then(|| Box::new(Lot { place, turn }))
    }

    pub(super) fn node(&self) -> Option<&Rc<Node>> {
        self.place.as_ref().map(Place::node)
    }

    pub(super) fn claim(&self) -> Option<Rc<Claim>> {
        self.turn.as_ref().map(Turn::claim)
    }

    fn poll<T, C: Future<Output = Result<T>>>(
        &mut self,
        coro: Pin<&mut C>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T>> {
        let coro = InTurn {
            turn: self.turn.as_mut(),
            coro,
        };
        match &self.place {
            Some(place) => place.node().poll(pin!(coro), cx),
            None => pin!(coro).poll(cx),
        }
    }
}

impl<C> Member<C> {
    pub(super) fn new(lot: Option<Box<Lot>>, coro: C) -> Self {
        Member { lot, coro }
    }
}

impl<T, C: Future<Output = Result<T>>> Future for Member<C> {
    type Output = Result<T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        match this.lot {
            None => this.coro.poll(cx),
            Some(lot) => lot.poll(this.coro, cx),
        }
    }
}

/// One poll of a coroutine, if it is its turn.
struct InTurn<'a, C> {
    turn: Option<&'a mut Turn>,
    coro: Pin<&'a mut C>,
}

impl<T, C: Future<Output = Result<T>>> Future for InTurn<'_, C> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        if let Some(turn) = &mut self.turn {
            ready!(turn.poll(cx))?;
        }
        self.coro.as_mut().poll(cx)
    }
}
