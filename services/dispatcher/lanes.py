"""Runs the sending of each lane (one side by one channel), so that a slow one delays no other."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

Lane = tuple[str, str]
"""(participant, channel)"""
Job = Callable[[], None]


class Lanes(Protocol):
    """Runs one job for each lane that is free."""

    def busy(self) -> Collection[Lane]:
        """The lanes that have not finished their last job."""

    def run(self, jobs: Mapping[Lane, Job]) -> None:
        """Run these jobs; raises what a job raised, once the others have had their turn."""

    def close(self) -> None:
        """Wait for what has been started."""


class InTurn:
    """One lane after another, in this thread: for replay, simulation and tests."""

    def busy(self) -> Collection[Lane]:
        """None: every job is over when `run` returns."""
        return ()

    def run(self, jobs: Mapping[Lane, Job]) -> None:
        """Run the jobs in the order given."""
        failed: list[Exception] = []
        for job in jobs.values():
            try:
                job()
            except Exception as error:  # noqa: BLE001 the other lanes have their turn, then the first error goes on
                failed.append(error)
        if failed:
            raise failed[0]

    def close(self) -> None:
        """Nothing: every job is over when `run` returns."""


class SideBySide:
    """A thread for each lane; `run` waits for none: whoever runs them has other work that must not wait."""

    def __init__(self, threads: int = 16) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="twinbell-lane")
        self._running: dict[Lane, Future[None]] = {}

    def busy(self) -> Collection[Lane]:
        """The lanes that have not finished their last job."""
        return {lane for lane, future in self._running.items() if not future.done()}

    def run(self, jobs: Mapping[Lane, Job]) -> None:
        """Start the jobs; what a job of this or an earlier run raised is raised here."""
        for lane, job in jobs.items():
            self._running[lane] = self._pool.submit(job)
        over = {lane: future for lane, future in self._running.items() if future.done()}
        for lane in over:
            del self._running[lane]
        errors = [error for future in over.values() if (error := future.exception()) is not None]
        if errors:
            raise errors[0]

    def close(self) -> None:
        """Wait for what is being sent, and end the threads."""
        self._pool.shutdown(wait=True)
