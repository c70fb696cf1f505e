"""Promise: a source is asked politely and within bounds, whatever it answers, and nothing secret gets out."""

import gzip
import itertools

import httpx
import pytest

from alerts.channels.credentials import Secret
from services.clock import iso_time
from services.errors import SourceFailed
from services.http_client import Access, Ask, Bounds, Client, Manners, Standing, agent_of, retry_after_s
from services.reasons import Reason
from tests.fakes.clock import FakeTime
from tests.fakes.web import Parts, Rule, Web, always, reply

NOW = 1_790_000_000
HOME = "https://data.example"
OTHER = "https://files.example"
ASK = Ask(address=f"{HOME}/series", parameters=(("q", "tin"),))


class Site:
    """A client of data.example (and files.example, where its files lie) on a time of its own, and what it asked."""

    def __init__(self, rule: Rule, key: str = "", standing: Standing | None = None, **changed: object) -> None:
        self.time = FakeTime(NOW)
        self.web = Web(rule, self.time)
        manners = Manners(**{k: v for k, v in changed.items() if k in Manners.__struct_fields__})  # type: ignore[arg-type]
        bounds = Bounds(**{k: v for k, v in changed.items() if k in Bounds.__struct_fields__})  # type: ignore[arg-type]
        access = Access(
            source="example",
            places=(HOME, OTHER),
            agent=agent_of("duty@example.org"),
            key_header="x-key",
            manners=manners,
            bounds=bounds,
        )
        self.client = Client(access, self.web, self.time, Secret(key) if key else None, standing)

    def fails(self, ask: Ask = ASK) -> SourceFailed:
        """The failure that a fetch ends with."""
        with pytest.raises(SourceFailed) as found:
            self.client.fetch(ask)
        return found.value


def test_an_answer_comes_with_its_address_headers_and_time() -> None:
    """What came, from where, when; cookies and other headers are not kept; we say who we are."""
    site = Site(always(b"[]", etag='"7"', set_cookie="a=b", content_type="application/json"))
    answer = site.client.fetch(ASK)
    assert (answer.address, answer.content, answer.fetched_at) == (f"{HOME}/series?q=tin", b"[]", NOW)
    assert answer.headers == (("content-type", "application/json"), ("etag", '"7"'))
    site.client.fetch(ASK)
    assert [request.headers.get("cookie") for request in site.web.asked] == [None, None]
    assert site.web.asked[0].headers["user-agent"].startswith("Twinbell/")
    assert "(+duty@example.org)" in site.web.asked[0].headers["user-agent"]


def test_what_has_not_changed_is_not_sent_again() -> None:
    """Validators go out as conditions; a 304 is an answer that says so."""
    site = Site(always(status=304))
    answer = site.client.fetch(ASK, {"etag": '"7"', "last-modified": "Mon, 21 Sep 2026 00:00:00 GMT"})
    assert answer.is_unchanged
    assert site.web.asked[0].headers["if-none-match"] == '"7"'
    assert site.web.asked[0].headers["if-modified-since"] == "Mon, 21 Sep 2026 00:00:00 GMT"


def test_requests_keep_their_distance() -> None:
    """One token every four seconds, also for a process that begins with the standing of the last one."""
    site = Site(always(b"x"), every_s=4.0)
    for _ in range(3):
        site.client.fetch(ASK)
    assert site.web.asked_at == [NOW, NOW + 4, NOW + 8]
    again = Site(always(b"x"), every_s=4.0, standing=Standing(not_before_ms=(NOW + 3) * 1_000))
    again.client.fetch(ASK)
    assert again.web.asked_at == [NOW + 3]


def test_a_burst_is_what_the_bucket_holds() -> None:
    """Three tokens at once, then one every ten seconds; a clock set back does not lock the source out."""
    site = Site(always(b"x"), every_s=10.0, burst=3)
    for _ in range(5):
        site.client.fetch(ASK)
    assert site.web.asked_at == [NOW, NOW, NOW, NOW + 10, NOW + 20]
    ahead = Site(always(b"x"), every_s=10.0, standing=Standing(not_before_ms=(NOW + 86_400) * 1_000))
    ahead.client.fetch(ASK)
    assert ahead.web.asked_at == [NOW]


def test_trouble_that_passes_is_waited_for() -> None:
    """500 and 429 are asked again after the waiting times, Retry-After where that is longer."""
    answers = iter([reply(status=503), reply(status=429, headers={"retry-after": "100"}), reply(b"{}")])
    site = Site(lambda request: next(answers))
    site.client.fetch(ASK)
    assert site.web.asked_at == [NOW, NOW + 5, NOW + 105]
    assert site.client.standing.failures == 0


def test_while_it_waits_it_says_why_and_until_when() -> None:
    """The host that gives no line is named, and when it is asked again; afterwards nothing is said."""

    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    site = Site(down)
    said: list[str] = []
    site.time.on_wait = lambda: said.append(site.client.waiting)
    assert site.fails().detail == "no connection to data.example (ConnectError)"
    again = iso_time(NOW + 5)
    assert said == [
        f"not read yet: unreachable: no connection to data.example (ConnectError); asked again at {again}",
    ]
    assert site.client.waiting == ""


@pytest.mark.parametrize(
    ("rule", "reason", "attempts"),
    [
        (always(status=429), Reason.THROTTLED, 4),
        (always(status=500), Reason.PROVIDER_ERROR, 4),
        (always(status=200), Reason.ERROR_IN_ANSWER, 4),
        (always(status=404), Reason.NOT_THERE, 1),
        (always(status=400), Reason.REFUSED, 1),
        (always(status=403), Reason.REFUSED, 1),
        (always(status=401), Reason.BAD_CREDENTIALS, 1),
        (always(status=206), Reason.REFUSED, 1),
        (always(status=302, location="https://evil.example/x"), Reason.HOST_NOT_ALLOWED, 1),
        (always(status=302, location="http://data.example/x"), Reason.HOST_NOT_ALLOWED, 1),
        (always(status=302, location="/series"), Reason.REFUSED, 4),
        (always(b"x" * 2_001), Reason.TOO_LARGE, 1),
        (always(gzip.compress(b"\0" * 1_000_000), content_encoding="gzip"), Reason.TOO_LARGE, 1),
        (always(gzip.compress(b"abc")[:-9], content_encoding="gzip"), Reason.UNREACHABLE, 2),
        (always(b"abc", content_encoding="br"), Reason.REFUSED, 1),
    ],
)
def test_each_way_to_fail_has_its_reason(rule: Rule, reason: Reason, attempts: int) -> None:
    """What fails for good is asked once, what may pass four times; the reason is in the table."""
    site = Site(rule, max_bytes=2_000)
    assert site.fails().reason is reason
    assert len(site.web.asked) == attempts


def test_a_redirect_within_the_source_is_followed_without_the_key_for_another_host() -> None:
    """The link to its file host is followed; the key goes to the one host that it was given for."""

    def rule(request: httpx.Request) -> httpx.Response:
        if request.url.host == "data.example":
            return reply(status=301, headers={"location": f"{OTHER}/file.xlsx"})
        return reply(b"PK")

    site = Site(rule, key="s3cret")
    assert site.client.fetch(ASK).address == f"{OTHER}/file.xlsx"
    assert [request.headers.get("x-key") for request in site.web.asked] == ["s3cret", None]


def test_no_answer_in_time_and_no_connection() -> None:
    """Time-outs and broken connections, before and within the body, end in their reasons after the attempts."""

    def late(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("https://data.example/series?secret=1", request=request)

    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    timed_out = Site(late).fails()
    assert (timed_out.reason, timed_out.detail) == (Reason.TIMED_OUT, "no answer in time from data.example")
    cut_off = Site(down, backoff_s=(30.0, 60.0))
    assert cut_off.fails().reason is Reason.UNREACHABLE
    assert cut_off.web.asked_at == [NOW, NOW + 5], "said in seconds"

    def half(request: httpx.Request) -> httpx.Response:
        def breaks() -> None:
            raise httpx.RemoteProtocolError("peer closed connection", request=request)

        return httpx.Response(200, stream=Parts([b"x"], breaks))

    assert Site(half).fails().reason is Reason.UNREACHABLE


def test_a_body_that_trickles_is_cut_off() -> None:
    """Each part comes in time, but not everything within the total."""
    site = Site(
        lambda request: httpx.Response(200, stream=Parts([b"x"] * 100, lambda: site.time.wait(5))), total_s=60.0
    )
    assert site.fails().reason is Reason.TIMED_OUT


def test_a_storm_of_429_stays_within_the_budget() -> None:
    """A day of polls every quarter of an hour against a source that says 429 to everything: the breaker holds it."""
    site = Site(always(status=429))
    polls = 0
    while site.time.now() < NOW + 86_400:
        reason = site.fails().reason
        assert reason in (Reason.THROTTLED, Reason.BREAKER_OPEN)
        polls += 1
        site.time.wait(900)
    assert polls > 80
    assert 10 < len(site.web.asked) <= 4 + 86_400 // 1_800


def test_the_breaker_opens_says_until_when_and_closes_on_the_first_answer() -> None:
    """Four failures in a row leave the source alone for half an hour; then one request decides, in any process."""
    site = Site(always(status=500))
    site.fails()
    refused = site.fails()
    assert refused.reason is Reason.BREAKER_OPEN
    assert "4 times in a row; asked again at 2026-09-21T" in refused.detail
    later = Site(always(status=500), standing=site.client.standing)
    later.time.wait(3_600)
    later.fails()
    assert len(later.web.asked) == 1
    later.time.wait(3_600)
    later.web.rule = always(b"x")
    later.client.fetch(ASK)
    assert (later.client.standing.failures, later.client.standing.open_until) == (0, 0)


def test_a_service_that_says_not_there_in_between_has_not_failed_in_a_row() -> None:
    """GDACS says 404 where nothing happened: failures on either side of that are not added up."""
    answers = itertools.cycle([reply(status=500), reply(status=404)])
    site = Site(lambda request: next(answers))
    for _ in range(6):
        assert site.fails().reason is Reason.NOT_THERE
    assert site.client.standing.failures == 0


def test_a_long_retry_after_is_kept_and_not_slept_through() -> None:
    """An hour that is asked for opens the breaker for that hour at once; a week is the most that is believed."""
    site = Site(always(status=429, retry_after="3600"))
    assert site.fails().reason is Reason.THROTTLED
    assert (len(site.web.asked), site.client.standing.open_until) == (1, NOW + 3_600)
    site = Site(always(status=429, retry_after="999999999999"))
    site.fails()
    assert site.client.standing.open_until == NOW + 7 * 86_400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("-5", 0.0),
        ("Mon, 21 Sep 2026 14:26:40 GMT", 800.0),
        ("Sun, 20 Sep 2026 14:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("nan", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(text: str, seconds: float | None) -> None:
    """Both forms of RFC 9110, and nothing for what is neither."""
    assert retry_after_s(text, NOW) == seconds


def test_no_failure_shows_a_key_an_address_or_what_the_provider_said() -> None:
    """Whatever goes wrong, its words hold neither the query, nor the key, nor text of the answer."""
    site = Site(always(b"your key s3cret is wrong", status=400), key="s3cret")
    found = site.fails(Ask(address=f"{HOME}/series", parameters=(("token", "hidden"),)))
    assert all(word not in f"{found!s}{found!r}" for word in ("s3cret", "hidden", "wrong"))
