"""Whoever comes first does the work of all who come meanwhile (flat combining). Standard library only.

Many threads bring items; one at a time has the turn, works for everybody who waits, in their order, and wakes
them. Passing the turn from thread to thread instead costs two switches and a fight for the interpreter lock an item.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")


class Job(Generic[I, R]):
    """One item in the queue, and where its outcome is put: `result`, or `error`."""

    __slots__ = ("_wake", "error", "item", "leads", "result", "wants_to_be_alone")

    def __init__(self, item: I | None, *, wants_to_be_alone: bool = False) -> None:
        self.item = item
        self.result: R | None = None
        self.error: BaseException | None = None
        self.leads = False
        self.wants_to_be_alone = wants_to_be_alone
        self._wake = threading.Lock()
        self._wake.acquire()

    def wait(self) -> None:
        """Until another thread did the job or handed the turn over."""
        self._wake.acquire()

    def wake(self) -> None:
        """Let the thread that brought it go on."""
        self._wake.release()


class Together(Generic[I, R]):
    """A fair queue: `work` is handed what waits, at most `most` jobs at once, by one thread at a time."""

    def __init__(self, work: Callable[[Sequence[Job[I, R]]], None], *, most: int) -> None:
        self._work = work
        self._most = most
        self._mutex = threading.Lock()
        self._waiting: deque[Job[I, R]] = deque()
        self._taken = False

    @property
    def waiting(self) -> int:
        """How many stand in the queue."""
        return len(self._waiting)

    def bring(self, item: I) -> R | None:
        """What `work` put into the job's result. Raises: what it put into its error, or raised itself."""
        job: Job[I, R] = Job(item)
        if self._has_the_turn(job):
            self._lead(job)
        if job.error is not None:
            raise job.error
        return job.result

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The turn, for the caller by itself."""
        self._has_the_turn(Job(None, wants_to_be_alone=True))
        try:
            yield
        finally:
            self._pass_on()

    def _has_the_turn(self, job: Job[I, R]) -> bool:
        """True once the turn is the caller's; False once another thread has done the job."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return True
            self._waiting.append(job)
        job.wait()
        return job.leads

    def _lead(self, job: Job[I, R]) -> None:
        jobs = [job, *self._those_who_wait()]
        try:
            self._work(jobs)
        except BaseException as error:
            for one in jobs:
                one.error = one.error or error
        for one in jobs[1:]:
            one.wake()
        self._pass_on()

    def _those_who_wait(self) -> list[Job[I, R]]:
        jobs: list[Job[I, R]] = []
        with self._mutex:
            while self._waiting and len(jobs) < self._most - 1 and not self._waiting[0].wants_to_be_alone:
                jobs.append(self._waiting.popleft())
        return jobs

    def _pass_on(self) -> None:
        with self._mutex:
            if not self._waiting:
                self._taken = False
                return
            following = self._waiting.popleft()
        following.leads = True
        following.wake()
