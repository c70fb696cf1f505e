"""Row → whether it is meant: the conditions of a manifest, by position of the cells; and the walk over such rows."""

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase

from services.feeds.letters import Counts, Letters
from services.feeds.manifest import Where
from services.feeds.readers import BadRow, Rows
from streams.errors import BadObservation


class Conditions:
    """All must hold. A condition that says nothing but its column wants a cell that is not empty."""

    def __init__(self, conditions: Sequence[Where], position: Mapping[str, int]) -> None:
        self._conditions = [(position[c.column], frozenset(c.is_), frozenset(c.not_), c.like) for c in conditions]

    def hold(self, cells: Sequence[str]) -> bool:
        """Whether a row with these cells is to be read."""
        for position, wanted, unwanted, like in self._conditions:
            cell = cells[position].strip()
            if not (wanted or unwanted or like) and not cell:
                return False
            if (wanted and cell not in wanted) or cell in unwanted or (like and not fnmatchcase(cell, like)):
                return False
        return True


def each_row(
    rows: Rows, conditions: Conditions, told: tuple[Counts, Letters], take: Callable[[int, Sequence[str]], None]
) -> None:
    """Give `take` the number and the cells of each row on which the conditions hold, and count what is read.

    A bad row, or one on which `take` raises BadObservation, is a letter; after too many of them nothing more is read.
    """
    counts, letters = told
    for number, cells in rows:
        counts.rows += 1
        try:
            if isinstance(cells, BadRow):
                raise BadObservation(cells.reason, cells.detail)
            if conditions.hold(cells):
                take(number, cells)
            else:
                counts.left_out += 1
        except BadObservation as problem:
            letters.add(number, problem, rows.raw())
            if letters.are_too_many(rows.at_most):
                break
