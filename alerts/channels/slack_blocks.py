"""Message → Slack blocks: the layout and escaping of one message, pure, within Slack's limits.

Limits and escaping: docs.slack.dev, reference "Blocks" (50 blocks, section 3,000, header 150 characters) and
"Formatting message text" (escape & < >). The sum over all blocks has an unwritten limit (error msg_blocks_too_long),
met at 11,300 characters by some and 13,200 by others, so a message stays well below it.
"""

import re
from collections.abc import Iterator
from itertools import chain

import msgspec

from alerts.channels.base import Content, Line, Message
from alerts.channels.base import Section as Details
from alerts.channels.text import CUT, cut, screen, utf16_units

MAX_BLOCKS = 50
HEADER_LIMIT = 150
SECTION_LIMIT = 3000
TOTAL_LIMIT = 9000
_LABEL_LIMIT = 80
_OPENING_LIMIT = 300
_LINE_LIMIT = 500  # twelve lines of this and the opening fit into one message
_RESERVE = 400  # kept of the total for the footer and the mark of a cut
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Signs that Slack would read as formatting, and signs that look the same and mean nothing to it.
_INERT = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_EMOJI = re.compile(r":(?=[\w+'-]*[a-z])([\w+'-]+):")


class Plain(msgspec.Struct, frozen=True, tag_field="type", tag="plain_text"):
    """Text that Slack shows as it is."""

    text: str
    emoji: bool = False


class Mrkdwn(msgspec.Struct, frozen=True, tag_field="type", tag="mrkdwn"):
    """Text that Slack formats; verbatim, so that addresses and names in it do not become links or mentions."""

    text: str
    verbatim: bool = True


class Header(msgspec.Struct, frozen=True, tag_field="type", tag="header"):
    """The largest line."""

    text: Plain


class Section(msgspec.Struct, frozen=True, tag_field="type", tag="section"):
    """A paragraph."""

    text: Mrkdwn


class Context(msgspec.Struct, frozen=True, tag_field="type", tag="context"):
    """Small grey print."""

    elements: tuple[Mrkdwn, ...]


class Divider(msgspec.Struct, frozen=True, tag_field="type", tag="divider"):
    """A rule across."""


Block = Header | Section | Context | Divider


def escaped(text: str) -> str:
    """`text` so that Slack shows it and does nothing else with it: no mention, link, formatting or emoji."""
    inert = _EDGE_UNDERSCORE.sub("＿", text.translate(_INERT))
    return _EMOJI.sub(r"∶\1∶", inert).translate(_ENTITIES)


def fitted(text: str, limit: int) -> str:
    """`text` escaped, and cut with a mark so that what Slack counts is at most `limit`."""
    return escaped(cut(text, limit, lambda part: utf16_units(escaped(part))))


def first_screen(message: Message, content: Content, mention: str) -> tuple[Block, ...]:
    """What stands on the first screen: subject, watermark, whom it rings, the lines, the footer."""
    return _within_limits(chain(_opening(content, mention), _screen(content)), message, content)


def everything(message: Message, content: Content, mention: str) -> tuple[Block, ...]:
    """The first screen, and below it the details."""
    details = chain.from_iterable(map(_details, content.sections))
    blocks = chain(_opening(content, mention), _screen(content), details)
    return _within_limits(blocks, message, content)


def fallback(content: Content, mention: str) -> str:
    """What a notification and a screen reader show instead of the blocks."""
    parts = (mention, fitted(content.watermark, _OPENING_LIMIT), fitted(content.subject, _OPENING_LIMIT))
    return " ".join(part for part in parts if part)


def _opening(content: Content, mention: str) -> Iterator[Block]:
    yield Header(Plain(cut(content.subject, HEADER_LIMIT, utf16_units) or "-"))
    if content.watermark:
        yield Section(Mrkdwn(f"*{fitted(content.watermark, _OPENING_LIMIT)}*"))
    headline = f"*{fitted(content.headline, _OPENING_LIMIT)}*" if content.headline else ""
    if mention or headline:
        yield Section(Mrkdwn(" ".join(part for part in (mention, headline) if part)))


def _screen(content: Content) -> Iterator[Block]:
    """What is asked stands in its place among the lines, as a paragraph of its own and in bold throughout."""
    lines = screen(content)
    at = next((number for number, line in enumerate(lines) if line.text == content.asked), len(lines))
    yield from _paragraphs(lines[:at])
    for line in lines[at : at + 1]:
        asked = ": ".join(part for part in (fitted(line.label, _LABEL_LIMIT), fitted(line.text, _LINE_LIMIT)) if part)
        if asked:
            yield Section(Mrkdwn(f":bell: *{asked}*"))
    yield from _paragraphs(lines[at + 1 :])


def _details(section: Details) -> Iterator[Block]:
    yield Divider()
    yield Section(Mrkdwn(f"*{fitted(section.heading, _OPENING_LIMIT)}*"))
    yield from _paragraphs(section.lines)


def _paragraphs(lines: tuple[Line, ...]) -> Iterator[Block]:
    """The lines in as few sections as the limit of a section allows."""
    shown: list[str] = []
    for line in map(_shown, lines):
        if shown and utf16_units("\n".join([*shown, line])) > SECTION_LIMIT:
            yield Section(Mrkdwn("\n".join(shown)))
            shown = []
        shown.append(line)
    if any(shown):
        yield Section(Mrkdwn("\n".join(shown)))


def _shown(line: Line) -> str:
    text = fitted(line.text or line.address, _LINE_LIMIT)
    if line.address and len(line.address) <= _LINE_LIMIT:
        text = f"<{line.address.replace('&', '&amp;')}|{text.replace('|', '¦')}>"
    return f"*{fitted(line.label, _LABEL_LIMIT)}*  {text}" if line.label else text


def _within_limits(blocks: Iterator[Block], message: Message, content: Content) -> tuple[Block, ...]:
    """As many of `blocks` as Slack takes in one message, a mark if some are left out, and the footer."""
    kept: list[Block] = []
    total = 0
    for block in blocks:
        total += _size(block)
        if len(kept) + 2 >= MAX_BLOCKS or total > TOTAL_LIMIT - _RESERVE:
            kept.append(Context((Mrkdwn(CUT.strip()),)))
            break
        kept.append(block)
    return (*kept, _footer(message, content))


def _footer(message: Message, content: Content) -> Block:
    """What tells two copies apart, in no language: marking, alert, revision; and the watermark again at the end."""
    delivery, facts = message.delivery, message.facts
    parts = [facts.tlp, delivery.alert_id, f"r{delivery.revision}", content.watermark]
    return Context((Mrkdwn(fitted(" · ".join(part for part in parts if part), _RESERVE - 20)),))


def _size(block: Block) -> int:
    match block:
        case Header(text=text) | Section(text=text):
            return utf16_units(text.text)
        case Context(elements=elements):
            return sum(utf16_units(element.text) for element in elements)
        case Divider():
            return 0
