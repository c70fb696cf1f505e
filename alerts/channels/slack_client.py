"""Under the Slack channel: slack-sdk's client, which goes nowhere but to the address that is configured.

By itself it takes a proxy from the environment and follows a redirect with the token in its hand.
"""

import logging
from http.client import HTTPMessage
from typing import IO, Any
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from slack_sdk import WebClient

_LONGEST_ANSWER = 1_000_000  # bytes


class DirectClient(WebClient):
    """No retries (they live outside), no environment, no redirect, no endless answer, nothing in the log."""

    def __init__(self, token: str, base_url: str, timeout_s: float, proxy: str) -> None:
        super().__init__(
            token=token,
            base_url=base_url,
            timeout=timeout_s,  # type: ignore[arg-type]  # urllib takes fractions of a second
            logger=logging.Logger("slack", logging.CRITICAL + 1),  # it would print a provider's answer
            retry_handlers=[],
        )
        proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._opener = build_opener(ProxyHandler(proxies), HTTPSHandler(context=self.ssl), _NoRedirect())

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """The one request of slack-sdk, by its own form of an answer. A test notices when it is no longer called."""
        with self._opener.open(req, timeout=self.timeout) as response:
            body = response.read(_LONGEST_ANSWER).decode(response.headers.get_content_charset() or "utf-8")
            return {"status": response.status, "headers": response.headers, "body": body}


class _NoRedirect(HTTPRedirectHandler):
    """A redirect is an error like any other status."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Refuse."""
        return None
