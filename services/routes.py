"""Deliveries → outside: the one place where channels are built, so that an exercise has no way to an actual route.

Two locks, each enough by itself: an exercise gets outboxes only, and an actual route refuses a delivery of an exercise.
"""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from alerts.channels import CHANNELS
from alerts.channels.base import Channel, Message, Receipt, Rendering
from alerts.channels.cap import Cap, CapSettings
from alerts.channels.credentials import Secret
from alerts.channels.mail import Mail, MailSettings
from alerts.channels.outbox import Outbox
from alerts.channels.pagerduty import PagerDuty, PagerDutySettings
from alerts.channels.slack import Slack, SlackSettings
from alerts.deliveries import Mode
from alerts.errors import BadPolicy, PermanentFailure, Refused, SendFailure
from alerts.participants import Directory
from alerts.reasons import Reason

_MAY_CARRY = {
    Mode.ACTUAL: frozenset({Mode.ACTUAL, Mode.TEST, Mode.SYSTEM}),
    Mode.TEST: frozenset({Mode.TEST}),
}


class ChannelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the actual channels are reached: Slack by a token, e-mail by a host, CAP by a directory, PagerDuty by keys.

    What is not set up is not built. A secret is the content of the file that is named, never of the settings.
    """

    slack_token_file: str = ""  # a file with the bot token (xoxb-…), scope chat:write
    slack_api_base: str = "https://slack.com/api/"  # GovSlack: https://slack-gov.com/api/
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_tls: Literal["starttls", "implicit"] = "starttls"
    smtp_user: str = ""
    smtp_password_file: str = ""
    smtp_from: str = ""  # envelope sender: where bounces go; letters are from the participant's `sender`
    smtp_ca_file: str = ""  # certificate authority of the relay, where it is not a public one
    pagerduty_endpoint: str = "https://events.pagerduty.com/v2/enqueue"  # keys stand with the people
    pagerduty_ca_file: str = ""
    cap_directory: str = ""
    proxy: str = ""  # for Slack and PagerDuty; the environment's proxies are not used
    timeout_s: float = 10.0


_ADVICE = {
    Reason.UNREACHABLE: "nothing answers there; check the address and port in [channels], the network and the proxy",
    Reason.TIMED_OUT: "no answer in timeout_s; check the address in [channels], the network and the proxy",
    Reason.RATE_LIMITED: "asked too often; try again in a minute",
    Reason.PROVIDER_ERROR: "the trouble is at the provider; try again later",
}
"""What to do where the channel itself cannot know."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of trying one channel: `problem` is empty when it works, else it says what to mend."""

    channel: str
    problem: str = ""


class ActualRoute:
    """An actual channel that refuses what an exercise made, whoever hands it over."""

    def __init__(self, channel: Channel, mode: Mode) -> None:
        self._channel = channel
        self._carries = _MAY_CARRY[mode]

    @property
    def name(self) -> str:
        """The name of the channel."""
        return self._channel.name

    @property
    def waking(self) -> bool:
        """Whether the channel wakes a person."""
        return self._channel.waking

    def send(self, message: Message) -> Receipt:
        """Deliver what is actual. Raises PermanentFailure EXERCISE_NOT_ACTUAL for anything else."""
        if message.delivery.mode not in self._carries or message.facts.mode == Mode.EXERCISE:
            raise PermanentFailure(Reason.EXERCISE_NOT_ACTUAL, message.delivery.delivery_id)
        return self._channel.send(message)

    def rendering(self, message: Message) -> Rendering:
        """What the channel would put on the wire."""
        return self._channel.rendering(message)


def exercise_channels(outbox_directory: Path) -> Mapping[str, Channel]:
    """Every registered channel as an outbox: the routes of an exercise, a replay and a drill."""
    return {kind.name: Outbox(kind, outbox_directory) for kind in CHANNELS}


def actual_channels(settings: ChannelSettings, directory: Directory, mode: Mode) -> Mapping[str, Channel]:
    """The channels that are set up, by name. In mode TEST they carry test messages and nothing else.

    Raises Refused in an exercise, BadPolicy when a file that a setting names cannot be used.
    """
    if mode not in _MAY_CARRY:
        raise Refused(
            Reason.EXERCISE_NOT_ACTUAL, 'an exercise has no actual route: set mode = "actual" for live figures'
        )
    return {channel.name: ActualRoute(channel, mode) for channel in _built(settings, directory)}


def trials(settings: ChannelSettings, directory: Directory) -> tuple[Trial, ...]:
    """Try each channel that is set up, without sending a message to anybody. Raises BadPolicy as `actual_channels`."""
    return tuple(_tried(channel) for channel in _built(settings, directory))


def to_mend(failure: SendFailure) -> str:
    """What a channel said, in its own words, and what to do about it."""
    advice = _ADVICE.get(failure.reason)
    return f"{failure}: {advice}" if advice else str(failure)


def _tried(channel: Slack | Mail | Cap | PagerDuty) -> Trial:
    try:
        channel.probe()
    except SendFailure as failure:
        return Trial(channel=channel.name, problem=to_mend(failure))
    return Trial(channel=channel.name)


def _built(settings: ChannelSettings, directory: Directory) -> list[Slack | Mail | Cap | PagerDuty]:
    built: list[Slack | Mail | Cap | PagerDuty] = []
    if settings.slack_token_file:
        built.append(Slack(_slack(settings)))
    if settings.smtp_host:
        built.append(Mail(_mail(settings)))
    if settings.cap_directory:
        built.append(Cap(CapSettings(directory=Path(settings.cap_directory))))
    if keys := _pagerduty_keys(directory):
        built.append(PagerDuty(_pagerduty(settings, keys)))
    return built


def _slack(settings: ChannelSettings) -> SlackSettings:
    return SlackSettings(
        token=_secret("slack_token_file", settings.slack_token_file),
        api_base=_web("slack_api_base", settings.slack_api_base),
        timeout_s=settings.timeout_s,
        proxy=settings.proxy,
    )


def _mail(settings: ChannelSettings) -> MailSettings:
    if not settings.smtp_from:
        raise BadPolicy("smtp_from is missing: set the address to which the relay returns what it cannot deliver")
    if settings.smtp_user and not settings.smtp_password_file:
        raise BadPolicy("smtp_user is set and smtp_password_file is not: name the file that holds the password")
    password = _secret("smtp_password_file", settings.smtp_password_file) if settings.smtp_user else Secret("")
    return MailSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=password,
        bounces_to=settings.smtp_from,
        ca_file=_authority("smtp_ca_file", settings.smtp_ca_file),
        timeout_s=settings.timeout_s,
    )


def _pagerduty(settings: ChannelSettings, keys: Mapping[str, Secret]) -> PagerDutySettings:
    return PagerDutySettings(
        keys=keys,
        endpoint=_web("pagerduty_endpoint", settings.pagerduty_endpoint),
        timeout_s=settings.timeout_s,
        proxy=settings.proxy,
        ca_file=_authority("pagerduty_ca_file", settings.pagerduty_ca_file),
    )


def _pagerduty_keys(directory: Directory) -> dict[str, Secret]:
    people = (person for participant in directory.participants for person in participant.people)
    return {
        person.person_id: _secret(f"pagerduty_key_file of {person.person_id}", person.pagerduty_key_file)
        for person in people
        if person.pagerduty_key_file
    }


def _secret(setting: str, file: str) -> Secret:
    """The content of the file. Nothing of it is in the error."""
    try:
        secret = Secret(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{setting}: {file} cannot be read ({type(error).__name__}): put the secret there") from None
    if not secret:
        raise BadPolicy(f"{setting}: {file} is empty: put the secret there")
    return secret


def _web(setting: str, address: str) -> str:
    """An http or https address; plain http only on this machine, since the request carries a secret."""
    url = urlsplit(address)
    if url.scheme == "https" and url.hostname:
        return address
    if url.scheme == "http" and url.hostname in ("127.0.0.1", "::1", "localhost"):
        return address
    raise BadPolicy(f"{setting}: {address} is no https address")


def _authority(setting: str, file: str) -> str:
    if file:
        try:
            ssl.create_default_context(cafile=file)
        except OSError as error:  # ssl.SSLError is one
            detail = f"{file} holds no certificate in PEM ({type(error).__name__})"
            raise BadPolicy(f"{setting}: {detail}: name the authority's certificate, or nothing") from None
    return file
