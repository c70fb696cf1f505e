"""Row → whether it is meant: the conditions of a manifest, by position of the cells."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from services.feeds.manifest import Where


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
