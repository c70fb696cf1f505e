"""The alert path survives being killed, starved and lied to at every step: 300 seeds, each a world of its own."""

from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.__main__ import block, missing, table
from tests.simulation.world import simulate, template

SEEDS, BLOCK = 300, 30


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store without a fact, to be copied for each seed."""
    return template(tmp_path_factory.mktemp("simulation"))


@pytest.mark.parametrize("first", range(1, SEEDS + 1, BLOCK))
def test_every_due_bell_rings_whatever_goes_wrong(first: int, empty_store: Path) -> None:
    """After recovery: each ring reached each side, repeats are the same message, the fold is the state."""
    _, broken = block(first, BLOCK, str(empty_store))
    assert not broken, "\n".join(broken)


def test_every_kind_of_fault_strikes_every_step_in_some_seed(empty_store: Path) -> None:
    """The table of kinds and steps has no empty cell: the weather of the seeds reaches everything."""
    struck: Counter[tuple[str, str]] = Counter()
    seed = 0
    while missing(struck) and seed < SEEDS:
        seed += 1
        fates = simulate(seed, empty_store)
        struck.update({(kind.value, step.value): times for (kind, step), times in fates.struck.items()})
    assert not missing(struck), table(struck)


def test_a_seed_is_one_world(empty_store: Path) -> None:
    """The same seed meets the same faults at the same steps: what failed once can be looked at again."""
    assert simulate(7, empty_store).struck == simulate(7, empty_store).struck
