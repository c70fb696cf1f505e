"""Inside every channel: text that may come from a feed, made fit to be shown, before the channel's own escaping.

A control character can end a header, a direction override can turn a number round, a zero-width character can hide a
word from a search. None of them carries meaning in a message of ours, so none of them passes.
"""

import unicodedata
from collections.abc import Callable, Iterator
from itertools import accumulate

from msgspec.structs import replace

from alerts.channels.base import Content, Line, Section

CUT = " […]"  # shown where text was left out; the same sign in every language
LONGEST = 4000  # characters of any one text: what is longer is evidence, and evidence is stored
WHOLE = 1_000_000  # characters of all sections: a mail of some megabytes
_BREAKS = frozenset("\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Cn"})  # controls, formats (direction, zero width), lone surrogates, unassigned


def one_line(text: str) -> str:
    """`text` on one line, without control, direction and zero-width characters."""
    if text.isprintable():
        return text
    kept = (" " if sign in _BREAKS else sign for sign in text)
    return "".join(sign for sign in kept if sign.isprintable() or unicodedata.category(sign) not in _DROPPED)


def cut(text: str, limit: int, size: Callable[[str], int] = len) -> str:
    """The longest beginning of `text` of at most `limit` by `size`, with the mark of a cut where something is missing.

    `size` must not shrink when text grows; it may count bytes, UTF-16 units or what escaping makes of the text.
    """
    if size(text) <= limit:
        return text
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if size(text[:middle] + CUT) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + CUT


def utf16_units(text: str) -> int:
    """Length as a program in JavaScript counts it, which is what providers' limits are written in."""
    return len(text.encode("utf-16-le")) // 2


def utf8_bytes(text: str) -> int:
    """Length on the wire."""
    return len(text.encode())


def cleaned(content: Content) -> Content:
    """`content` with every text on one clean line of at most LONGEST characters, and all of them at most WHOLE."""
    return Content(
        language=_text(content.language),
        subject=_text(content.subject),
        headline=_text(content.headline),
        first_screen=_lines(content.first_screen),
        sections=tuple(_sections(content.sections)),
        asked=_text(content.asked),
        watermark=_text(content.watermark),
        event=_text(content.event),
        plot=content.plot and replace(content.plot, alt=_text(content.plot.alt)),
    )


def _sections(sections: tuple[Section, ...]) -> Iterator[Section]:
    left = WHOLE
    for section in sections:
        lines = _lines(section.lines)
        sizes = accumulate(len(line.label) + len(line.text) + 1 for line in lines)
        fitting = sum(1 for size in sizes if size <= left)
        shown = lines if fitting == len(lines) else (*lines[:fitting], Line(label="", text=CUT.strip()))
        yield Section(heading=_text(section.heading), lines=shown)
        if fitting < len(lines):
            return
        left -= sum(len(line.label) + len(line.text) + 1 for line in lines)


def _text(text: str) -> str:
    if len(text) <= 2 * LONGEST:
        return cut(one_line(text), LONGEST)
    return one_line(text[: 2 * LONGEST])[: LONGEST - len(CUT)].rstrip() + CUT


def _lines(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(
        Line(label=_text(line.label), text=_text(line.text), address=web_address(line.address)) for line in lines
    )


def screen(content: Content) -> tuple[Line, ...]:
    """The lines of the first screen; what is asked is among them, at the end if the content has not placed it."""
    if not content.asked or any(line.text == content.asked for line in content.first_screen):
        return content.first_screen
    return (*content.first_screen, Line(label="", text=content.asked))


def web_address(address: str) -> str:
    """The address when it is an https address that can stand in any markup, else nothing."""
    harmless = address.isascii() and address.isprintable() and not set(address) & set(" <>\"'`|\\^{}")
    return address if harmless and address.startswith("https://") else ""
