"""What a first message needs is in memory before the first alert."""

import subprocess
import sys
from pathlib import Path

from msgspec.structs import replace

from services.configuration import load
from services.rehearsal import rehearse
from services.wiring import knowledge_of

_PROGRAM = """
import sys
from pathlib import Path
from services.configuration import load
from services.rehearsal import rehearse
from services.wiring import knowledge_of

configuration = load(None, Path())
known = knowledge_of(configuration)
before = set(sys.modules)
rehearse(configuration, known, 1_700_000_000)
first = set(sys.modules)
rehearse(configuration, known, 1_700_003_600)
print(len({"matplotlib.figure", "babel.dates"} & first), len(set(sys.modules) - first), "matplotlib" in before)
"""


def test_what_a_picture_and_a_letter_load_is_loaded_once() -> None:
    """In a process of its own: nothing of it is there before, all of it after, and a second time adds nothing."""
    words = [sys.executable, "-W", "ignore", "-c", _PROGRAM]
    assert subprocess.run(words, check=True, capture_output=True, text=True).stdout.split() == ["2", "0", "False"]


def test_people_who_cannot_be_reached_stop_no_process() -> None:
    """A side without addresses, and one without people, as a configuration may have them."""
    shipped = load(None, Path())
    first, second = shipped.directory.participants
    people = tuple(replace(each, email="", slack_id="") for each in first.people)
    sides = (replace(first, people=people, slack_channel=""), replace(second, people=()))
    bare = replace(shipped, settings=replace(shipped.settings, participants=sides))
    assert bare.directory.participants == sides
    rehearse(bare, knowledge_of(bare), 1_700_000_000)
