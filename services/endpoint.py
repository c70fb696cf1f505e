"""What a process answers over HTTP: /metrics for Prometheus, /live and /ready for whoever runs it, and Alertmanager."""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import msgspec
from prometheus_client import CollectorRegistry, make_wsgi_app

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
_PATIENCE_S = 5.0  # one who sends slowly holds up whoever asks next


class Answer(msgspec.Struct, frozen=True):
    """What the poster is told: an HTTP status and why."""

    status: str
    text: str


Taking = Callable[[str, int, Callable[[int], bytes]], Answer]
"""(Authorization, Content-Length, reads so many bytes of the body) → what is answered."""


class Health:
    """Whether a process works, and whether it can take work: both may change at any moment."""

    def __init__(self, live: Callable[[], bool], ready: Callable[[], bool]) -> None:
        self.live = live
        self.ready = ready


class Endpoint:
    """An open address. OSError when it is taken. What is posted is taken by `posts`, by path; nothing else is."""

    def __init__(
        self,
        host: str,
        port: int,
        registry: CollectorRegistry,
        health: Health | None = None,
        posts: Mapping[str, Taking] | None = None,
    ) -> None:
        metrics = make_wsgi_app(registry)
        checks = {"/live": health.live, "/ready": health.ready} if health else {}

        def answer(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
            path = environ.get("PATH_INFO", "")
            if environ.get("REQUEST_METHOD") == "POST":
                return _taken((posts or {}).get(path), environ, start)
            check = checks.get(path)
            if check is None:
                found: Iterable[bytes] = metrics(environ, start)
                return found
            good = check()
            start("200 OK" if good else "503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"yes\n" if good else b"no\n"]

        self._server = make_server(host, port, answer, server_class=_Server, handler_class=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it answers on."""
        return int(self._server.server_port)

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _taken(take: Taking | None, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
    size = environ.get("CONTENT_LENGTH", "")
    if take is None:
        answer = Answer("404 Not Found", "nothing is taken here")
    else:
        given = int(size) if size.isdigit() else 0
        answer = take(environ.get("HTTP_AUTHORIZATION", ""), given, environ["wsgi.input"].read)
    start(answer.status, [("Content-Type", "text/plain; charset=utf-8")])
    return [answer.text.encode() + b"\n"]


class _Server(WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = _PATIENCE_S

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a scrape every few seconds is no news."""
