"""Bars for commands that take long: on a terminal a bar, in a pipe a line now and then on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_LINES = 20  # in a pipe, over the whole way


@contextmanager
def bar(what: str, is_quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """What is to be told how many are done, of how many."""
    if is_quiet:
        yield lambda done, of: None
        return
    if not sys.stderr.isatty():
        yield _Lines(what)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of or None)


class _Lines:
    """A line each time that another part of the way is behind us."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._said = 0

    def __call__(self, done: int, of: int) -> None:
        part = done * _LINES // max(1, of)
        if of > 1 and part > self._said:
            self._said = part
            print(f"{self._what}: {done} of {of}", file=sys.stderr, flush=True)
