"""What a process answers over HTTP: /metrics for Prometheus, /live and /ready for whoever runs it."""

import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Health:
    """Whether a process works, and whether it can take work: both may change at any moment."""

    def __init__(self, live: Callable[[], bool], ready: Callable[[], bool]) -> None:
        self.live = live
        self.ready = ready


class Endpoint:
    """An open address. OSError when it is taken."""

    def __init__(self, host: str, port: int, registry: CollectorRegistry, health: Health | None = None) -> None:
        metrics = make_wsgi_app(registry)
        checks = {"/live": health.live, "/ready": health.ready} if health else {}

        def answer(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
            check = checks.get(environ.get("PATH_INFO", ""))
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


class _Server(WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a scrape every few seconds is no news."""
