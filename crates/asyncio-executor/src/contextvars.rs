//! [`Context`] and [`ContextVar`]: values that follow a task or a callback. Mirrors `contextvars`.
//!
//! A context is a persistent map, so that copying it (for every handle and every task) costs one pointer, and
//! nothing at all while no variable is set. Variables hold `Send + Sync` values, because contexts travel to
//! other threads with `call_soon_threadsafe` and `to_thread`.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::current;
use crate::exceptions::{RuntimeError, ValueError};
use crate::sync::thread_local;

/// A variable whose value belongs to the running task or callback: `contextvars.ContextVar`.
///
/// Declared as a `static`. A task starts with a copy of its creator's values and changes only its own.
///
/// ```
/// use asyncio_executor::{Context, ContextVar};
///
/// static REQUEST: ContextVar<u32> = ContextVar::new("request");
///
/// let context = Context::new();
/// context.run(|| REQUEST.set(7)).unwrap();
/// assert_eq!(context.get(&REQUEST), Some(7));
/// assert_eq!(REQUEST.get(), None);
/// ```
pub struct ContextVar<T> {
    name: &'static str,
    /// 0 until the first use: a `const fn` cannot count.
    key: AtomicU32,
    values: PhantomData<fn() -> T>,
}

impl<T: Clone + Send + Sync + 'static> ContextVar<T> {
    /// A variable without a value. The name is for debugging only.
    pub const fn new(name: &'static str) -> Self {
        ContextVar {
            name,
            key: AtomicU32::new(0),
            values: PhantomData,
        }
    }

    /// The variable's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The value in the current context, if one is set.
    pub fn get(&self) -> Option<T> {
        let value = current_vars().get(self.key()).cloned();
        value.as_ref().map(Self::downcast)
    }

    /// Sets the value in the current context; the token restores the previous one.
    pub fn set(&self, value: T) -> Token<T> {
        let old = self.replace(Some(Arc::new(value)));
        Token {
            key: self.key(),
            old,
            values: PhantomData,
        }
    }

    /// Restores the value that the variable had before the `set` that returned `token`.
    ///
    /// # Errors
    ///
    /// `ValueError` for another variable's token.
    pub fn reset(&self, token: Token<T>) -> Result<(), ValueError> {
        if token.key != self.key() {
            return Err(ValueError::with_message(format!(
                "the token was created by another variable than {:?}",
                self.name
            )));
        }
        self.replace(token.old);
        Ok(())
    }

    fn replace(&self, value: Option<Value>) -> Option<Value> {
        ANY_SET.store(true, Ordering::Relaxed);
        let key = self.key();
        let context = with_current_cell(ContextCell::context);
        context.0.vars.borrow_mut().replace(key, value)
    }

    fn key(&self) -> u32 {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        match self.key.load(Ordering::Relaxed) {
            0 => {
                let fresh = NEXT.fetch_add(1, Ordering::Relaxed);
                let won = self
                    .key
                    .compare_exchange(0, fresh, Ordering::Relaxed, Ordering::Relaxed);
                won.map_or_else(|earlier| earlier, |_| fresh)
            }
            key => key,
        }
    }

    fn downcast(value: &Value) -> T {
        let value = value
            .downcast_ref::<T>()
            .expect("a key belongs to one variable, of one type");
        value.clone()
    }
}

impl<T> fmt::Debug for ContextVar<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<ContextVar name={:?}>", self.name)
    }
}

/// What [`ContextVar::set`] returns and [`ContextVar::reset`] takes: `contextvars.Token`.
#[derive(Debug)]
pub struct Token<T> {
    key: u32,
    old: Option<Value>,
    values: PhantomData<fn() -> T>,
}

/// The values of all variables, as one task or callback sees them: `contextvars.Context`.
///
/// A clone is the same context; [`copy`](Context::copy) makes another one with the same values.
#[derive(Clone, Default)]
pub struct Context(Rc<ContextState>);

#[derive(Default)]
struct ContextState {
    vars: RefCell<Vars>,
}

impl Context {
    /// A context in which no variable is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another context with the same values.
    #[must_use]
    pub fn copy(&self) -> Self {
        Context::from_vars(self.vars())
    }

    /// Runs `f` in this context: what it sets stays here.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the context is already entered, on this or an outer call.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> Result<R, RuntimeError> {
        if current::with_current(|current| current.any_context(|cell| cell.is(self))) {
            return Err(RuntimeError::with_message(
                "cannot enter context: it is already entered",
            ));
        }
        Ok(current::enter_context(self.clone().into(), f))
    }

    /// The value of `var` in this context.
    pub fn get<T: Clone + Send + Sync + 'static>(&self, var: &ContextVar<T>) -> Option<T> {
        let value = self.vars().get(var.key()).cloned();
        value.as_ref().map(ContextVar::<T>::downcast)
    }

    /// The values alone, to carry them to another thread.
    pub fn snapshot(&self) -> ContextSnapshot {
        ContextSnapshot(self.vars())
    }

    fn vars(&self) -> Vars {
        self.0.vars.borrow().clone()
    }

    fn from_vars(vars: Vars) -> Self {
        Context(Rc::new(ContextState {
            vars: RefCell::new(vars),
        }))
    }
}

impl PartialEq for Context {
    /// Whether both are the same context object.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Context with {} variables>", self.0.vars.borrow().len())
    }
}

/// A copy of the current context: `contextvars.copy_context()`.
pub fn copy_context() -> Context {
    Context::from_vars(current_vars())
}

/// The values of a context, which may cross to another thread.
#[derive(Clone, Default)]
pub struct ContextSnapshot(Vars);

impl ContextSnapshot {
    /// The values of the current context.
    pub fn current() -> Self {
        ContextSnapshot(current_vars())
    }

    /// Runs `f` in a context of its own with these values.
    pub fn run<R>(self, f: impl FnOnce() -> R) -> R {
        current::enter_context(self.into(), f)
    }
}

impl fmt::Debug for ContextSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<ContextSnapshot of {} variables>", self.0.len())
    }
}

/// The context of one handle or task. While no variable is set it is nothing; it becomes a [`Context`] object when
/// one is, or when someone asks for it.
#[derive(Default)]
pub struct ContextCell(Cell<Option<Context>>);

impl ContextCell {
    /// A copy of the current context.
    #[inline]
    pub fn copy_current() -> Self {
        match ANY_SET.load(Ordering::Relaxed) {
            true => with_current_cell(ContextCell::copy),
            false => ContextCell::default(),
        }
    }

    /// The current context itself, unless it is nothing: then nothing as well.
    pub fn share_current() -> Self {
        with_current_cell(|cell| cell.with(|context| ContextCell(Cell::new(context.clone()))))
    }

    fn copy(&self) -> Self {
        self.vars().into()
    }

    #[inline]
    fn vars(&self) -> Vars {
        let Some(context) = self.0.take() else {
            return Vars::default();
        };
        let vars = context.vars();
        self.0.set(Some(context));
        vars
    }

    /// The context as an object that others may enter, read and keep.
    pub fn context(&self) -> Context {
        self.with(|context| context.get_or_insert_default().clone())
    }

    /// Whether this is the context object `context`.
    fn is(&self, context: &Context) -> bool {
        self.with(|own| own.as_ref() == Some(context))
    }

    #[inline]
    fn with<R>(&self, f: impl FnOnce(&mut Option<Context>) -> R) -> R {
        let mut context = self.0.take();
        let result = f(&mut context);
        self.0.set(context);
        result
    }
}

/// A clone is the same context, which is an object from then on.
impl Clone for ContextCell {
    fn clone(&self) -> Self {
        self.context().into()
    }
}

impl From<Vars> for ContextCell {
    #[inline]
    fn from(vars: Vars) -> Self {
        ContextCell(Cell::new(
            (vars.len() > 0).then(|| Context::from_vars(vars)),
        ))
    }
}

impl From<Context> for ContextCell {
    fn from(context: Context) -> Self {
        ContextCell(Cell::new(Some(context)))
    }
}

impl From<ContextSnapshot> for ContextCell {
    fn from(snapshot: ContextSnapshot) -> Self {
        snapshot.0.into()
    }
}

impl fmt::Debug for ContextCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<ContextCell>")
    }
}

thread_local! {
    /// The context outside of every task and callback.
    static BASE: ContextCell = const { ContextCell(Cell::new(None)) };
}

/// Calls `f` with the cell of the current context. `f` must not run code of the program.
#[inline]
fn with_current_cell<R>(f: impl FnOnce(&ContextCell) -> R) -> R {
    current::with_current(|current| match current.context_cell() {
        Some(cell) => f(cell),
        None => with_base_cell(f),
    })
}

/// While the thread ends the base is gone, and the destructors of the program that still run get an empty context.
fn with_base_cell<R>(f: impl FnOnce(&ContextCell) -> R) -> R {
    let mut f = Some(f);
    let mut call = |cell: &ContextCell| f.take().map(|f| f(cell));
    let result = BASE
        .try_with(&mut call)
        .unwrap_or_else(|_gone| call(&ContextCell::default()));
    result.expect("one of them was called")
}

#[inline]
fn current_vars() -> Vars {
    with_current_cell(ContextCell::vars)
}

/// Whether any variable was ever set in this process. Until then no context has values, and what makes a task or a handle
/// need not look for the current one.
static ANY_SET: AtomicBool = AtomicBool::new(false);

type Value = Arc<dyn Any + Send + Sync>;

/// A persistent map, sorted by key. Programs set a handful of variables, so a change copies it whole.
#[derive(Clone, Default)]
struct Vars(Option<Arc<Vec<(u32, Value)>>>);

impl Vars {
    fn get(&self, key: u32) -> Option<&Value> {
        let entries = self.0.as_ref()?;
        let index = entries.binary_search_by_key(&key, |entry| entry.0).ok()?;
        Some(&entries[index].1)
    }

    fn replace(&mut self, key: u32, value: Option<Value>) -> Option<Value> {
        let entries = Arc::make_mut(self.0.get_or_insert_default());
        match (entries.binary_search_by_key(&key, |entry| entry.0), value) {
            (Ok(index), Some(value)) => Some(std::mem::replace(&mut entries[index].1, value)),
            (Ok(index), None) => Some(entries.remove(index).1),
            (Err(index), Some(value)) => {
                entries.insert(index, (key, value));
                None
            }
            (Err(_), None) => None,
        }
    }

    #[inline]
    fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |entries| entries.len())
    }
}
