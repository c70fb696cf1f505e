"""The web as a source's client sees it, without a network: a rule answers each request, in parts as a socket would."""

from collections.abc import Callable, Iterator, Mapping

import httpx

from tests.fakes.clock import FakeTime

Rule = Callable[[httpx.Request], httpx.Response]


class Parts(httpx.SyncByteStream):
    """A body in parts; `between` happens before each."""

    def __init__(self, parts: list[bytes], between: Callable[[], None] = lambda: None) -> None:
        self._parts, self._between = parts, between

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self._between()
            yield part


def reply(content: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """An answer whose body has not been read yet."""
    return httpx.Response(status, headers=headers, stream=Parts([content] if content else []))


def always(content: bytes = b"", status: int = 200, **headers: str) -> Rule:
    """The same answer to every request; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: reply(content, status, named)


class Web(httpx.BaseTransport):
    """Answers by `rule`, which a test may change, and keeps what was asked and when."""

    def __init__(self, rule: Rule, time: FakeTime) -> None:
        self.rule, self.time = rule, time
        self.asked: list[httpx.Request] = []
        self.asked_at: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        request.read()
        self.asked.append(request)
        self.asked_at.append(self.time.now())
        return self.rule(request)
