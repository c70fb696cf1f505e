"""Source ← **client** → feed: one polite way to ask, bounded in size and time, within a budget, and never elsewhere.

Everything that waits or looks at a clock does so on the time that it is given. Retries are written out here, because
they share the budget and the breaker with every other request of the source, on that same time.
"""

import email.utils
import math
from collections.abc import Callable, Mapping
from importlib.metadata import version
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from alerts.channels.credentials import Secret
from services.clock import RealTime, iso_time
from services.errors import SourceFailed
from services.feeds.readers import expand
from services.reasons import Reason
from streams.errors import BadObservation

_HOPS = 3  # redirects in a row
_NO_LINE_S = 5.0  # before the one more attempt after a connection that failed: who is cut off hears so in seconds
_KEPT_HEADERS = ("content-type", "date", "etag", "last-modified", "cache-control", "age", "content-language")
_LONGEST_WAIT_S = 7 * 86_400.0  # a provider that asks for more is asked again after this


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """How a source wants to be asked. `every_s` and `burst` are its token bucket."""

    every_s: float = 1.0
    burst: int = 1
    backoff_s: tuple[float, ...] = (5.0, 30.0, 120.0)  # before the second, third … attempt of one request
    patience_s: float = 300.0  # a Retry-After longer than this opens the breaker instead of being waited for
    break_after: int = 4  # failures in a row
    break_for_s: int = 1_800


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer may take. `max_bytes` holds for what comes and for what it expands to."""

    connect_s: float = 10.0
    read_s: float = 30.0  # without a byte
    total_s: float = 180.0
    max_bytes: int = 60_000_000


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked: a source's name, the places (scheme and host) that belong to it, and how."""

    source: str
    places: tuple[str, ...]  # https://host, with the port where it is another
    agent: str
    key_header: str = ""
    manners: Manners = Manners()
    bounds: Bounds = Bounds()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a source and we get along: kept between runs, so that a restart forgets neither budget nor breaker."""

    failures: int = 0  # in a row
    open_until: int = 0  # the breaker: no request before, whole seconds UTC
    not_before_ms: int = 0  # the bucket: when the next token is there


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One request. A body makes it a POST."""

    address: str
    parameters: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    @property
    def url(self) -> str:
        """The address with its parameters, as it is asked and kept."""
        try:
            return str(httpx.URL(self.address, params=list(self.parameters) or None))
        except httpx.InvalidURL:
            return self.address  # a link as it stood somewhere; asking for it says what is wrong with it


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came. `is_unchanged` is a 304: the content is what it was when the validators were given.

    `asked` is the address as it was asked for, `address` where the answer came from in the end.
    """

    asked: str
    address: str
    headers: tuple[tuple[str, str], ...]
    content: bytes
    fetched_at: int
    is_unchanged: bool = False

    def header(self, name: str) -> str:
        """One header, empty where it was not given."""
        return dict(self.headers).get(name, "")


def agent_of(contact: str) -> str:
    """How we introduce ourselves: who, and whom to write to."""
    return f"Twinbell/{version('twinbell')} ({f'+{contact}' if contact else 'no contact configured'})"


def place_of(address: str) -> str:
    """Scheme and host of an address, as they stand in `Access.places`; empty for what is no address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


def host_of(address: str) -> str:
    """The host of an address, with the port where one is written: whom to ask about a line that is down."""
    try:
        parts = urlsplit(address)
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        return ""


def link_from(address: str, link: str) -> str:
    """Where a link on a page, or a redirect, leads; the link itself where it is none."""
    try:
        return urljoin(address, link.strip())
    except ValueError:
        return link


class Client:
    """Asks one source. Not for several threads at once: a source has one reader."""

    def __init__(
        self,
        access: Access,
        transport: httpx.BaseTransport,
        time: RealTime,
        key: Secret | None = None,
        standing: Standing | None = None,
    ) -> None:
        self._access, self._time, self._key = access, time, key
        self.standing = standing or Standing()
        self.waiting = ""  # what went wrong and when it is asked again, while that is waited for
        bounds = access.bounds
        self._http = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(bounds.read_s, connect=bounds.connect_s),
            headers={"User-Agent": access.agent, "Accept-Encoding": "gzip", "Accept": "*/*"},
            follow_redirects=False,
            trust_env=False,
        )

    @property
    def has_key(self) -> bool:
        """Whether there is a key to ask with."""
        return bool(self._key)

    def close(self) -> None:
        """Close the connections; a request that is under way fails."""
        self._http.close()

    def fetch(
        self, ask: Ask, known: Mapping[str, str] | None = None, fault: Callable[[bytes], str] | None = None
    ) -> Answer:
        """The answer, after as many attempts as manners allow. `known` are validators: etag, last-modified.

        `fault` says what is wrong with the body of a status 200, or nothing: a service that reports errors in its
        body, or answers with nothing when it has too much to do, is asked again like any other. Raises SourceFailed.
        """
        for attempt, pause in enumerate((*self._access.manners.backoff_s, None)):
            self._admit()
            try:
                answer = self._follow(ask, known or {})
                wrong = fault(answer.content) if fault is not None and not answer.is_unchanged else ""
                if wrong:
                    raise self.failure(Reason.ERROR_IN_ANSWER, wrong)
            except SourceFailed as failure:
                self._count(failure)
                is_cut_off = failure.reason is Reason.UNREACHABLE  # no line: once more soon, then the next reading sees
                if pause is None or not failure.is_temporary or (is_cut_off and attempt > 0) or self._is_open():
                    raise
                pause = min(pause, _NO_LINE_S) if is_cut_off else pause
                self._pause(failure, max(pause, failure.retry_after_s or 0.0))
                continue
            self.standing = msgspec.structs.replace(self.standing, failures=0, open_until=0)
            return answer
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, failure: SourceFailed, wait_s: float) -> None:
        """Wait before the next attempt, and let it be seen why."""
        at = iso_time((self._time.now_ms() + round(wait_s * 1_000)) // 1_000)
        self.waiting = f"not read yet: {failure.reason}: {failure.detail}; asked again at {at}"
        try:
            self._time.wait(wait_s)
        finally:
            self.waiting = ""

    def failure(self, reason: Reason, detail: str) -> SourceFailed:
        """A failure of this source in its own words."""
        return SourceFailed(self._access.source, reason, detail)

    def allows(self, address: str) -> bool:
        """Whether a link may be followed."""
        return place_of(address) in self._access.places

    def _is_open(self) -> bool:
        return self._time.now_ms() < self.standing.open_until * 1_000

    def _admit(self) -> None:
        """Wait for a token of the bucket. Raises SourceFailed while the breaker is open."""
        if self._is_open():
            until = iso_time(self.standing.open_until)
            detail = f"it failed {self.standing.failures} times in a row; asked again at {until}"
            raise self.failure(Reason.BREAKER_OPEN, detail)
        every_ms = round(self._access.manners.every_s * 1_000)
        allowed_ms = self.standing.not_before_ms - every_ms * (self._access.manners.burst - 1)
        now = self._time.now_ms()
        if now < allowed_ms <= now + every_ms * 2:  # one that is further ahead was left by a clock set back
            self._time.wait((allowed_ms - now) / 1_000)
            now = self._time.now_ms()
        ahead = min(self.standing.not_before_ms, now + every_ms * self._access.manners.burst)
        self.standing = msgspec.structs.replace(self.standing, not_before_ms=max(now, ahead) + every_ms)

    def _count(self, failure: SourceFailed) -> None:
        """One failure more, or after a 404 none at all; enough of them, or a long wait asked for, open the breaker."""
        if failure.reason is Reason.NOT_THERE:
            self.standing = msgspec.structs.replace(self.standing, failures=0)
        if not failure.is_temporary:
            return
        manners, failures = self._access.manners, self.standing.failures + 1
        asked_s = min(failure.retry_after_s or 0.0, _LONGEST_WAIT_S)
        open_until = self.standing.open_until
        if failures >= manners.break_after or asked_s > manners.patience_s:
            open_until = self._time.now_ms() // 1_000 + math.ceil(max(manners.break_for_s, asked_s))
        self.standing = msgspec.structs.replace(self.standing, failures=failures, open_until=open_until)

    def _follow(self, ask: Ask, known: Mapping[str, str]) -> Answer:
        """One attempt, with the redirects that stay with the source."""
        asked = ask.url
        for _ in range(_HOPS + 1):
            if not self.allows(ask.address):
                place = place_of(ask.address)[:80] or "no address"
                detail = f"it leads to {place}, which is not among its configured places"
                raise self.failure(Reason.HOST_NOT_ALLOWED, detail)
            found = self._once(ask, known)
            if isinstance(found, Answer):
                return msgspec.structs.replace(found, asked=asked)
            target = link_from(ask.address, found)
            if ask.body is not None and self.allows(target):
                raise self.failure(Reason.REFUSED, "it answers a POST with a redirect")
            ask = msgspec.structs.replace(ask, address=target, parameters=())
        raise self.failure(Reason.REFUSED, f"more than {_HOPS} redirects")

    def _once(self, ask: Ask, known: Mapping[str, str]) -> Answer | str:
        """One request: its answer, or where it redirects to."""
        headers = dict(ask.headers)
        if known.get("etag"):
            headers["If-None-Match"] = known["etag"]
        if known.get("last-modified"):
            headers["If-Modified-Since"] = known["last-modified"]
        if self._key and self._access.key_header and place_of(ask.address) == self._access.places[0]:
            headers[self._access.key_header] = self._key.reveal()
        try:
            request = self._http.build_request(
                "GET" if ask.body is None else "POST",
                ask.url,
                headers=headers,
                content=ask.body,
            )
            response = self._http.send(request, stream=True)
        except httpx.TimeoutException:
            raise self.failure(Reason.TIMED_OUT, f"no answer in time from {host_of(ask.address)}") from None
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:  # RuntimeError: closed under our hands
            detail = f"no connection to {host_of(ask.address)} ({type(error).__name__})"
            raise self.failure(Reason.UNREACHABLE, detail) from None
        self._http.cookies.clear()
        try:
            return self._read(response, str(request.url))
        finally:
            response.close()

    def _read(self, response: httpx.Response, address: str) -> Answer | str:
        status = response.status_code
        if status == 304:
            return self._answer(response, address, b"", is_unchanged=True)
        if response.has_redirect_location:
            return response.headers["location"]
        if status not in (200, 204):
            raise self._status(status, response.headers)
        content = self._content(response)
        if status == 200 and not content:
            raise self.failure(Reason.ERROR_IN_ANSWER, "status 200, and nothing in it")
        coding = response.headers.get("content-encoding", "identity").lower()
        if content and coding == "gzip":
            try:
                content = expand(content, self._access.bounds.max_bytes)
            except BadObservation as problem:
                reason = Reason.TOO_LARGE if "expands" in problem.detail else Reason.UNREACHABLE
                raise self.failure(reason, "its compressed answer is damaged or too large") from None
        elif coding not in ("identity", "gzip"):
            raise self.failure(Reason.REFUSED, "it answers in a coding that was not asked for")
        return self._answer(response, address, content)

    def _content(self, response: httpx.Response) -> bytes:
        """The bytes as they come, within the bounds of size and of time."""
        bounds, parts, size = self._access.bounds, [], 0
        too_large = self.failure(Reason.TOO_LARGE, f"an answer of more than {bounds.max_bytes:,} bytes")
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > bounds.max_bytes:
            raise too_large
        started = self._time.now_ms()
        try:
            for part in response.iter_raw():
                parts.append(part)
                size += len(part)
                if size > bounds.max_bytes:
                    raise too_large
                if self._time.now_ms() - started > bounds.total_s * 1_000:
                    raise self.failure(Reason.TIMED_OUT, f"not everything came within {bounds.total_s:.0f} s")
        except httpx.TimeoutException:
            raise self.failure(Reason.TIMED_OUT, "the answer stopped half-way") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise self.failure(Reason.UNREACHABLE, f"the answer broke off ({type(error).__name__})") from None
        return b"".join(parts)

    def _answer(self, response: httpx.Response, address: str, content: bytes, is_unchanged: bool = False) -> Answer:
        kept = tuple((name, response.headers[name]) for name in _KEPT_HEADERS if name in response.headers)
        return Answer(
            asked=address,
            address=address,
            headers=kept,
            content=content,
            fetched_at=self._time.now_ms() // 1_000,
            is_unchanged=is_unchanged,
        )

    def _status(self, status: int, headers: httpx.Headers) -> SourceFailed:
        """The failure that a status means. The detail holds the status and nothing else of the answer."""
        reasons = {401: Reason.BAD_CREDENTIALS, 404: Reason.NOT_THERE, 408: Reason.TIMED_OUT, 410: Reason.NOT_THERE}
        reasons |= {425: Reason.PROVIDER_ERROR, 429: Reason.THROTTLED}
        if status == 403 and self._key:
            reasons[403] = Reason.BAD_CREDENTIALS
        reason = Reason.PROVIDER_ERROR if status >= 500 else reasons.get(status, Reason.REFUSED)
        wait_s = retry_after_s(headers.get("retry-after", ""), self._time.now_ms() // 1_000)
        return SourceFailed(self._access.source, reason, f"HTTP {status}", wait_s)


def retry_after_s(text: str, now: int) -> float | None:
    """Seconds of a Retry-After header, a number or a date (RFC 9110, section 10.2.3); None where it is neither."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(text).timestamp() - now
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), _LONGEST_WAIT_S) if math.isfinite(seconds) else None
