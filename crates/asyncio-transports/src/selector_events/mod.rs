//! Transports over descriptors that the loop watches. Mirrors `asyncio.selector_events`.

pub(crate) mod socket;
