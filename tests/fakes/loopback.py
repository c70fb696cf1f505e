"""A provider on this machine: an HTTP server on its own port that answers by rules, and trouble on demand."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self


@dataclass(frozen=True)
class Request:
    """What came in. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trouble:
    """What happens to the next request instead of, or after, its being taken.

    kind "answer": `answer` is given and the request is not taken. "hang": it is taken if `taken`, and no answer comes.
    "drop": it is taken if `taken`, and the connection is closed.
    """

    kind: Literal["answer", "hang", "drop"] = "answer"
    answer: Answer = Answer(500)
    taken: bool = False


class Loopback:
    """Base of the fakes: `with Fake() as fake`, then `fake.base` is its address."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.troubles: deque[Trouble] = deque()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False  # so that closing waits for every answer
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def base(self) -> str:
        """http://127.0.0.1:port"""
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request: Request) -> Answer:
        """The provider's rules. Called under a lock."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, request: Request) -> Answer | None:
        """The answer, or None when the connection is to be closed without one."""
        with self._lock:
            self.requests.append(request)
            trouble = self.troubles.popleft() if self.troubles else None
            if trouble is None:
                return self.answer(request)
            if trouble.taken:
                self.answer(request)
        if trouble.kind == "answer":
            return trouble.answer
        if trouble.kind == "hang":
            self._closing.wait()
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        serve = self._serve

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = serve(Request(self.command, self.path, headers, body))
                self.close_connection = True
                if answer is None:
                    return
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body)

            do_HEAD = do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                """Silence: a test reads `requests`."""

        return Handler
