"""The CPython side of the fuzzer: runs programs in virtual time and prints their transcripts.

Programs come one a line from the files named as arguments, or from standard input. A transcript is the program's line,
what it did, and an empty line. src/interpret.rs is the twin of Interpreter, function by function; README.md tells what
the transcripts say, and why the patches below are needed.
"""

import ast
import asyncio
import asyncio.taskgroups
import asyncio.tasks
import fileinput
import inspect
import itertools
import selectors
import sys

TICKS_PER_SECOND = 1024.0
PATIENCE = 500.0
CANCELS = 3
CUT_SHORT = -9

TASK_FACTORIES = {"program": None, "eager_program": asyncio.eager_task_factory}
EAGER_START = {"eager": True, "scheduled": False}

# What a program may raise; GeneratorExit is not among it, as Rust runs nothing when a coroutine is dropped.
ERRORS = (Exception, asyncio.CancelledError)


class OrderedSet(dict):
    """A set that iterates in the order of insertion."""

    def __init__(self, items=()):
        super().__init__((item, None) for item in items)

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)

    remove = dict.__delitem__


class SetComprehensions(ast.NodeTransformer):
    """Makes `set(...)` of set comprehensions."""

    def visit_SetComp(self, node):
        items = ast.GeneratorExp(node.elt, node.generators)
        return ast.Call(ast.Name("set", ast.Load()), [items], [])


def without_set_comprehensions(module, cls):
    tree = SetComprehensions().visit(ast.parse(inspect.getsource(cls)))
    exec(compile(ast.fix_missing_locations(tree), cls.__name__, "exec"), vars(module))


asyncio.tasks.set = OrderedSet
asyncio.taskgroups.set = OrderedSet
without_set_comprehensions(asyncio.tasks, asyncio.tasks._AsCompletedIterator)


class VirtualSelector(selectors.SelectSelector):
    """Nothing is ever ready, and waiting takes no time."""

    now = 0.0

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("no timer is left")
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock is its selector."""

    def __init__(self):
        self.selector = VirtualSelector()
        super().__init__(self.selector)

    def time(self):
        return self.selector.now


class Deadlines:
    """Delays such that no two timers of a program are due at the same moment."""

    def __init__(self):
        self.taken = set()
        self.last_at_once = None

    def delay(self, seconds):
        now = asyncio.get_running_loop().time()
        if seconds <= 0:
            at_once, self.last_at_once = self.last_at_once, now
            if at_once != now:
                return 0.0
        when = int((now + seconds) * TICKS_PER_SECOND)
        while when in self.taken:
            when += 1
        self.taken.add(when)
        return when / TICKS_PER_SECOND - now

    def optional_delay(self, seconds):
        return None if seconds is None else self.delay(seconds)

    def timeout(self, seconds):
        return seconds if seconds <= 0 else self.delay(seconds)


class Transcript:
    """What a program did, line by line."""

    def __init__(self):
        self.lines = []
        self.time = None

    def add(self, line):
        task = asyncio.current_task()
        self.push(f"{task.get_name()}/{task.cancelling()} {line}")

    def push(self, line):
        now = asyncio.get_event_loop().time()
        if self.time != now:
            self.time = now
            self.lines.append(f"at {now!r}")
        self.lines.append(line)


def exception_text(error):
    """An exception as both sides show it; README.md tells which messages are left out, and why."""
    name = type(error).__name__
    if isinstance(error, BaseExceptionGroup):
        return f"{name}[{', '.join(map(exception_text, error.exceptions))}]"
    if isinstance(error, asyncio.CancelledError):
        return name
    if isinstance(error, TimeoutError):
        return f"{name} from {cause_name(error)}"
    return f"{name}({error})"


def cause_name(error):
    """The first cause that is no timeout itself."""
    while isinstance(error, TimeoutError):
        error = error.__cause__
    return "nothing" if error is None else type(error).__name__


def truth(value):
    return "true" if value else "false"


def joined(items):
    return " ".join(map(str, items))


def names(tasks):
    return joined(task.get_name() for task in tasks)


class Interpreter:
    """Does what the nodes say: the method of a node's name, called with the node's arguments."""

    def __init__(self):
        self.transcript = Transcript()
        self.deadlines = Deadlines()
        self.names = itertools.count()
        self.tasks = []
        self.add = self.transcript.add

    def spawn(self, node, create_task=asyncio.create_task, group=None):
        options = {"name": f"T{next(self.names)}"}
        if node[0] in EAGER_START:
            options["eager_start"] = EAGER_START[node[0]]
        task = create_task(self.task_body(node, group), **options)
        self.register(task)
        return task

    def register(self, task):
        if task not in self.tasks:
            self.tasks.append(task)

    def spawn_all(self, nodes):
        return [self.spawn(node) for node in nodes]

    async def task_body(self, node, group):
        # An eager one begins before whoever creates it knows it.
        self.register(asyncio.current_task())
        self.add("starts")
        try:
            value = await self.execute(node, group)
        except ERRORS as error:
            self.add(f"raises {exception_text(error)}")
            raise
        self.add(f"returns {value}")
        return value

    async def execute(self, node, group):
        name, *arguments = node
        return await getattr(self, "node_" + name)(group, *arguments)

    async def node_sequence(self, group, *nodes):
        value = 0
        for node in nodes:
            value = await self.execute(node, group)
        return value

    async def node_pass(self, group, times):
        for _ in range(times):
            await asyncio.sleep(0)
        return 1

    async def node_sleep(self, group, seconds):
        await asyncio.sleep(self.deadlines.delay(seconds))
        self.add("slept")
        return 2

    async def node_log(self, group, number):
        self.add(f"logs {number}")
        return number

    async def node_value(self, group, number):
        return number

    async def node_raise(self, group, number):
        raise ValueError(number)

    async def node_cancel_self(self, group):
        self.add("cancels itself")
        asyncio.current_task().cancel()
        return 3

    async def node_cancel_task(self, group, index):
        task = self.tasks[index % len(self.tasks)]
        cancelled = task.cancel()
        self.add(f"cancels {task.get_name()}: {truth(cancelled)}")
        return 4

    async def node_uncancel(self, group):
        self.add(f"uncancels: {asyncio.current_task().uncancel()}")
        return 5

    async def node_cancel_group(self, group):
        if group is not None:
            self.add("cancels its group")
            group.cancel()
        return 6

    async def node_try(self, group, body, handler):
        try:
            return await self.execute(body, group)
        except ERRORS as error:
            self.add(f"catches {exception_text(error)}")
        return await self.execute(handler, group)

    async def node_finally(self, group, body, cleanup):
        try:
            return await self.execute(body, group)
        except ERRORS as error:
            self.add(f"cleans up after {exception_text(error)}")
            await self.execute(cleanup, group)
            raise

    async def node_gather(self, group, *nodes):
        values = await asyncio.gather(*self.spawn_all(nodes))
        self.add(f"gathered {joined(values)}")
        return 7

    async def node_gather_exceptions(self, group, *nodes):
        outcomes = await asyncio.gather(*self.spawn_all(nodes), return_exceptions=True)
        texts = [
            exception_text(outcome) if isinstance(outcome, BaseException) else outcome
            for outcome in outcomes
        ]
        self.add(f"gathered {joined(texts)}")
        return 7

    async def node_gather_cancelled(self, group, *nodes):
        gathering = asyncio.gather(*self.spawn_all(nodes))
        await asyncio.sleep(0)
        cancelled = gathering.cancel()
        self.add(f"cancels the gathering: {truth(cancelled)}, done: {truth(gathering.done())}")
        values = await gathering
        self.add(f"gathered {joined(values)}")
        return 7

    async def node_wait(self, group, when, timeout, *nodes):
        tasks = self.spawn_all(nodes)
        timeout = self.deadlines.optional_delay(timeout)
        done, pending = await asyncio.wait(tasks, return_when=when, timeout=timeout)
        done, pending = ([task for task in tasks if task in some] for some in (done, pending))
        self.add(f"done: {names(done)}; pending: {names(pending)}")
        return 8

    async def node_wait_for(self, group, timeout, node):
        timeout = self.deadlines.timeout(timeout)
        value = await asyncio.wait_for(self.execute(node, group), timeout)
        self.add(f"waited for {value}")
        return value

    async def node_wait_for_task(self, group, timeout, node):
        task = self.spawn(node)
        value = await asyncio.wait_for(task, self.deadlines.timeout(timeout))
        self.add(f"waited for {value}")
        return value

    async def node_timeout(self, group, timeout, node):
        deadline = asyncio.timeout(self.deadlines.timeout(timeout))
        try:
            async with deadline:
                value = await self.execute(node, group)
        except ERRORS:
            self.add(f"expired: {truth(deadline.expired())}")
            raise
        self.add(f"expired: {truth(deadline.expired())}")
        return value

    async def node_task_group(self, group, body, *nodes):
        value = CUT_SHORT
        async with asyncio.TaskGroup() as group:
            for node in nodes:
                self.spawn(node, group.create_task, group)
            value = await self.execute(body, group)
            self.add("leaves its group")
        self.add(f"left its group with {value}")
        return value

    async def node_shield(self, group, node):
        value = await asyncio.shield(self.spawn(node))
        self.add(f"shielded {value}")
        return value

    async def node_as_completed(self, group, timeout, *nodes):
        tasks = self.spawn_all(nodes)
        timeout = self.deadlines.optional_delay(timeout)
        async for task in asyncio.as_completed(tasks, timeout=timeout):
            self.add(f"completed: {task.get_name()}")
        return 9

    async def node_eager(self, group, node):
        return await self.execute(node, group)

    async def node_scheduled(self, group, node):
        return await self.execute(node, group)

    def report(self, loop, context):
        """The exception handler. Exceptions never retrieved are reported when the garbage collector likes to."""
        message = context["message"]
        if "never retrieved" not in message:
            self.transcript.push(f"reported: {message.split('<')[0].rstrip()}")

    async def supervise(self, nodes):
        """Runs the program's tasks, and then cancels what is left until nothing is, or three times."""
        asyncio.current_task().set_name("main")
        tasks = self.spawn_all(nodes)
        await asyncio.wait(tasks, timeout=self.deadlines.delay(PATIENCE))
        self.add(f"over: {states(tasks)}")
        for _ in range(CANCELS):
            live = [task for task in self.tasks if not task.done()]
            if not live:
                break
            for task in live:
                task.cancel()
            await asyncio.wait(live, timeout=self.deadlines.delay(PATIENCE))
        self.add(f"end: {states(self.tasks)}")
        for task in self.tasks:
            if task.done() and not task.cancelled():
                task.exception()


def states(tasks):
    return ", ".join(f"{task.get_name()}/{task.cancelling()} {state(task)}" for task in tasks)


def state(task):
    if not task.done():
        return "pending"
    return "cancelled" if task.cancelled() else "done"


def parse(text):
    """The nested lists of a program, with its numbers as numbers."""
    words = text.replace("(", " ( ").replace(")", " ) ").split()
    words.reverse()

    def value():
        word = words.pop()
        if word == "(":
            items = []
            while words[-1] != ")":
                items.append(value())
            words.pop()
            return items
        if word == "none":
            return None
        for number in (int, float):
            try:
                return number(word)
            except ValueError:
                pass
        return word

    return value()


def run(line):
    """The transcript of a program."""
    name, *nodes = parse(line)
    if name not in TASK_FACTORIES:
        raise ValueError(f"not a program: {line}")
    interpreter = Interpreter()
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        loop.set_task_factory(TASK_FACTORIES[name])
        loop.set_exception_handler(interpreter.report)
        try:
            loop.run_until_complete(interpreter.supervise(nodes))
        except ERRORS as error:
            interpreter.transcript.lines.append(f"ended by {exception_text(error)}")
        lines = list(interpreter.transcript.lines)
    return lines


def main():
    if sys.version_info[:2] != (3, 15):
        sys.exit(f"the reference is CPython 3.15, and this is {sys.version.split()[0]}")
    for line in fileinput.input(encoding="utf-8"):
        line = line.rstrip("\n")
        print(line, *run(line), "", sep="\n", flush=True)


if __name__ == "__main__":
    main()
