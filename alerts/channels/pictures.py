"""Message → its **pictures** as files, for the channels that show them: a letter shows one, a CAP file names all.

A picture explains and is never waited for: what cannot be drawn is left out, a line says so with its words instead, and
the receipt carries the reason.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from alerts import draw
from alerts.channels.base import Attachment, Content, Line
from alerts.channels.files import name_part
from alerts.channels.text import cleaned
from alerts.errors import NotDrawn
from alerts.reasons import Reason
from streams.codec import digest

KINDS = {"png": "image/png", "svg": "image/svg+xml"}


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """One file, in one language; the name tells the content, so that a name never stands for two pictures."""

    language: str
    media_type: str
    alt: str
    file: Attachment


def pictures(contents: Iterable[Content], of: str, kinds: tuple[str, ...]) -> tuple[Picture, ...]:
    """The pictures of these contents by kind, named after `of`; none where there is nothing to draw."""
    found = []
    for content in contents:
        if content.plot is None:
            continue
        for kind in kinds:
            try:
                drawn = draw.png(content.plot) if kind == "png" else draw.svg(content.plot)
            except NotDrawn:  # a message without its picture rings; one that waits for it does not
                break
            name = f"{name_part(of)}-{name_part(content.language)}-{digest(drawn)[:12]}.{kind}"
            alt = cleaned(content).plot or content.plot
            picture = Picture(
                language=content.language,
                media_type=KINDS[kind],
                alt=alt.alt,
                file=Attachment(name=name, content=drawn),
            )
            found.append(picture)
    return tuple(found)


def told(content: Content, shown: Sequence[Picture]) -> Content:
    """The content as it is, or with a line instead of the picture that could not be drawn."""
    if content.plot is None or not lacking((content,), shown):
        return content
    line = Line(label="", text=content.plot.undrawn or content.plot.alt)
    return replace(content, plot=None, first_screen=(*content.first_screen, line))


def lacking(contents: Iterable[Content], shown: Sequence[Picture]) -> str:
    """Why one of these contents is without its picture; empty where each has what it is to have."""
    drawn = {picture.language for picture in shown}
    is_lacking = any(content.plot is not None and content.language not in drawn for content in contents)
    return Reason.NOT_DRAWN.value if is_lacking else ""
