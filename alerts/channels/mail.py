"""Delivery → e-mail by SMTP (RFC 5321), never without TLS."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import ClassVar, Literal

import msgspec

from alerts.channels.base import Message, Receipt, Rendering
from alerts.channels.credentials import Secret
from alerts.channels.letter import POLICY, domain_of, letter, shown_in
from alerts.channels.pictures import lacking
from alerts.errors import PermanentFailure, SendFailure, TemporaryFailure
from alerts.reasons import Reason

PERMANENT = {
    530: Reason.BAD_CREDENTIALS,
    534: Reason.BAD_CREDENTIALS,
    535: Reason.BAD_CREDENTIALS,
    538: Reason.BAD_CREDENTIALS,
    552: Reason.MESSAGE_TOO_LARGE,
}
PERMANENT_FOR_RECIPIENT = {
    530: Reason.BAD_CREDENTIALS,
    550: Reason.UNKNOWN_RECIPIENT,
    551: Reason.UNKNOWN_RECIPIENT,
    553: Reason.UNKNOWN_RECIPIENT,
    556: Reason.UNKNOWN_RECIPIENT,
}
MAILBOX_FULL = 552  # said of a recipient: it may be emptied


class MailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The relay. `tls`: starttls on the submission port (587), implicit on 465; there is no third way.

    `bounces_to` is the envelope sender; the letters themselves are from the participant's own `sender`.
    """

    host: str
    port: int = 587
    tls: Literal["starttls", "implicit"] = "starttls"
    user: str = ""
    password: Secret = Secret("")
    bounces_to: str
    ca_file: str = ""
    timeout_s: float = 20.0


class Mail:
    """Hands the letter to the relay; the receipt is its Message-ID."""

    name: ClassVar[str] = "email"
    waking: ClassVar[bool] = False
    pictured: ClassVar[bool] = True
    multilingual: ClassVar[bool] = True

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._context = ssl.create_default_context(cafile=settings.ca_file or None)

    def send(self, message: Message) -> Receipt:
        """Raises TemporaryFailure or PermanentFailure."""
        shown = shown_in(message)
        written = letter(message, shown)
        with _failures():
            session = self._session()
            try:
                policy, options = POLICY, ["BODY=8BITMIME"]
                if not session.has_extn("8bitmime"):
                    policy, options = POLICY.clone(cte_type="7bit"), []
                content = written.as_bytes(policy=policy)
                session.sendmail(self._settings.bounces_to, [message.person.email], content, options)
            except BaseException:
                session.close()
                raise
            _part(session)
        return Receipt(reference=str(written["Message-ID"]), lacks=lacking(message.contents[:1], shown))

    @staticmethod
    def rendering(message: Message) -> Rendering:
        """The letter, as a mail program opens it."""
        shown = shown_in(message)
        lacks = lacking(message.contents[:1], shown)
        return Rendering(suffix=".eml", content=letter(message, shown).as_bytes(), lacks=lacks)

    def probe(self) -> None:
        """Connect, encrypt and log in, and part again. Raises what `send` would."""
        with _failures():
            _part(self._session())

    def _session(self) -> smtplib.SMTP:
        """An encrypted, authenticated session."""
        settings, name = self._settings, domain_of(self._settings.bounces_to)
        session: smtplib.SMTP
        if settings.tls == "implicit":
            session = smtplib.SMTP_SSL(
                settings.host, settings.port, name, timeout=settings.timeout_s, context=self._context
            )
        else:
            session = smtplib.SMTP(settings.host, settings.port, name, timeout=settings.timeout_s)
        try:
            if settings.tls == "starttls":
                _encrypt(session, self._context)
            if settings.user:
                session.login(settings.user, settings.password.reveal())
            session.ehlo_or_helo_if_needed()
        except BaseException:
            session.close()
            raise
        return session


def _encrypt(session: smtplib.SMTP, context: ssl.SSLContext) -> None:
    """Raises TemporaryFailure or PermanentFailure TLS_REQUIRED where the relay does not go on with TLS."""
    try:
        session.starttls(context=context)
    except smtplib.SMTPNotSupportedError:
        raise PermanentFailure(Reason.TLS_REQUIRED, "the relay offers no STARTTLS") from None
    except smtplib.SMTPResponseException as error:
        kind = PermanentFailure if error.smtp_code >= 500 else TemporaryFailure
        raise kind(Reason.TLS_REQUIRED, f"SMTP {error.smtp_code} to STARTTLS") from None


def _part(session: smtplib.SMTP) -> None:
    """Say goodbye. The letter is taken by now: whatever happens here must not send it again."""
    with suppress(smtplib.SMTPException, OSError):
        session.quit()
    session.close()


@contextmanager
def _failures() -> Iterator[None]:
    """Turns what smtplib raises into the two failures of the seam; nothing that a server said is repeated."""
    try:
        yield
    except OSError as error:  # smtplib's own errors are OSErrors too
        raise _failure(error) from None


def _failure(error: OSError) -> SendFailure:
    match error:
        case smtplib.SMTPRecipientsRefused():
            code = next((code for code, _ in error.recipients.values()), 0)
            if code >= 500 and code != MAILBOX_FULL:
                return PermanentFailure(PERMANENT_FOR_RECIPIENT.get(code, Reason.BAD_REQUEST), f"SMTP {code}")
            return TemporaryFailure(Reason.PROVIDER_ERROR, f"SMTP {code}")
        case smtplib.SMTPResponseException(smtp_code=code):
            if isinstance(error, smtplib.SMTPAuthenticationError) and code >= 500:
                return PermanentFailure(Reason.BAD_CREDENTIALS, f"SMTP {code}")
            if code >= 500:
                return PermanentFailure(PERMANENT.get(code, Reason.BAD_REQUEST), f"SMTP {code}")
            return TemporaryFailure(Reason.PROVIDER_ERROR, f"SMTP {code}")
        case smtplib.SMTPServerDisconnected():
            timed_out = isinstance(error.__context__, TimeoutError)
            return TemporaryFailure(Reason.TIMED_OUT if timed_out else Reason.UNREACHABLE, "the relay hung up")
        case smtplib.SMTPException():
            return PermanentFailure(Reason.BAD_CREDENTIALS, "the relay takes no log-in that we know")
        case TimeoutError():
            return TemporaryFailure(Reason.TIMED_OUT, "no answer from the relay")
        case ssl.SSLCertVerificationError():
            return PermanentFailure(
                Reason.TLS_REQUIRED, "the certificate of the relay is not trusted: set smtp_ca_file"
            )
        case ssl.SSLError():
            return TemporaryFailure(Reason.TLS_REQUIRED, "no TLS session with the relay")
    return TemporaryFailure(Reason.UNREACHABLE, type(error).__name__)
