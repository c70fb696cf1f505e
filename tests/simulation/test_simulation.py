"""The alert path survives being killed, starved and lied to at every step: 300 seeds, each a world of its own."""

from pathlib import Path

from tests.simulation.seeds import missing, run, table
from tests.simulation.world import simulate, template


def test_every_due_bell_rings_whatever_goes_wrong() -> None:
    """After recovery each ring has reached each side, repeats are the same message, the fold is the state.

    Every kind of fault struck every step in some seed, so nothing of this was luck.
    """
    struck, broken = run(first=1, seeds=300, processes=2, tell=lambda done: None)
    assert not broken, "\n".join(broken)
    assert not missing(struck), table(struck)


def test_a_seed_is_one_world(tmp_path: Path) -> None:
    """The same seed meets the same faults at the same steps: what failed once can be looked at again."""
    empty = template(tmp_path)
    assert simulate(7, empty).struck == simulate(7, empty).struck
