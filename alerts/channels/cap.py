"""Delivery → CAP 1.2 file: the alert as emergency systems exchange it, one file per participant and revision.

Rules: OASIS Common Alerting Protocol Version 1.2 (docs.oasis-open.org/emergency/cap/v1.2). Each participant is a sender
of its own; the languages of a message are `info` blocks of one file. Pictures are its resources and lie beside it under
the names that it gives: who publishes it publishes them with it. What is published under an identifier is never
changed: a second delivery of the same revision finds its file there and leaves it.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import msgspec
from lxml import etree
from msgspec.structs import replace

from alerts.channels.base import Content, Facts, Line, Message, Receipt, Rendering
from alerts.channels.files import name_part, write_atomically
from alerts.channels.pictures import Picture, lacking, pictures, told
from alerts.channels.text import LONGEST, cleaned, cut, one_line, screen
from alerts.deliveries import Delivery, Purpose

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
PROFILE = "CMRR-1.0"  # our profile: the codes of `eventCode` and `parameter` are those of this project's manual
STATUS = {"actual": "Actual", "exercise": "Exercise", "test": "Test", "system": "System"}
MSG_TYPE = frozenset({"Alert", "Update", "Cancel"})
URGENCY = frozenset({"Immediate", "Expected", "Future", "Past"})
SEVERITY = frozenset({"Extreme", "Severe", "Moderate", "Minor"})
CERTAINTY = frozenset({"Observed", "Likely", "Possible", "Unlikely"})
CATEGORY = {"logistics": "Transport", "natural": "Geo", "restriction": "Security"}  # CAP has no economic category
RESPONSE = {"emergency": ("Execute", "Assess"), "warning": ("Prepare", "Assess"), "watch": ("Monitor", "Assess")}
LANGUAGE = {"en": "en-US", "ja": "ja-JP"}
_ENDS = {Purpose.RESOLVE: "-resolved", Purpose.CLOSE: "-closed"}
_DESCRIPTION_LIMIT = 20_000
_HEADLINE_LIMIT = 160  # recommended by the standard, section 3.2.2
_RESTRICTED = re.compile(r"[\s,<&]+")
_REFERENCE = re.compile(r"[^\s,<&]+,[^\s,<&]+,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_GEOCODES = {3: "ISO3166-1", 5: "UN/LOCODE"}


class CapSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the files go; another system (a feed, a file drop) takes them from there."""

    directory: Path


class Cap:
    """Writes `<directory>/<participant>/<identifier>.xml`; the receipt is the identifier."""

    name: ClassVar[str] = "cap"
    waking: ClassVar[bool] = False
    pictured: ClassVar[bool] = True
    multilingual: ClassVar[bool] = True

    def __init__(self, settings: CapSettings) -> None:
        self._directory = settings.directory

    def send(self, message: Message) -> Receipt:
        """Publish, unless it is published. Raises TemporaryFailure when it cannot be written."""
        name = identifier_of(message)
        folder = self._directory / name_part(message.participant.iso3)
        path = folder / f"{name_part(name)}.xml"
        shown = _pictures(message)
        if not path.exists():
            for picture in shown:  # before the file that names them
                write_atomically(folder / picture.file.name, picture.file.content)
            write_atomically(path, document(_told(message, shown), shown))
        return Receipt(reference=name, confirmed=True, lacks=lacking(message.contents, shown))

    @staticmethod
    def rendering(message: Message) -> Rendering:
        """The CAP document, and the pictures that it names."""
        shown = _pictures(message)
        beside = tuple(picture.file for picture in shown)
        content = document(_told(message, shown), shown)
        return Rendering(suffix=".xml", content=content, beside=beside, lacks=lacking(message.contents, shown))

    def probe(self) -> None:
        """Write a file into the directory and take it away again. Raises what `send` would."""
        path = self._directory / ".probe"
        write_atomically(path, b"")
        path.unlink(missing_ok=True)


def identifier(alert_id: str, revision: int) -> str:
    """The CAP identifier of one revision: no spaces, commas or markup signs."""
    return _RESTRICTED.sub("_", f"twinbell-{one_line(alert_id)}-{revision}")


def stamp(at: int) -> str:
    """`at` (seconds UTC) as CAP writes it: no fraction, no Z, UTC as -00:00 (standard, section 3.3.2)."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def name_of(delivery: Delivery) -> str:
    """The identifier of a delivery that ends nothing: of its revision, or of the day on which that was renewed."""
    renewed = f"-renewed-{stamp(delivery.due_at)[:10]}" if delivery.renews else ""
    return identifier(delivery.alert_id, delivery.revision) + renewed


def reference(sender: str, name: str, sent_at: int) -> str:
    """How a later message refers to an earlier one: sender, identifier and time sent."""
    return f"{_RESTRICTED.sub('_', sender)},{name},{stamp(sent_at)}"


def identifier_of(message: Message) -> str:
    """The identifier of this message; an end published without a new revision gets its own."""
    delivery = message.delivery
    end = "-cancelled" if message.facts.msg_type == "Cancel" else _ENDS.get(delivery.purpose, "")
    return name_of(delivery) + end


def _pictures(message: Message) -> tuple[Picture, ...]:
    return pictures(message.contents, identifier_of(message), ("png", "svg"))


def _told(message: Message, shown: Sequence[Picture]) -> Message:
    return replace(message, contents=tuple(told(content, shown) for content in message.contents))


def document(message: Message, shown: Sequence[Picture] = ()) -> bytes:
    """The whole alert as XML, UTF-8; `shown` are the pictures that lie beside it or come with it."""
    contents = tuple(cleaned(content) for content in message.contents)
    facts, delivery = message.facts, message.delivery
    references = " ".join(text for text in facts.references if _REFERENCE.fullmatch(text))
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # missing in the stubs
    _add(alert, "identifier", identifier_of(message))
    _add(alert, "sender", _RESTRICTED.sub("_", message.participant.sender))
    _add(alert, "sent", stamp(facts.sent_at))
    _add(alert, "status", STATUS.get(facts.mode, "Draft"))
    # an Update or a Cancel must name what it refers to; the first that anybody hears of an alert is an Alert
    _add(alert, "msgType", facts.msg_type if references and facts.msg_type in MSG_TYPE else "Alert")
    _add_scope(alert, message)
    _add(alert, "code", PROFILE)
    _add(alert, "code", facts.tlp)
    _add(alert, "note", " / ".join(dict.fromkeys(content.watermark for content in contents)).strip(" /"))
    _add(alert, "references", references)
    _add(alert, "incidents", " ".join(_RESTRICTED.sub("_", name) for name in (delivery.alert_id, *delivery.also)))
    for content in contents:
        _add_info(alert, message, content, [picture for picture in shown if picture.language == content.language])
    etree.indent(alert, space="  ")
    return etree.tostring(alert, xml_declaration=True, encoding="UTF-8") + b"\n"


def _add(parent: etree._Element, name: str, text: str) -> None:
    if text:
        etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = one_line(text)


def _add_pair(parent: etree._Element, name: str, key: str, value: str) -> None:
    pair = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    _add(pair, "valueName", key or "-")
    _add(pair, "value", value or "-")


def _add_scope(alert: etree._Element, message: Message) -> None:
    """TLP:CLEAR is public, TLP:RED goes to named recipients, all between is restricted to whom it is releasable to."""
    facts = message.facts
    if facts.tlp == "TLP:CLEAR":
        _add(alert, "scope", "Public")
    elif facts.tlp == "TLP:RED":
        _add(alert, "scope", "Private")
        _add(alert, "addresses", _RESTRICTED.sub("_", message.person.email or message.person.person_id))
    else:
        _add(alert, "scope", "Restricted")
        release = f" REL {','.join(facts.releasable_to)}" if facts.releasable_to else ""
        _add(alert, "restriction", f"{facts.tlp}{release}")


def _add_info(alert: etree._Element, message: Message, content: Content, shown: Sequence[Picture]) -> None:
    facts = message.facts
    info = etree.SubElement(alert, f"{{{NAMESPACE}}}info")
    tag = LANGUAGE.get(content.language, content.language)
    _add(info, "language", tag if _LANGUAGE_TAG.fullmatch(tag) else "und")
    _add(info, "category", CATEGORY.get(facts.hazard, "Other"))
    _add(info, "event", content.event or cut(content.headline, _HEADLINE_LIMIT) or one_line(facts.hazard) or "-")
    for response in _responses(message):
        _add(info, "responseType", response)
    _add(info, "urgency", facts.urgency if facts.urgency in URGENCY else "Unknown")
    _add(info, "severity", facts.severity if facts.severity in SEVERITY else "Unknown")
    _add(info, "certainty", facts.certainty if facts.certainty in CERTAINTY else "Unknown")
    _add_pair(info, "eventCode", PROFILE, facts.hazard)
    _add(info, "effective", stamp(facts.sent_at))
    _add(info, "onset", stamp(facts.onset_at))
    _add(info, "expires", stamp(facts.expires_at))
    _add(info, "senderName", message.participant.names.get(content.language, message.participant.iso3))
    _add(info, "headline", cut(content.headline, _HEADLINE_LIMIT))
    etree.SubElement(info, f"{{{NAMESPACE}}}description").text = cut(
        "\n".join(_description(content)), _DESCRIPTION_LIMIT
    )
    _add(info, "instruction", content.asked)
    _add(info, "web", next((line.address for line in content.first_screen if line.address), ""))
    for parameter in facts.parameters:
        _add_pair(info, "parameter", cut(one_line(parameter.name), LONGEST), cut(one_line(parameter.value), LONGEST))
    for picture in shown:
        _add_resource(info, picture)
    _add_area(info, facts)


def _add_resource(info: etree._Element, picture: Picture) -> None:
    """A picture by its name beside the file, with size and SHA-1 as the standard has them (section 3.2.3)."""
    resource = etree.SubElement(info, f"{{{NAMESPACE}}}resource")
    _add(resource, "resourceDesc", picture.alt or "-")
    _add(resource, "mimeType", picture.media_type)
    _add(resource, "size", str(len(picture.file.content)))
    _add(resource, "uri", picture.file.name)
    _add(resource, "digest", hashlib.sha1(picture.file.content, usedforsecurity=False).hexdigest())


def _responses(message: Message) -> tuple[str, ...]:
    if message.facts.msg_type == "Cancel" or message.delivery.purpose in _ENDS:
        return ("AllClear",)
    return RESPONSE.get(message.facts.level, ("Monitor",))


def _description(content: Content) -> list[str]:
    lines = [content.watermark] if content.watermark else []
    lines += map(_plain, screen(content))
    for section in content.sections:
        lines += ["", section.heading, *map(_plain, section.lines)]
    return lines


def _plain(line: Line) -> str:
    return f"{line.label}: {line.text}" if line.label else line.text


def _add_area(info: etree._Element, facts: Facts) -> None:
    area = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _add(area, "areaDesc", cut(facts.area, LONGEST) or "-")
    for geocode in facts.geocodes:
        name, found, value = geocode.partition("=")
        if found:
            _add_pair(area, "geocode", one_line(name), one_line(value))
        else:
            _add_pair(area, "geocode", _GEOCODES.get(len(geocode), "twinbell"), one_line(geocode))
