"""What the exit code of the command `twinbell` means; the same table stands in docs/manual/commands.md."""

from enum import IntEnum


class ExitCode(IntEnum):
    """One code, one meaning. `meaning` is printed in the manual."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    SETTINGS = 3
    NOT_FOUND = 4
    REFUSED = 5
    BAD_INPUT = 6
    DAMAGED = 7
    TO_MEND = 8
    WRONG_STORE = 9
    UNREACHED = 10
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One sentence for the manual."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.DONE: "Done.",
    ExitCode.FAILED: "Something failed that Twinbell did not expect; what is printed says where.",
    ExitCode.USAGE: "The command line could not be understood; `--help` says what it takes.",
    ExitCode.SETTINGS: "The configuration, a thresholds file or a policy must be mended first.",
    ExitCode.NOT_FOUND: "No such alert, message, episode, person or evidence.",
    ExitCode.REFUSED: "The record does not allow it: wrong role, wrong state, or already done.",
    ExitCode.BAD_INPUT: "A manifest, a file or reference data could not be used, or too many rows were unusable.",
    ExitCode.DAMAGED: "The record, or an evidence pack, does not verify.",
    ExitCode.TO_MEND: "`check` found something to mend.",
    ExitCode.WRONG_STORE: "The store is missing, of another version, or was made for another run.",
    ExitCode.UNREACHED: "A source could not be read; what was read before stands.",
    ExitCode.INTERRUPTED: "Stopped before it was done. (`run` without --until-done is done when it is stopped: 0.)",
}
