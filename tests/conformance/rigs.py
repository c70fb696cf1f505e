"""Each channel beside a fake of its provider: what the conformance suite needs to know of it, and nothing more."""

import contextlib
import email
import email.policy
import json
import re
import resource
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import msgspec
from lxml import etree, html

from alerts.channels.base import Channel, Rendering
from alerts.channels.cap import Cap, CapSettings
from alerts.channels.credentials import Secret
from alerts.channels.mail import Mail, MailSettings
from alerts.channels.pagerduty import PagerDuty, PagerDutySettings
from alerts.channels.slack import Slack, SlackSettings
from alerts.errors import PermanentFailure, SendFailure, TemporaryFailure
from alerts.reasons import Reason
from tests.fakes import pagerduty, relay, slack
from tests.fakes.loopback import Answer, Loopback, Trouble
from tests.fakes.messages import PERSON

Outcome = tuple[type[SendFailure], Reason]
IMPATIENT_S = 1.0
SLACK_TOKEN = re.compile(r"<[^>]*>|`[^`]*`|~[^~\n]*~|:[a-z_]+:|\*[^*\n]*\*(?=[^\s])")
HANG, DROP = Trouble("hang", taken=True), Trouble("drop")


def temporary(reason: Reason) -> Outcome:
    """Try again later."""
    return TemporaryFailure, reason


def permanent(reason: Reason) -> Outcome:
    """Trying again cannot help."""
    return PermanentFailure, reason


class Copy(msgspec.Struct, frozen=True):
    """One message as it arrived: what identifies it to the provider, and every text that a person may see."""

    key: str
    texts: tuple[str, ...]


class Rig(Protocol):
    """One channel and its provider."""

    channel: Channel
    secrets: tuple[str, ...]

    def struck(self, trouble: str) -> contextlib.AbstractContextManager[None]:
        """While this lasts the next request meets `trouble`, a name of the channel's table below."""

    def copies(self) -> list[Copy]:
        """What arrived, in order."""

    @staticmethod
    def texts_of(rendering: Rendering) -> tuple[str, ...]:
        """Every text of a rendering that a person may see."""

    @staticmethod
    def live(rendering: Rendering) -> set[str]:
        """Everything in a rendering that a program would act on: mentions, links, elements, headers."""


def strings(value: object) -> Iterator[str]:
    """Every string in JSON, keys too."""
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield str(key)
                yield from strings(item)
        case list():
            for item in value:
                yield from strings(item)


SLACK_TABLE: Mapping[str, Outcome] = {
    **dict.fromkeys(
        ("invalid_auth", "token_revoked", "token_expired", "missing_scope", "not_authed", "account_inactive"),
        permanent(Reason.BAD_CREDENTIALS),
    ),
    **dict.fromkeys(
        ("channel_not_found", "not_in_channel", "is_archived", "user_not_found"), permanent(Reason.UNKNOWN_RECIPIENT)
    ),
    **dict.fromkeys(("msg_too_long", "msg_blocks_too_long"), permanent(Reason.MESSAGE_TOO_LARGE)),
    **dict.fromkeys(("invalid_blocks", "no_text", "an_error_of_tomorrow"), permanent(Reason.BAD_REQUEST)),
    **dict.fromkeys(("internal_error", "fatal_error", "service_unavailable"), temporary(Reason.PROVIDER_ERROR)),
    "ratelimited": temporary(Reason.RATE_LIMITED),
    "HTTP 429": temporary(Reason.RATE_LIMITED),
    "HTTP 500": temporary(Reason.PROVIDER_ERROR),
    "HTTP 503": temporary(Reason.PROVIDER_ERROR),
    "HTTP 302": permanent(Reason.BAD_REQUEST),
    "HTTP 403": permanent(Reason.BAD_CREDENTIALS),
    "HTTP 404": permanent(Reason.UNKNOWN_RECIPIENT),
    "not JSON": temporary(Reason.PROVIDER_ERROR),
    "JSON of another kind": temporary(Reason.PROVIDER_ERROR),
    "hang": temporary(Reason.TIMED_OUT),
    "drop": temporary(Reason.UNREACHABLE),
}
PAGERDUTY_TABLE: Mapping[str, Outcome] = {
    "HTTP 400": permanent(Reason.BAD_REQUEST),
    "unknown key": permanent(Reason.BAD_CREDENTIALS),
    "HTTP 302": permanent(Reason.BAD_REQUEST),
    "HTTP 403": permanent(Reason.BAD_CREDENTIALS),
    "HTTP 408": temporary(Reason.TIMED_OUT),
    "HTTP 413": permanent(Reason.MESSAGE_TOO_LARGE),
    "HTTP 429": temporary(Reason.RATE_LIMITED),
    "HTTP 500": temporary(Reason.PROVIDER_ERROR),
    "HTTP 503": temporary(Reason.PROVIDER_ERROR),
    "hang": temporary(Reason.TIMED_OUT),
    "drop": temporary(Reason.UNREACHABLE),
}
MAIL_TABLE: Mapping[str, Outcome] = {
    "AUTH 454": temporary(Reason.PROVIDER_ERROR),
    "AUTH 535": permanent(Reason.BAD_CREDENTIALS),
    "AUTH 534": permanent(Reason.BAD_CREDENTIALS),
    "STARTTLS 454": temporary(Reason.TLS_REQUIRED),
    "STARTTLS 501": permanent(Reason.TLS_REQUIRED),
    "MAIL 421": temporary(Reason.PROVIDER_ERROR),
    "MAIL 451": temporary(Reason.PROVIDER_ERROR),
    "MAIL 530": permanent(Reason.BAD_CREDENTIALS),
    "MAIL 552": permanent(Reason.MESSAGE_TOO_LARGE),
    "MAIL 550": permanent(Reason.BAD_REQUEST),
    "RCPT 450": temporary(Reason.PROVIDER_ERROR),
    "RCPT 552": temporary(Reason.PROVIDER_ERROR),
    "RCPT 550": permanent(Reason.UNKNOWN_RECIPIENT),
    "RCPT 551": permanent(Reason.UNKNOWN_RECIPIENT),
    "RCPT 553": permanent(Reason.UNKNOWN_RECIPIENT),
    "RCPT 554": permanent(Reason.BAD_REQUEST),
    "DATA 421": temporary(Reason.PROVIDER_ERROR),
    "DATA 452": temporary(Reason.PROVIDER_ERROR),
    "DATA 552": permanent(Reason.MESSAGE_TOO_LARGE),
    "DATA 554": permanent(Reason.BAD_REQUEST),
    "hang": temporary(Reason.TIMED_OUT),
    "drop": temporary(Reason.UNREACHABLE),
}
CAP_TABLE: Mapping[str, Outcome] = {
    "disk full": temporary(Reason.DISK_FULL),
    "no directory": temporary(Reason.UNREACHABLE),
}
TABLES = {"slack": SLACK_TABLE, "email": MAIL_TABLE, "cap": CAP_TABLE, "pagerduty": PAGERDUTY_TABLE}
ANSWERING = ("slack", "email", "pagerduty")  # those with a provider that may take a request and then not answer


class SlackRig:
    """Slack's own error codes come with status 200."""

    secrets: tuple[str, ...] = (slack.TOKEN,)

    def __init__(self, fake: slack.FakeSlack) -> None:
        self.fake = fake
        settings = SlackSettings(token=Secret(slack.TOKEN), api_base=fake.api_base, timeout_s=IMPATIENT_S)
        self.channel: Channel = Slack(settings)

    @contextlib.contextmanager
    def struck(self, trouble: str) -> Iterator[None]:
        """A code of Slack's, a status, or silence. Each answer repeats the token, as a careless proxy might."""
        headers = {"Retry-After": "30"} if trouble in ("HTTP 429", "ratelimited") else {}
        headers |= {"Location": f"{self.fake.base}/elsewhere"} if trouble == "HTTP 302" else {}
        echo = json.dumps({"ok": False, "error": trouble, "debug": slack.TOKEN}).encode()
        bodies = {
            "HTTP 302": b"",
            "not JSON": f"<html>{slack.TOKEN}</html>".encode(),
            "JSON of another kind": b'["ok"]',
        }
        self.fake.troubles.append(_trouble(trouble, echo, bodies, headers))
        yield

    def copies(self) -> list[Copy]:
        """The messages in the channel as they are shown now."""
        return [
            Copy(message.body["client_msg_id"], tuple(slack.texts_of(message.body)))
            for message in self.fake.posted.values()
        ]

    @staticmethod
    def texts_of(rendering: Rendering) -> tuple[str, ...]:
        """Of all requests."""
        return tuple(text for call in json.loads(rendering.content) for text in slack.texts_of(call["body"]))

    @staticmethod
    def live(rendering: Rendering) -> set[str]:
        """What stands between < and > where Slack formats, and formatting in a line; the header is not formatted."""
        found = set()
        for call in json.loads(rendering.content):
            body = call["body"]
            formatted = slack.texts_of({**body, "blocks": [b for b in body["blocks"] if b["type"] != "header"]})
            found |= {token for text in formatted for token in SLACK_TOKEN.findall(text)}
        return found


class PagerDutyRig:
    """One person with a key."""

    secrets: tuple[str, ...] = (pagerduty.ROUTING_KEY,)

    def __init__(self, fake: pagerduty.FakePagerDuty) -> None:
        self.fake = fake
        keys = {PERSON.person_id: Secret(pagerduty.ROUTING_KEY)}
        self.channel: Channel = PagerDuty(PagerDutySettings(keys=keys, endpoint=fake.endpoint, timeout_s=IMPATIENT_S))

    @contextlib.contextmanager
    def struck(self, trouble: str) -> Iterator[None]:
        """A status or silence. Each answer repeats the key."""
        headers = {"HTTP 429": {"Retry-After": "30"}, "HTTP 302": {"Location": "/elsewhere"}}.get(trouble, {})
        echo = f"bad event for {pagerduty.ROUTING_KEY}".encode()
        bodies = {"unknown key": b"Invalid routing key: " + echo}
        self.fake.troubles.append(_trouble(trouble, echo, bodies, headers, other_status=400))
        yield

    def copies(self) -> list[Copy]:
        """The incidents, each with its last event."""
        last = {event["dedup_key"]: event for event in self.fake.events}
        return [Copy(key, tuple(strings(event["payload"]))) for key, event in last.items()]

    @staticmethod
    def texts_of(rendering: Rendering) -> tuple[str, ...]:
        """Of all events."""
        return tuple(text for event in json.loads(rendering.content) for text in strings(event))

    @staticmethod
    def live(rendering: Rendering) -> set[str]:
        """The fields and the links."""
        events = json.loads(rendering.content)
        links = {link["href"] for event in events for link in event.get("links", ())}
        return links.union(*({*event, *event["payload"], *event["payload"]["custom_details"]} for event in events))


class MailRig:
    """A relay with STARTTLS and log-in."""

    secrets: tuple[str, ...] = (relay.PASSWORD,)

    def __init__(self, fake: relay.Relay, ca_file: Path) -> None:
        self.fake = fake
        self.channel: Channel = Mail(
            MailSettings(
                host="127.0.0.1",
                port=fake.port,
                user=relay.USER,
                password=Secret(relay.PASSWORD),
                bounces_to="bounces@example.org",
                ca_file=str(ca_file),
                timeout_s=IMPATIENT_S * 3,
            )
        )

    @contextlib.contextmanager
    def struck(self, trouble: str) -> Iterator[None]:
        """A reply code at a stage, or silence after the letter was taken. Each reply repeats the password."""
        stage, _, code = trouble.partition(" ")
        if code:
            self.fake.replies = {stage: f"{code} 5.0.0 {relay.PASSWORD}"}  # type: ignore[dict-item]
        else:
            self.fake.replies = {"DATA": trouble}
        yield
        self.fake.replies = {}

    def copies(self) -> list[Copy]:
        """The letters that were taken."""
        return [
            Copy(str(self.parsed(letter.content)["Message-ID"]), self._texts(self.parsed(letter.content)))
            for letter in self.fake.letters
        ]

    @staticmethod
    def texts_of(rendering: Rendering) -> tuple[str, ...]:
        """Subject, text and page; the attachment has a rig of its own."""
        return MailRig._texts(MailRig.parsed(rendering.content))

    @staticmethod
    def live(rendering: Rendering) -> set[str]:
        """The headers, the recipients, and the elements and attributes of the page."""
        letter = MailRig.parsed(rendering.content)
        page = letter.get_body(("html",))
        assert page is not None
        elements = list(html.document_fromstring(page.get_content()).iter())
        found = {f"{name}: {letter[name] if name in ('To', 'From', 'Cc', 'Bcc') else ''}" for name in letter}
        found |= {f"part {part.get_content_type()}" for part in letter.walk()}
        found |= {f"element {element.tag}" for element in elements}
        return found | {f"{name!s}={value!s}" for element in elements for name, value in element.attrib.items()}

    @staticmethod
    def parsed(content: bytes) -> EmailMessage:
        """As a mail program reads it."""
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @staticmethod
    def _texts(letter: EmailMessage) -> tuple[str, ...]:
        plain, page = letter.get_body(("plain",)), letter.get_body(("html",))
        assert plain is not None
        assert page is not None
        contents = (part.get_content().replace("\r\n", "\n") for part in (plain, page))
        return (str(letter["Subject"]), *contents)


class CapRig:
    """A directory."""

    secrets: tuple[str, ...] = ()

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.channel: Channel = Cap(CapSettings(directory=directory / "cap"))

    @contextlib.contextmanager
    def struck(self, trouble: str) -> Iterator[None]:
        """A disk without room (as a limit on the size of files), or something else where the directory should be."""
        if trouble == "disk full":
            before = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
            try:
                yield
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
        else:
            (self.directory / "cap").write_bytes(b"")
            yield

    def copies(self) -> list[Copy]:
        """The files."""
        return [
            Copy(path.stem, (path.read_text(encoding="utf-8"),))
            for path in sorted(self.directory.rglob("*"))
            if path.is_file()
        ]

    @staticmethod
    def texts_of(rendering: Rendering) -> tuple[str, ...]:
        """The document."""
        return (rendering.content.decode(),)

    @staticmethod
    def live(rendering: Rendering) -> set[str]:
        """The elements and attributes."""
        elements = list(etree.fromstring(rendering.content).iter())
        return {str(element.tag) for element in elements} | {str(element.attrib) for element in elements}


def _trouble(
    name: str, echo: bytes, bodies: Mapping[str, bytes], headers: Mapping[str, str], other_status: int = 200
) -> Trouble:
    if name in ("hang", "drop"):
        return HANG if name == "hang" else DROP
    status = int(name.removeprefix("HTTP ")) if name.startswith("HTTP ") else other_status
    body = b"<html>sorry</html>" if status >= 500 else bodies.get(name, echo)
    return Trouble("answer", Answer(429 if name == "ratelimited" else status, body, headers))


@contextlib.contextmanager
def rig_of(name: str, directory: Path, certificates: relay.Certificates) -> Iterator[Rig]:
    """The rig of one registered channel."""
    fake: Loopback
    match name:
        case "slack":
            with slack.FakeSlack() as fake:
                yield SlackRig(fake)
        case "pagerduty":
            with pagerduty.FakePagerDuty() as fake:
                yield PagerDutyRig(fake)
        case "email":
            ca_file = directory / "authority.pem"
            certificates.authority.cert_pem.write_to_path(str(ca_file))
            with relay.Relay(certificates) as mail_relay:
                yield MailRig(mail_relay, ca_file)
        case "cap":
            yield CapRig(directory)
        case _:
            raise LookupError(f"{name}: a registered channel needs a rig here")
