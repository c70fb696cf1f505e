"""E-mail: never without TLS, a thread that holds, headers that nobody can add to, a page that reads well."""

import email
import email.policy
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from alerts import draw
from alerts.channels.base import Line, Thread
from alerts.channels.cap import NAMESPACE
from alerts.channels.credentials import Secret
from alerts.channels.letter import COLOURS, NEUTRAL
from alerts.channels.mail import Mail, MailSettings
from alerts.deliveries import Purpose
from alerts.errors import PermanentFailure, SendFailure, TemporaryFailure
from alerts.reasons import Reason
from tests.fakes.messages import JAPANESE, PERSON, filled, japanese, made_plot, ordinary, pictured, with_purpose
from tests.fakes.relay import PASSWORD, USER, Certificates, Relay, certificates

SETTLED = settings(deadline=None, derandomize=True)  # the same examples on every machine, however slow


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Certificates, Path]:
    """An authority and the file that holds its certificate."""
    issued, path = certificates(), tmp_path_factory.mktemp("authority") / "ca.pem"
    issued.authority.cert_pem.write_to_path(str(path))
    return issued, path


@pytest.fixture
def relay(authority: tuple[Certificates, Path]) -> Iterator[Relay]:
    """A relay with STARTTLS."""
    with Relay(authority[0]) as running:
        yield running


def settings_of(relay: Relay, ca_file: Path, **changes: object) -> MailSettings:
    """The settings for it."""
    settings = MailSettings(
        host="127.0.0.1",
        port=relay.port,
        user=USER,
        password=Secret(PASSWORD),
        bounces_to="bounces@example.org",
        ca_file=str(ca_file),
        timeout_s=5,
    )
    return msgspec.structs.replace(settings, **changes)


def parsed(content: bytes) -> EmailMessage:
    """As a mail program reads it."""
    letter = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def rendered(message: object) -> EmailMessage:
    """The letter of a message."""
    return parsed(Mail.rendering(message).content)  # type: ignore[arg-type]


def test_the_letter_goes_out_encrypted_as_it_was_rendered(relay: Relay, authority: tuple[Certificates, Path]) -> None:
    """STARTTLS, log-in, and the very bytes of the rendering; bounces go to the envelope sender."""
    message = japanese("email")
    Mail(settings_of(relay, authority[1])).send(message)
    (letter,) = relay.letters
    assert letter.encrypted
    assert (letter.sender, letter.recipients) == ("bounces@example.org", (PERSON.email,))
    assert letter.content == Mail.rendering(message).content


def test_implicit_tls(authority: tuple[Certificates, Path]) -> None:
    """The other way that is allowed: TLS from the first byte."""
    with Relay(authority[0], tls="implicit") as relay:
        Mail(settings_of(relay, authority[1], tls="implicit")).send(ordinary("email"))
        assert [letter.encrypted for letter in relay.letters] == [True]


def test_a_relay_without_tls_gets_nothing(authority: tuple[Certificates, Path]) -> None:
    """No STARTTLS on offer: neither password nor letter leaves."""
    with Relay(authority[0], tls="none") as relay:
        with pytest.raises(PermanentFailure) as caught:
            Mail(settings_of(relay, authority[1])).send(ordinary("email"))
        assert caught.value.reason is Reason.TLS_REQUIRED
        assert not relay.letters


def test_a_certificate_that_nobody_vouches_for_is_refused(relay: Relay) -> None:
    """Somebody in the middle: the error says which setting to look at."""
    with pytest.raises(PermanentFailure, match="smtp_ca_file") as caught:
        Mail(msgspec.structs.replace(settings_of(relay, Path()), ca_file="")).send(ordinary("email"))
    assert caught.value.reason is Reason.TLS_REQUIRED
    assert not relay.letters


def test_a_relay_of_seven_bits_gets_the_same_letter(authority: tuple[Certificates, Path]) -> None:
    """Without 8BITMIME the letter is turned to ASCII and reads the same."""
    with Relay(authority[0], eight_bit=False) as relay:
        Mail(settings_of(relay, authority[1])).send(japanese("email"))
        (letter,) = relay.letters
    assert letter.content.isascii()
    body = parsed(letter.content).get_body(("plain",))
    assert body is not None
    assert JAPANESE.headline in body.get_content()


def test_no_relay_is_temporary(relay: Relay, authority: tuple[Certificates, Path]) -> None:
    """Nothing listens: try again later."""
    settings = settings_of(relay, authority[1])
    relay.__exit__(None, None, None)
    with pytest.raises(TemporaryFailure) as caught:
        Mail(settings).send(ordinary("email"))
    assert caught.value.reason is Reason.UNREACHABLE
    relay.__enter__()


def test_an_error_after_the_letter_was_taken_does_not_send_it_again(
    relay: Relay, authority: tuple[Certificates, Path]
) -> None:
    """The letter was taken: a relay that then hangs up on QUIT changes nothing."""
    relay.hang_up_on_quit = True
    assert Mail(settings_of(relay, authority[1])).send(ordinary("email")).reference
    assert len(relay.letters) == 1


def test_the_probe_says_what_to_mend(relay: Relay, authority: tuple[Certificates, Path]) -> None:
    """`twinbell check` finds a wrong password without sending a letter."""
    Mail(settings_of(relay, authority[1])).probe()
    with pytest.raises(SendFailure) as caught:
        Mail(settings_of(relay, authority[1], password=Secret("wrong"))).probe()
    assert caught.value.reason is Reason.BAD_CREDENTIALS
    assert not relay.letters


def test_the_thread_holds() -> None:
    """Letters of one alert share an ancestor made from its id, and name those before them."""
    first = ordinary("email")
    root = rendered(first)
    later = rendered(with_purpose(first, Purpose.REPEAT, "repeat-1", Thread(root=str(root["Message-ID"]))))
    assert root["References"].split()[0] == later["References"].split()[0] == "<3f9a1c2b@example.org>"
    assert later["In-Reply-To"] == root["Message-ID"]
    assert later["Message-ID"] != root["Message-ID"]
    assert rendered(first)["Message-ID"] == root["Message-ID"]


def test_receipts_of_another_channel_do_not_reach_the_headers() -> None:
    """A receipt that is no message id (a file of an outbox, or something hostile) is left out."""
    thread = Thread(root="USA/email/x.eml", previous=("<a@b>\r\nBcc: x@example.org", "<ok@example.org>"))
    letter = rendered(with_purpose(ordinary("email"), Purpose.UPDATE, "two", thread))
    assert letter["References"] == "<3f9a1c2b@example.org> <ok@example.org>"
    assert letter["Bcc"] is None


def test_subject_marking_first_and_importance() -> None:
    """The subject is the content's own, with the marking first; a warning is important to mail programs too."""
    letter = rendered(ordinary("email"))
    assert str(letter["Subject"]).startswith("TLP:AMBER WARNING")
    assert letter["Importance"] == "high"
    assert letter["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "address", ["", "duty", "@example.org", "a@b@c", "a b@example.org", "a@example.org\r\nBcc: x@y"]
)
def test_an_address_that_is_none_is_permanent(address: str) -> None:
    """Refused before anything is connected."""
    message = msgspec.structs.replace(ordinary("email"), person=msgspec.structs.replace(PERSON, email=address))
    with pytest.raises(PermanentFailure) as caught:
        Mail.rendering(message)
    assert caught.value.reason is Reason.UNKNOWN_RECIPIENT


@SETTLED
@given(st.text(max_size=200))
def test_no_name_adds_a_header(name: str) -> None:
    """Whatever a person is called, the letter has one recipient and the headers it always has."""
    plain = rendered(ordinary("email"))
    message = msgspec.structs.replace(ordinary("email"), person=msgspec.structs.replace(PERSON, names={"en": name}))
    letter = rendered(message)
    assert letter.keys() == plain.keys()
    (recipient,) = letter["To"].addresses
    assert recipient.addr_spec == PERSON.email


@SETTLED
@given(st.text(max_size=300))
def test_no_text_breaks_the_letter(text: str) -> None:
    """Whatever the text, the headers stay what they are and text, page and CAP file can be read back."""
    letter = rendered(filled("email", text))
    assert letter.keys() == rendered(ordinary("email")).keys()
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/xml",
    ]
    assert not letter.defects
    assert max(map(len, Mail.rendering(filled("email", text)).content.split(b"\r\n"))) <= 998


def test_the_picture_comes_with_the_page() -> None:
    """Inline and named by its content id, with words for who does not see it; the text part needs none."""
    letter = rendered(pictured("email"))
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/xml",
    ]
    page, image = letter.get_body(("html",)), next(p for p in letter.walk() if p.get_content_type() == "image/png")
    assert page is not None
    (shown,) = html.document_fromstring(page.get_content()).iter("img")
    assert f"<{str(shown.get('src')).removeprefix('cid:')}>" == image["Content-ID"]
    assert shown.get("alt") == made_plot().alt
    assert image.get_content_disposition() == "inline"
    assert image.get_content() == draw.png(made_plot())
    attached = next(part for part in letter.walk() if part.get_content_type() == "application/xml")
    uris = [found.text for found in etree.fromstring(attached.get_content()).iter(f"{{{NAMESPACE}}}uri")]
    assert uris == [image.get_filename()]
    assert Mail.rendering(pictured("email")).content == Mail.rendering(pictured("email")).content


def test_a_picture_that_cannot_be_drawn_leaves_its_words() -> None:
    """The letter goes out and says so once in each of its bodies, and for its own language in the CAP file."""
    message = pictured("email", made_plot(since=float("nan")))
    letter = rendered(message)
    text, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert page is not None
    attached = next(part for part in letter.walk() if part.get_content_type() == "application/xml")
    told = "".join(etree.fromstring(attached.get_content()).itertext())
    for said in (text.get_content(), html.document_fromstring(page.get_content()).text_content(), told):
        assert said.count(made_plot().undrawn) == 1
    assert Mail.rendering(message).lacks == "not_drawn"
    assert Mail.rendering(pictured("email")).lacks == ""
    assert "image/png" not in {part.get_content_type() for part in letter.walk()}


def test_the_cap_file_is_attached() -> None:
    """The machine-readable alert rides along."""
    (attachment,) = rendered(ordinary("email")).iter_attachments()
    assert attachment.get_filename() == "twinbell-3f9a1c2b-1.xml"
    assert etree.fromstring(attachment.get_content()).tag == f"{{{NAMESPACE}}}alert"


def test_the_page_can_be_read_by_everybody() -> None:
    """Language, one column, headings in order, no image or script, and links with words."""
    body = rendered(japanese("email")).get_body(("html",))
    assert body is not None
    page = html.document_fromstring(body.get_content())
    assert page.get("lang") == "ja"
    assert [heading.text for heading in page.iter("h1", "h2")] == [
        JAPANESE.headline,
        *(section.heading for section in JAPANESE.sections),
    ]
    assert not list(page.iter("img", "script", "style", "link"))
    assert [(link.get("href"), link.text) for link in page.iter("a")] == [
        (line.address, line.text) for line in JAPANESE.first_screen if line.address
    ]
    assert all(table.get("role") == "presentation" for table in page.iter("table"))


@pytest.mark.parametrize("colour", [*COLOURS.values(), NEUTRAL])
def test_the_band_has_contrast(colour: str) -> None:
    """White on each level's colour reaches 7:1 (WCAG 2.2, success criterion 1.4.6)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 7


def test_smtp_errors_are_errors_of_the_system() -> None:
    """What mail.py relies on: everything that smtplib raises is an OSError."""
    assert issubclass(smtplib.SMTPException, OSError)


def test_what_is_asked_stands_out_in_its_place() -> None:
    """The line of the first screen that asks for something is framed in its place; unplaced, it closes the screen."""
    unplaced = ordinary("email")
    lines = unplaced.contents[0].first_screen
    asked = Line(label="Asked", text=unplaced.contents[0].asked)
    placed = msgspec.structs.replace(unplaced.contents[0], first_screen=(*lines[:7], asked, *lines[7:]))
    for message, at in ((unplaced, len(lines)), (msgspec.structs.replace(unplaced, contents=(placed,)), 7)):
        body = rendered(message).get_body(("html",))
        assert body is not None
        paragraphs = list(html.document_fromstring(body.get_content()).iter("p"))
        framed = [number for number, paragraph in enumerate(paragraphs) if "border-left" in str(paragraph.get("style"))]
        assert framed == [at]
