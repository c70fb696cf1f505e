"""The seam between a planned delivery and the outside: `Channel.send(message) -> Receipt`.

A channel is one file with one class, named in `alerts/channels/__init__.py`. Formatting is the channel's own and pure
(`rendering`), so that the outbox writes exactly what would have been sent. Failures are TemporaryFailure or
PermanentFailure; retry lives outside. No secret in any error.
"""

from typing import ClassVar, Protocol

import msgspec

from alerts.deliveries import Delivery
from alerts.participants import Participant, Person
from alerts.plots import Plot


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a message: a label (may be empty) and its text, both in one language, plain text.

    `address` is an https address of our own choosing (a runbook, a publisher's page): the only thing that a channel
    shows as a link, with `text` as its words. An address inside `text` stays dead text, since a feed may have put it
    there.
    """

    label: str
    text: str
    address: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and its lines, below the first screen."""

    heading: str
    lines: tuple[Line, ...]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """A message in one language, as plain text: channels escape and lay out, they do not word."""

    language: str
    subject: str  # at most 78 characters (Japanese 40), TLP and level first
    headline: str
    first_screen: tuple[Line, ...]  # at most 12, and what a channel adds for a picture that is not there
    sections: tuple[Section, ...]
    asked: str = ""  # what is asked of the reader and by when
    watermark: str = ""  # exercise or test: shown in every rendering
    plot: Plot | None = None  # the series behind the alert, for channels that show pictures
    event: str = ""  # short name of the hazard for CAP's <event>; the headline where it is empty


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A machine-readable pair for CAP parameters and custom details."""

    name: str
    value: str


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The machine-readable side of a message, the same for every language."""

    mode: str  # actual, exercise, test
    msg_type: str  # CAP: Alert, Update, Cancel
    hazard: str
    level: str
    certainty: str
    severity: str
    urgency: str
    sent_at: int
    onset_at: int
    expires_at: int
    area: str
    geocodes: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    references: tuple[str, ...]  # CAP "sender,identifier,sent" of the revisions before
    tlp: str = "TLP:AMBER"
    releasable_to: tuple[str, ...] = ()
    answered: bool = False  # this side has answered: a provider that repeats by itself may be quiet


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent before on this alert to this recipient by this channel, so that a thread holds."""

    root: str = ""  # receipt of the first message
    previous: tuple[str, ...] = ()  # receipts since


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery with everything a channel needs. `contents[0]` is in the recipient's language."""

    delivery: Delivery
    participant: Participant
    person: Person
    contents: tuple[Content, ...]
    facts: Facts
    thread: Thread


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The provider's reference for what it took."""

    reference: str
    confirmed: bool = False  # True: delivered, not only accepted
    lacks: str = ""  # the reason for which it left without its picture


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file that lies beside a rendering and is named in it; its name tells its content."""

    name: str
    content: bytes


class Rendering(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel would send, as one file that a person can open, and what lies beside it."""

    suffix: str  # .json, .eml, .xml, .txt
    content: bytes
    beside: tuple[Attachment, ...] = ()
    lacks: str = ""  # the reason for which its picture is not there


class Kind(Protocol):
    """What is known of a channel without building one: enough for the registry, the policies and the outbox."""

    name: ClassVar[str]
    waking: ClassVar[bool]
    pictured: ClassVar[bool]  # whether it shows pictures
    multilingual: ClassVar[bool]  # whether it shows more than the reader's own language

    @staticmethod
    def rendering(message: Message) -> Rendering:
        """Exactly what `send` would put on the wire, without secrets."""


class Channel(Protocol):
    """Sends. `waking` channels wake a person; the others inform."""

    @property
    def name(self) -> str:
        """What policies and deliveries call it."""

    @property
    def waking(self) -> bool:
        """Whether it wakes a person."""

    def send(self, message: Message) -> Receipt:
        """Deliver, or raise TemporaryFailure / PermanentFailure. Sending twice with one delivery id is harmless."""

    def rendering(self, message: Message) -> Rendering:
        """Exactly what `send` would put on the wire, without secrets."""
