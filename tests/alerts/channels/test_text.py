"""Text made fit for any channel."""

import unicodedata

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.base import Line, Section
from alerts.channels.text import CUT, LONGEST, WHOLE, cleaned, cut, one_line, utf8_bytes, utf16_units, web_address
from tests.fakes.messages import ENGLISH

SETTLED = settings(deadline=None, derandomize=True)  # the same examples on every machine, however slow


@SETTLED
@given(st.text())
def test_one_line_has_no_sign_that_is_not_seen(text: str) -> None:
    """Whatever comes in, one line goes out, without control, direction, zero-width or broken characters."""
    shown = one_line(text)
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp") for sign in shown)
    assert one_line(shown) == shown
    shown.encode()


def test_ordinary_text_in_any_language_is_left_alone() -> None:
    """Japanese, Chinese, accents, full-width signs and spaces, and signs of currency stay as they are."""
    text = "レアアース 100%(中国) 稀土 Société ½ € 🔔"
    assert one_line(text) == text


@SETTLED
@given(st.text(), st.integers(min_value=len(CUT) * 3, max_value=60), st.sampled_from([len, utf8_bytes, utf16_units]))
def test_a_cut_keeps_the_limit_and_shows_itself(text: str, limit: int, size: object) -> None:
    """What is short enough is untouched; what is not is at most the limit, mark included."""
    assert callable(size)
    text = one_line(text)
    shown = cut(text, limit, size)
    assert size(shown) <= limit
    assert shown == text or shown.endswith(CUT)
    assert size(text) > limit or shown == text


def test_an_enormous_text_is_cut() -> None:
    """A text of megabytes becomes LONGEST characters with the mark, in no time."""
    huge = msgspec.structs.replace(ENGLISH, subject="あ" * 5_000_000)
    subject = cleaned(huge).subject
    assert len(subject) == LONGEST
    assert subject.endswith(CUT)


def test_enormously_many_lines_are_cut() -> None:
    """All sections together stay under WHOLE, and a line shows where the cut is."""
    lines = tuple(Line(label="", text="x" * 1000) for _ in range(700))
    huge = msgspec.structs.replace(ENGLISH, sections=(Section(heading="a", lines=lines),) * 5)
    sections = cleaned(huge).sections
    assert len(sections) == 2
    assert sections[0].lines == lines
    assert sections[1].lines[-1].text == CUT.strip()
    assert sum(len(line.text) for section in sections for line in section.lines) <= WHOLE + len(CUT)


@pytest.mark.parametrize(
    "address",
    [
        "http://runbooks.example.org/",
        "javascript:alert(1)",
        "https://a.example/\r\nBcc: x",
        "https://a.example/<b>",
        "https://a.example/|text",
        "https://a.example/ b",
        'https://a.example/"onclick="',
        "https://日本.example/",
    ],
)
def test_only_a_plain_https_address_becomes_a_link(address: str) -> None:
    """Anything that could end the markup around it, or is not https, is no address."""
    assert web_address(address) == ""
    assert web_address("https://a.example/b?c=d&e=%20#f") == "https://a.example/b?c=d&e=%20#f"
