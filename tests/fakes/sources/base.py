"""A source's service as it answers, in each state that a test wants: one player a source, for transport and socket."""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.fakes.loopback import Answer, Request
from tests.fakes.web import Rule, reply

JUNK = bytes(range(256)) * 40


class Player(Protocol):
    """Answers as a source does. `state` is one of empty, some, more, malformed, hostile.

    some: a few rows; more: those and later ones; malformed: those of more, and one that cannot be used; hostile: what
    leads to the data is as it should be, and the data are not.
    """

    name: str
    state: str

    def answer(self, request: Request) -> Answer:
        """The answer to one request."""


def parameters(request: Request) -> dict[str, str]:
    """The query of a request."""
    return dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True))


def path_of(request: Request) -> str:
    """The path without its query."""
    return urlsplit(request.path).path


def found(content: bytes, kind: str = "application/json", **headers: str) -> Answer:
    """An answer with status 200; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(200, content, {"Content-Type": kind, **named})


NOT_THERE = Answer(404, b"not found")


def rule_of(player: Player) -> Rule:
    """The player as the rule of a transport."""

    def rule(request: httpx.Request) -> httpx.Response:
        headers: Mapping[str, str] = {name.lower(): value for name, value in request.headers.items()}
        asked = Request(request.method, request.url.raw_path.decode(), headers, request.content)
        answer = player.answer(asked)
        return reply(answer.body, answer.status, answer.headers)

    return rule
