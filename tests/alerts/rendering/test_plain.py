"""Text from outside cannot deceive the eye or break a line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rendering.plain import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gallium\u202e muilleg", "gallium⟨U+202E⟩ muilleg"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("a\x00b\x1b[31m", "a⟨U+0000⟩b⟨U+001B⟩[31m"),
        ("one\r\ntwo\tthree", "one two three"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("\ud800", "⟨U+D800⟩"),
        ("名\u3164前", "名⟨U+3164⟩前"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, shown: str) -> None:
    """Controls, direction overrides and invisible signs become visible; markup stays text, escaped later."""
    assert plain(text) == shown


@given(st.text(max_size=600), st.integers(min_value=20, max_value=400))
def test_plain_text_is_one_short_visible_line(text: str, limit: int) -> None:
    """Whatever comes in: one line, within the limit, nothing invisible but a space, and it can be encoded."""
    shown = plain(text, limit)
    assert len(shown) <= limit
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp") for c in shown)
    shown.encode("utf-8")


def test_towers_of_marks_are_cut() -> None:
    """A letter under a hundred accents does not climb over the lines above it."""
    assert len(plain("a" + "\u0301" * 100)) <= 6
