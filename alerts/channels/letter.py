"""Message → e-mail: the letter with its headers, a text and an HTML body and the CAP file, pure.

Headers by RFC 5322; threads hold by References, which begin with an id made from the alert, so that a mail program
keeps the letters of one alert together even if the first never arrived.
"""

import functools
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from importlib import resources
from typing import Literal

import jinja2
from msgspec.structs import replace

from alerts.channels.base import Content, Line, Message
from alerts.channels.cap import document, identifier_of
from alerts.channels.pictures import Picture, pictures, told
from alerts.channels.text import cleaned, cut, one_line, screen
from alerts.errors import PermanentFailure
from alerts.reasons import Reason
from streams.codec import digest

POLICY = SMTP.clone(cte_type="8bit")  # UTF-8 stays readable in the file; mail.py turns it to ASCII where it must
COLOURS = {  # each at least 7:1 against white
    "emergency": "#8a0f0f",
    "warning": "#8a3c00",
    "watch": "#5f4a00",
    "advisory": "#174a7c",
}
URGENT = frozenset({"warning", "emergency"})
NEUTRAL = "#3d4550"
FONTS = {
    "ja": "'Hiragino Sans','Yu Gothic',Meiryo,'Noto Sans CJK JP','Noto Sans JP',sans-serif",
    "": "system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
}
_LONGEST_LINE = 990  # bytes; RFC 5322 section 2.1.1 allows 998
_SUBJECT_LIMIT = 200
_THREAD_IDS = 20
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]{1,64}@[A-Za-z0-9.-]{1,48}>")
_ID_SIGNS = re.compile(r"[^A-Za-z0-9._-]+")
_DOMAIN = re.compile(r"[A-Za-z0-9.-]{1,48}")


def letter(message: Message, shown: Sequence[Picture]) -> EmailMessage:
    """The whole letter with the picture of `shown_in`. The same message gives the same bytes.

    Raises PermanentFailure for an address that is none.
    """
    message = replace(message, contents=(told(message.contents[0], shown), *message.contents[1:]))
    content = cleaned(message.contents[0])
    written = EmailMessage(policy=POLICY)
    written["From"] = _address(f"Twinbell {message.participant.iso3}", message.participant.sender)
    written["To"] = _address(_name_of_person(message, content.language), message.person.email)
    written["Subject"] = cut(content.subject, _SUBJECT_LIMIT)
    written["Date"] = datetime.fromtimestamp(message.delivery.due_at, UTC)
    written["Message-ID"] = message_id(message)
    ancestors = _ancestors(message)
    written["In-Reply-To"] = ancestors[-1]
    written["References"] = " ".join(ancestors)
    written["Auto-Submitted"] = "auto-generated"
    if message.facts.level in URGENT:
        written["Importance"] = "high"
    name = identifier_of(message)
    cid = f"{digest(shown[0].file.content)[:32]}@{domain_of(message.participant.sender)}" if shown else ""
    text, page = _text(message, content), _page(message, content, cid)
    written.set_content(text, cte=_encoding(text))
    written.add_alternative(page, subtype="html", cte=_encoding(page))
    if shown:
        _show(written, shown[0], cid)
    written.add_attachment(document(message, shown), maintype="application", subtype="xml", filename=f"{name}.xml")
    written["Content-Language"] = content.language  # last: setting a body takes such headers away
    parts = [part for part in written.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{digest(f'{number}{text}{page}'.encode())[:40]}")  # no text can foresee it
    return written


def shown_in(message: Message) -> tuple[Picture, ...]:
    """The picture of the letter: that of its own language."""
    return pictures((cleaned(message.contents[0]),), identifier_of(message), ("png",))


def _show(written: EmailMessage, picture: Picture, cid: str) -> None:
    """The picture as a part of the page, which names it by its content id (RFC 2392)."""
    page = written.get_body(("html",))
    assert page is not None
    page.add_related(
        picture.file.content, "image", "png", cid=f"<{cid}>", filename=picture.file.name, disposition="inline"
    )


def message_id(message: Message) -> str:
    """Of the delivery, so that every try of one delivery is one letter to whoever counts by Message-ID."""
    delivery = message.delivery
    return f"<{_id(delivery.delivery_id)}.r{delivery.revision}@{domain_of(message.participant.sender)}>"


def domain_of(sender: str) -> str:
    """The part after the @, or a domain that cannot exist when there is none that could stand in an id."""
    domain = sender.rpartition("@")[2] if "@" in sender else ""
    return domain if _DOMAIN.fullmatch(domain) else "twinbell.invalid"


def _ancestors(message: Message) -> list[str]:
    thread = message.thread
    root = f"<{_id(message.delivery.alert_id)}@{domain_of(message.participant.sender)}>"
    sent = [name for name in (thread.root, *thread.previous) if _MESSAGE_ID.fullmatch(name)]
    return [root, *list(dict.fromkeys(sent))[-_THREAD_IDS:]]


def _id(text: str) -> str:
    return _ID_SIGNS.sub("_", text)[:48]


def _name_of_person(message: Message, language: str) -> str:
    names = message.person.names
    return names.get(language) or next(iter(names.values()), "")


def _address(name: str, address: str) -> Address:
    try:
        found = Address(display_name=one_line(name), addr_spec=address)
    except (ValueError, IndexError, HeaderParseError):
        raise PermanentFailure(Reason.UNKNOWN_RECIPIENT, "an e-mail address that is none") from None
    if not address.isascii() or not found.username or not found.domain:
        raise PermanentFailure(Reason.UNKNOWN_RECIPIENT, "an e-mail address that is none")
    return found


def _encoding(text: str) -> Literal["8bit", "base64"]:
    longest = max((len(line.encode()) for line in text.splitlines()), default=0)
    return "8bit" if longest <= _LONGEST_LINE else "base64"


def _text(message: Message, content: Content) -> str:
    lines = [content.watermark, ""] if content.watermark else []
    lines += [content.subject, content.headline, ""]
    lines += map(_shown, screen(content))
    for section in content.sections:
        lines += ["", f"== {section.heading}", *map(_shown, section.lines)]
    lines += ["", _footer(message)]
    lines += [content.watermark] if content.watermark else []
    return "\n".join(lines) + "\n"


def _shown(line: Line) -> str:
    text = f"{line.label}: {line.text}" if line.label else line.text
    return text if not line.address or line.address in text else f"{text} <{line.address}>"


def _footer(message: Message) -> str:
    """What tells two copies apart, in no language: marking, alert and revision."""
    delivery = message.delivery
    return f"{message.facts.tlp} · {one_line(delivery.alert_id)} · r{delivery.revision}"


def _page(message: Message, content: Content, cid: str) -> str:
    return _template().render(
        content=content,
        cid=cid,
        screen=screen(content),
        colour=COLOURS.get(message.facts.level, NEUTRAL),
        fonts=FONTS.get(content.language, FONTS[""]),
        footer=_footer(message),
    )


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    source = resources.files("alerts.channels").joinpath("letter.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source)
