"""The page "Going live" as a reader follows it: every block runs, and leads to what the page says."""

import email
import email.policy
from pathlib import Path

import pytest

from tests.journeys.blocks import Shell, blocks

PAGE = "docs/manual/going-live.md"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the blocks printed, by heading; they are run once, in order."""
    shell = Shell(tmp_path_factory.mktemp("reader"))
    found: dict[str, str] = {}
    for heading, block in blocks(PAGE, "sh"):
        found[heading] = found.get(heading, "") + shell.run(block)
    return found


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("A place for your site", ("twinbell.toml", "manifests", "ok    configuration", "participant USA")),
        ("A price file of your own", ("201",)),
        (
            "A feed",
            ("feed desk", "watch", "antimony", "usa-duty", "jpn-duty", "JPN", "acknowledged", "each as it was written"),
        ),
        ("A threshold", ("may be used", "No alert is open in ")),
        ("A mineral", ("antimony is not known here", "minerals", "201")),
        ("A responder", ("responding", "test message to jpn-duty by email")),
        ("A third participant", ("ko falls back to en", "kor-duty  slack  en", "acknowledged")),
    ],
)
def test_the_blocks_lead_where_the_page_says(printed: dict[str, str], heading: str, words: tuple[str, ...]) -> None:
    """Each section's commands print what its words promise."""
    for word in words:
        assert word in printed[heading], f"{heading}: {word!r} is not in\n{printed[heading]}"


def test_nothing_has_to_be_mended_on_the_way(printed: dict[str, str]) -> None:
    """A reader who does what the page says never meets a MEND."""
    assert not [heading for heading, text in printed.items() if "MEND" in text]


def test_a_message_in_a_language_without_templates_says_so(
    printed: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The third side's letter is in the language it fell back to, and names the one that was asked for."""
    base = Path(str(tmp_path_factory.getbasetemp()))
    letters = list(base.glob("reader*/site/var/outbox/KOR/email/*.eml"))
    assert letters, printed["A third participant"]
    for path in letters:
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        text = letter.get_body(("plain",))
        assert text is not None
        assert "Korean" in text.get_content()
