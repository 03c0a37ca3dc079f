//! Programs as users write them, through the facade only.

mod any_order;
mod cancel_scopes;
mod endings;
mod misuse;
mod protocols;
mod readme;
mod signals;
mod streams;
mod structured;
mod support;
mod tasks;
mod virtual_time;
