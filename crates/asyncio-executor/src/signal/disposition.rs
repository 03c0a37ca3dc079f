//! What this process does with each signal: who gets it, and what happens when nobody does.

use std::io::{self, PipeWriter};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asyncio_reactor::{SignalAction, signal_action};
use signal_hook::{SigId, flag, low_level};

/// The right to get a signal. Dropping it gives the signal to whoever is next, or its old action back.
pub(super) struct Claim {
    signal: i32,
    role: Role,
    id: u64,
}

/// In which capacity somebody gets a signal.
#[derive(Clone, Copy)]
pub(super) enum Role {
    /// The handler that a program has added. One at a time: the last one gets the signal.
    Handler,
    /// A runner, which shuts down. It gets the signal while there is no handler. [`free`] gives it this role.
    Watch(Prior),
}

/// Where a signal goes.
pub(super) struct Line {
    /// Gets one byte for each.
    pub(super) sender: PipeWriter,
    /// Tells a busy loop to look.
    pub(super) alarm: Arc<AtomicBool>,
    /// Set until the loop has looked. Where there is one, a signal that finds it set has its default action.
    pub(super) unseen: Option<Arc<AtomicBool>>,
}

impl Claim {
    /// # Errors
    ///
    /// `OSError` if the system refuses; then everything is as before.
    pub(super) fn new(signal: i32, role: Role, line: Line) -> io::Result<Self> {
        let mut table = table();
        let disposition = table.get(signal, role)?;
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let actions = Vec::new();
        let holder = Holder { id, line, actions };
        let replaced = disposition.holder(role).replace(holder);
        if let Err(error) = disposition.apply(signal) {
            *disposition.holder(role) = replaced;
            return Err(error);
        }
        Ok(Claim { signal, role, id })
    }

    /// Whether nobody has taken the signal over in the same role.
    pub(super) fn is_valid(&self) -> bool {
        table()
            .known(self.signal)
            .and_then(|disposition| disposition.holder(self.role).as_ref())
            .is_some_and(|holder| holder.id == self.id)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut table = table();
        let Some(disposition) = table.known(self.signal) else {
            return;
        };
        let holder = disposition.holder(self.role);
        let released = holder.take_if(|holder| holder.id == self.id);
        if released.is_some()
            && let Err(error) = disposition.apply(self.signal)
        {
            disposition.unclaimed.store(true, Ordering::SeqCst);
            crate::log::error(format_args!(
                "signal {} has its default action again, though a runner watches: {error}",
                self.signal
            ));
        }
    }
}

/// The role of a runner that takes the signal, if it may: nobody has it, the program neither ignores it nor handles it by
/// other means.
pub(super) fn free(signal: i32) -> Option<Role> {
    let prior = match table().known(signal) {
        Some(known) if known.handler.is_some() || known.watch.is_some() => return None,
        Some(known) => known.prior,
        None => Prior::of(signal),
    };
    (prior == Prior::Default).then_some(Role::Watch(prior))
}

/// What the process does with one signal.
struct Disposition {
    prior: Prior,
    /// Whether the signal has its prior action.
    unclaimed: Arc<AtomicBool>,
    /// Sees to that, for the default action: signal-hook never gives a signal its default back, so this one stays for
    /// good, and comes first.
    _default: Option<Action>,
    handler: Option<Holder>,
    watch: Option<Holder>,
}

/// What a signal did before the first claim.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Prior {
    /// Its default action.
    Default,
    /// Nothing, or a handler was called that knows nothing of loops. signal-hook goes on to do the same.
    Other,
}

struct Holder {
    id: u64,
    line: Line,
    /// What happens when the signal comes. Empty while somebody else gets it.
    actions: Vec<Action>,
}

impl Disposition {
    fn new(signal: i32, prior: Prior) -> io::Result<Self> {
        let unclaimed = Arc::new(AtomicBool::new(true));
        let default = match prior {
            Prior::Default => Some(register_default(signal, &unclaimed)?),
            Prior::Other => None,
        };
        Ok(Disposition {
            prior,
            unclaimed,
            _default: default,
            handler: None,
            watch: None,
        })
    }

    fn holder(&mut self, role: Role) -> &mut Option<Holder> {
        match role {
            Role::Handler => &mut self.handler,
            Role::Watch(_) => &mut self.watch,
        }
    }

    /// Connects the signal with whoever is to get it, and only then disconnects it from others: none is lost.
    fn apply(&mut self, signal: i32) -> io::Result<()> {
        let (active, passive) = match (self.handler.as_mut(), self.watch.as_mut()) {
            (None, watch) => (watch, None),
            (handler, watch) => (handler, watch),
        };
        let is_unclaimed = active.is_none();
        if let Some(holder) = active {
            holder.connect(signal)?;
        }
        self.unclaimed.store(is_unclaimed, Ordering::SeqCst);
        if let Some(holder) = passive {
            holder.actions.clear();
        }
        Ok(())
    }
}

impl Holder {
    fn connect(&mut self, signal: i32) -> io::Result<()> {
        if !self.actions.is_empty() {
            return Ok(());
        }
        let mut actions = Vec::new();
        if let Some(unseen) = &self.line.unseen {
            // In this order: the first signal must not find the flag that it sets.
            actions.push(register_default(signal, unseen)?);
            actions.push(Action(flag::register(signal, unseen.clone())?));
        }
        let sender = self.line.sender.try_clone()?;
        actions.push(Action(low_level::pipe::register(signal, sender)?));
        // Who sees the alarm must find the byte.
        actions.push(Action(flag::register(signal, self.line.alarm.clone())?));
        self.actions = actions;
        Ok(())
    }
}

/// Something that signal-hook does when a signal comes, until this is dropped.
struct Action(SigId);

impl Drop for Action {
    fn drop(&mut self) {
        low_level::unregister(self.0);
    }
}

/// Applies the default action whenever `condition` is set.
fn register_default(signal: i32, condition: &Arc<AtomicBool>) -> io::Result<Action> {
    let condition = condition.clone();
    let registered = match low_level::signal_name(signal) {
        Some(_) => flag::register_conditional_default(signal, condition)?,
        // Those that signal-hook does not know, the real-time ones above all, end the process. It cannot die of them
        // without their real default, so it exits as a shell would report it.
        None => flag::register_conditional_shutdown(signal, 128 + signal, condition)?,
    };
    Ok(Action(registered))
}

impl Prior {
    fn of(signal: i32) -> Self {
        match signal_action(signal) {
            Ok(SignalAction::Default) => Prior::Default,
            _ => Prior::Other,
        }
    }
}

/// What is known of each signal that was claimed. They are few.
struct Table(Vec<(i32, Disposition)>);

impl Table {
    fn get(&mut self, signal: i32, role: Role) -> io::Result<&mut Disposition> {
        let place = match self.0.iter().position(|(number, _)| *number == signal) {
            Some(place) => place,
            None => {
                let prior = match role {
                    Role::Handler => Prior::of(signal),
                    Role::Watch(prior) => prior,
                };
                self.0.push((signal, Disposition::new(signal, prior)?));
                self.0.len() - 1
            }
        };
        Ok(&mut self.0[place].1)
    }

    fn known(&mut self, signal: i32) -> Option<&mut Disposition> {
        let found = self.0.iter_mut().find(|(number, _)| *number == signal);
        found.map(|(_, disposition)| disposition)
    }
}

fn table() -> MutexGuard<'static, Table> {
    static TABLE: Mutex<Table> = Mutex::new(Table(Vec::new()));
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);
