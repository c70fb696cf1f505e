"""The last gate of every text: the attribution is not written before a person has released it.

Templates hold the word in one phrase only, which is said after a release. Text from outside (a title, a quotation, a
note of the partner) may hold it too, so every string passes here.
"""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from alerts.channels.base import Content, Line, Parameter, Section
from alerts.plots import Plot
from alerts.rendering.wording import Wording

_OTHER_LANGUAGES = ("胁迫", "脅迫", "威压", "威壓")  # documents come in Chinese, for which there are no templates
_WITHHELD = "[—]"


class Gate:
    """Takes the word out of texts, visibly, unless the attribution is released."""

    def __init__(self, wording: Wording, released: bool) -> None:
        stems = (*wording.withheld, *_OTHER_LANGUAGES)
        self._stem = re.compile("|".join(map(re.escape, stems)), re.I)  # many times faster where there is none
        self._word = re.compile(
            "|".join(rf"\w*{re.escape(stem)}\w*" if stem.isascii() else stem for stem in stems), re.I
        )
        self._released = released

    def text(self, text: str) -> str:
        """One text."""
        return text if self._released or not self._stem.search(text) else self._word.sub(_WITHHELD, text)

    def content(self, content: Content) -> Content:
        """All texts of one language."""
        if self._released:
            return content
        return replace(
            content,
            subject=self.text(content.subject),
            headline=self.text(content.headline),
            first_screen=self._lines(content.first_screen),
            sections=tuple(self.section(section) for section in content.sections),
            asked=self.text(content.asked),
            event=self.text(content.event),
            plot=content.plot and self._plot(content.plot),
        )

    def section(self, section: Section) -> Section:
        """One section of the detail."""
        return Section(heading=self.text(section.heading), lines=self._lines(section.lines))

    def parameters(self, parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
        """The machine-readable pairs."""
        return tuple(Parameter(name=p.name, value=self.text(p.value)) for p in parameters)

    def _plot(self, plot: Plot) -> Plot:
        """A picture's own words."""
        return replace(
            plot,
            title=self.text(plot.title),
            notes=tuple(self.text(note) for note in plot.notes),
            alt=self.text(plot.alt),
        )

    def _lines(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        return tuple(
            Line(label=self.text(line.label), text=self.text(line.text), address=self._address(line.address))
            for line in lines
        )

    def _address(self, address: str) -> str:
        """An address that holds the word leads nowhere until the release."""
        return "" if not self._released and self._stem.search(address) else address
