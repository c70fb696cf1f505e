"""The contract of the seam `Channel.send(message) -> Receipt`, for every channel in the registry."""

import traceback
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from alerts.channels import CHANNELS
from alerts.channels.base import Thread
from alerts.channels.text import CUT
from alerts.deliveries import Purpose
from alerts.errors import PermanentFailure, SendFailure, TemporaryFailure
from tests.conformance.rigs import ANSWERING, TABLES, Rig, rig_of
from tests.fakes.messages import WATERMARK, filled, japanese, ordinary
from tests.fakes.relay import Certificates, certificates

NAMES = [kind.name for kind in CHANNELS]
ROWS = [(name, trouble) for name in NAMES for trouble in TABLES[name]]
HOSTILE = (
    "<!channel> <@U999ZZZ> <#C0ALERTS> <https://evil.example|click> *bold* _it_ ~no~ `code` :skull: & &amp;"
    "</td></tr></table><script>alert(1)</script><img src=x onerror=alert(1)>]]>"
    "\r\nBcc: victim@evil.example\r\n\r\nDATA\r\n.\r\n\x00\x07\x1b[31mred\x7f\x85\u2028"
    "\u202eesrever\u2066\u200b\u200d\ufeff\ud800 {{ 7*7 }} ${x} %s =cmd|'/c calc'!A1"
)


@pytest.fixture(scope="module")
def authority() -> Certificates:
    """One certificate authority for all relays."""
    return certificates()


@pytest.fixture
def rig(request: pytest.FixtureRequest, tmp_path: Path, authority: Certificates) -> Iterator[Rig]:
    """A channel beside its provider."""
    with rig_of(request.param, tmp_path, authority) as built:
        yield built


every_channel = pytest.mark.parametrize("rig", NAMES, indirect=True)


def test_every_registered_channel_is_held_to_the_contract() -> None:
    """Names are unique, each has a table, and all but files have a provider that may fall silent."""
    assert sorted(TABLES) == sorted(NAMES)
    assert set(NAMES) - set(ANSWERING) == {"cap"}
    assert any(kind.waking for kind in CHANNELS)


@every_channel
def test_what_arrives_is_the_rendering(rig: Rig) -> None:
    """The provider gets the texts of `rendering`, which is pure and holds no secret."""
    message = ordinary(rig.channel.name)
    rendering = rig.channel.rendering(message)
    receipt = rig.channel.send(message)
    assert receipt.reference
    (copy,) = rig.copies()
    assert set(copy.texts) <= set(rig.texts_of(rendering))
    assert rig.channel.rendering(message) == rendering
    assert not any(secret.encode() in rendering.content for secret in rig.secrets)


@every_channel
def test_what_is_shown_in_one_language_is_read_in_one(rig: Rig) -> None:
    """A channel that says so renders the same without the others' languages: they need not be written for it."""
    (kind,) = (kind for kind in CHANNELS if kind.name == rig.channel.name)
    message = ordinary(kind.name)
    alone = msgspec.structs.replace(message, contents=message.contents[:1])
    assert (kind.rendering(alone) == kind.rendering(message)) is not kind.multilingual


@pytest.mark.parametrize(("rig", "trouble"), ROWS, indirect=["rig"])
def test_each_status_has_its_reason(rig: Rig, trouble: str) -> None:
    """Every way in which a provider says no is the tabled failure with the tabled reason, and shows no secret."""
    kind, reason = TABLES[rig.channel.name][trouble]
    with rig.struck(trouble), pytest.raises(SendFailure) as caught:
        rig.channel.send(ordinary(rig.channel.name))
    assert (type(caught.value), caught.value.reason) == (kind, reason), caught.value
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(vars(rig.channel))
    assert not any(secret in shown for secret in rig.secrets)


@pytest.mark.parametrize(
    ("rig", "trouble"), [row for row in ROWS if "429" in row[1] or row[1] == "ratelimited"], indirect=["rig"]
)
def test_the_wait_that_a_provider_asks_for_is_told(rig: Rig, trouble: str) -> None:
    """Retry-After reaches whoever retries."""
    with rig.struck(trouble), pytest.raises(TemporaryFailure) as caught:
        rig.channel.send(ordinary(rig.channel.name))
    assert caught.value.retry_after_s == 30


@pytest.mark.parametrize("rig", ANSWERING, indirect=True)
def test_silence_after_the_request_left_is_temporary_and_the_retry_keeps_its_key(rig: Rig) -> None:
    """The provider took the message and never answered: it is sent again under the same key, at most seen twice."""
    message = ordinary(rig.channel.name)
    with rig.struck("hang"), pytest.raises(TemporaryFailure):
        rig.channel.send(message)
    rig.channel.send(message)
    copies = rig.copies()
    assert len({copy.key for copy in copies}) == 1
    assert len(copies) == 1 or all("r1" in " ".join(copy.texts) for copy in copies)


@pytest.mark.parametrize("rig", ["slack", "pagerduty"], indirect=True)
def test_no_redirect_is_followed_and_no_proxy_taken_from_the_environment(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The secret goes to the configured address and nowhere else."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with rig.struck("HTTP 302"), pytest.raises(PermanentFailure):
        rig.channel.send(ordinary(rig.channel.name))
    assert not rig.copies()
    rig.channel.send(ordinary(rig.channel.name))
    assert len(rig.copies()) == 1


@every_channel
def test_sending_twice_is_harmless(rig: Rig) -> None:
    """One delivery id, one key and one receipt, however often it is sent."""
    message = ordinary(rig.channel.name)
    assert rig.channel.send(message) == rig.channel.send(message)
    assert len({copy.key for copy in rig.copies()}) == 1


@every_channel
def test_another_ring_is_another_message(rig: Rig) -> None:
    """A second ring on the same alert has a key of its own, except in a file, where a revision is a revision."""
    first = ordinary(rig.channel.name)
    root = rig.channel.send(first).reference
    rig.channel.send(ordinary(rig.channel.name, Purpose.REPEAT, "repeat-1", Thread(root=root)))
    assert len({copy.key for copy in rig.copies()}) == (1 if rig.channel.name == "cap" else 2)


@every_channel
def test_long_text_is_cut_with_a_mark(rig: Rig) -> None:
    """An enormous message is taken by the provider, and whoever reads it sees that something is missing."""
    rig.channel.send(filled(rig.channel.name, "𝄞 & < 長い文章 " * 5_000, lines=40, sections=30))
    (copy,) = rig.copies()
    assert any(CUT.strip() in text for text in copy.texts)


@every_channel
def test_hostile_text_is_only_text(rig: Rig) -> None:
    """No control, direction or zero-width character arrives, and nothing in the text becomes markup, link or header."""
    hostile, harmless = filled(rig.channel.name, HOSTILE), filled(rig.channel.name, "harmless")
    rig.channel.send(hostile)
    (copy,) = rig.copies()
    for text in copy.texts:
        odd = {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs")} - {"\n"}
        assert not odd
    assert rig.live(rig.channel.rendering(hostile)) == rig.live(rig.channel.rendering(harmless))


@every_channel
@pytest.mark.parametrize("purpose", list(Purpose))
def test_an_exercise_says_so_in_every_rendering(rig: Rig, purpose: Purpose) -> None:
    """The watermark stands in every message, in the language of its reader, at its beginning and for every purpose."""
    for thread in (Thread(), Thread(root="an/earlier-message.json", previous=("an/earlier-message.json",))):
        for message, language in ((ordinary(rig.channel.name), "en"), (japanese(rig.channel.name), "ja")):
            delivery = msgspec.structs.replace(message.delivery, purpose=purpose)
            follower = msgspec.structs.replace(message, delivery=delivery, thread=thread)
            texts = rig.texts_of(rig.channel.rendering(follower))
            assert any(WATERMARK[language] in text for text in texts)
