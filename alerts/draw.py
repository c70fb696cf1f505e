"""Plot → **picture**: the bytes of a PNG and of an SVG file, the same for the same plot, on a machine without fonts.

Matplotlib is loaded when the first picture is drawn: no command waits for it that draws none. The font has Japanese
and lies in a package of its own; nothing of the machine's fonts, styles or screens is used, and no date is written.
"""

import functools
import io
import threading
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

from alerts.errors import NotDrawn
from alerts.plots import Moment, Plot, Point, Range, Tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

WIDTH, DPI = 7.2, 100  # inches, dots an inch: 720 dots, twice what a telephone shows
TITLE, TEXT = 19.0, 15.5  # points: still read at half the size
KEPT = 64  # pictures remembered: one alert is told to many people
INK, GREY, BAND, EDGE = "#1b1b1b", "#5a6068", "#d3d9df", "#9aa3ad"
LEVELS = {"emergency": "#8a0f0f", "warning": "#8a3c00", "watch": "#5f4a00", "advisory": "#174a7c"}
_LINE = 0.30  # inches a line of text takes
_PLOT = 2.9  # inches of the axes
_LEFT, _RIGHT = 1.05, 0.18
_TITLE_UNITS, _TEXT_UNITS = 50, 62  # half-width signs on a line
_STAGGER = 0.27  # of the width: ring labels nearer than this stand one above the other

# Matplotlib is not made for threads: its parameters, caches and font objects are shared. One picture at a time.
_ONE_AT_A_TIME: Final = threading.Lock()


@functools.lru_cache(maxsize=KEPT)
def png(plot: Plot) -> bytes:
    """The picture in dots, 720 wide. Raises NotDrawn."""
    return _drawn(plot, "png")


@functools.lru_cache(maxsize=KEPT)
def svg(plot: Plot) -> bytes:
    """The picture in lines; letters are shapes, so that it reads the same without the font. Raises NotDrawn."""
    return _drawn(plot, "svg")


def _drawn(plot: Plot, kind: str) -> bytes:
    try:
        return _printed(plot, kind)
    except Exception as problem:
        raise NotDrawn(f"{type(problem).__name__}: {problem}") from problem


def _printed(plot: Plot, kind: str) -> bytes:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    unsaid = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
    with _ONE_AT_A_TIME, mpl.rc_context({"svg.hashsalt": "twinbell", "svg.fonttype": "path", "path.simplify": False}):
        figure = _figure(plot)
        canvas = (FigureCanvasAgg if kind == "png" else FigureCanvasSVG)(figure)
        out = io.BytesIO()
        canvas.print_figure(out, format=kind, dpi=DPI, metadata=unsaid[kind], facecolor="white")
        return out.getvalue()


def _figure(plot: Plot) -> "Figure":
    """The page from top to bottom: title, axis, picture, legend, notes."""
    from matplotlib.figure import Figure

    pen = _Pen()
    title, axis = pen.wrapped(plot.title, _TITLE_UNITS), pen.wrapped(plot.axis, _TEXT_UNITS)
    notes = [line for note in plot.notes for line in pen.wrapped(note, _TEXT_UNITS)]
    rows = _rows(plot)
    above = 0.12 + len(title) * (_LINE + 0.06) + len(axis) * _LINE + rows * _LINE + 0.08
    signs = _signs(plot)
    below = 0.66 + len(signs) * _LINE + len(notes) * _LINE + 0.1
    height = above + _PLOT + below
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    y = height - 0.12
    for line in title:
        y -= _LINE + 0.06
        pen.write(figure, 0.15, y / height, line, TITLE)
    for line in axis:
        y -= _LINE
        pen.write(figure, 0.15, y / height, line, TEXT, GREY)
    place = (_LEFT / WIDTH, below / height, 1 - (_LEFT + _RIGHT) / WIDTH, _PLOT / height)
    axes = figure.add_axes(place)
    _draw(axes, plot, pen)
    _label_rings(axes, plot, pen)
    y = below - 0.66
    for row in signs:
        y -= _LINE
        _legend(figure, row, (y + 0.06) / height, pen)
    for line in notes:
        y -= _LINE
        pen.write(figure, 0.15, (y + 0.06) / height, line, TEXT)
    return figure


class _Pen:
    """Writes in the one font; a sign that it has not is shown as a box, and no text is taken for a formula."""

    def __init__(self) -> None:
        from matplotlib.font_manager import FontProperties, get_font

        found = find_spec("matplotlib_fontja")
        assert found is not None
        assert found.origin is not None
        self._path = str(Path(found.origin).with_name("fonts") / "ipaexg.ttf")
        self._signs = get_font(self._path).get_charmap()
        self._properties = FontProperties

    def font(self, size: float) -> "FontProperties":
        """The font at a size in points."""
        return self._properties(fname=self._path, size=size)

    def clean(self, text: str) -> str:
        """`text` with a box for each sign that the font has not."""
        return "".join(sign if sign == "\n" or ord(sign) in self._signs else "□" for sign in text)

    def write(self, figure: "Figure", x: float, y: float, text: str, size: float, colour: str = INK) -> None:
        """One line from `x` inches on the left; `y` is a part of the height."""
        figure.text(x / WIDTH, y, self.clean(text), fontproperties=self.font(size), color=colour, parse_math=False)

    @staticmethod
    def wrapped(text: str, units: int) -> list[str]:
        """`text` on lines of at most so many half-width signs, broken between words where there are any."""
        lines: list[str] = []
        line = ""
        for word in _words(text):
            if line and _units(line + word.rstrip()) > units:
                lines.append(line.rstrip())
                line = ""
            line += word
        return [*lines, line.rstrip()] if line.strip() else lines


def _units(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _words(text: str) -> Iterable[str]:
    """Words with the space behind them; a wide sign is a word of its own."""
    word = ""
    for sign in text:
        if east_asian_width(sign) in "WF":
            if word:
                yield word
            word = ""
            yield sign
        elif sign == " ":
            yield word + sign
            word = ""
        else:
            word += sign
    if word:
        yield word


def _draw(axes: "Axes", plot: Plot, pen: _Pen) -> None:
    """Axes, watermark, what was usual, the series itself, and the lines of rings and acts."""
    axes.set_xlim(plot.since, plot.until)
    axes.set_ylim(plot.levels[0].at, plot.levels[-1].at)
    for span in plot.ranges:
        _usual(axes, span)
    _series(axes, plot.points, plot.quoted)
    for date in plot.dates:
        axes.axvline(date.at, color=GREY, linestyle=(0, (1, 2)), linewidth=2.0, zorder=2)
    for ring in plot.rings:
        axes.axvline(ring.at, color=LEVELS.get(ring.level, INK), linewidth=2.2, zorder=3.5)
    for point in plot.marked:
        axes.plot(
            [point.at],
            [point.value or 0.0],
            marker="o",
            markersize=13,
            zorder=5,
            color=INK,
            fillstyle="none",
            markeredgewidth=2.0,
            clip_on=False,
        )
    _ticks(axes, plot.times, plot.levels, pen)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)
    for date in plot.dates:
        late = date.at > (plot.since + plot.until) / 2
        axes.annotate(
            pen.clean(date.label),
            (date.at, 0.98),
            xycoords=("data", "axes fraction"),
            xytext=(-5 if late else 5, 0),
            textcoords="offset points",
            ha="right" if late else "left",
            va="top",
            fontproperties=pen.font(TEXT),
            color=GREY,
            zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )
    if plot.watermark:
        axes.text(
            0.5,
            0.5,
            pen.clean(plot.watermark.replace(" / ", "\n")),
            transform=axes.transAxes,
            ha="center",
            va="center",
            rotation=14,
            fontproperties=pen.font(26),
            color="#7a5c00",
            alpha=0.28,
            zorder=1.5,
            parse_math=False,
        )


def _usual(axes: "Axes", span: Range) -> None:
    """The band in grey with edges that show in print, the expected value dashed, the threshold as a heavy line."""
    x = (span.since, span.until)
    if span.low is not None and span.high is not None:
        axes.fill_between(x, span.low, span.high, facecolor=BAND, edgecolor=EDGE, linewidth=1.0, zorder=1)
    if span.expected is not None:
        axes.plot(x, span.expected, color=GREY, linestyle=(0, (4, 3)), linewidth=1.6, zorder=2)
    if span.raises_at is not None:
        width = axes.get_xlim()[1] - axes.get_xlim()[0]
        start = min(max(span.since, span.until - 0.25 * width), span.until - 0.12 * width)
        axes.plot((start, span.until), (span.raises_at,) * 2, color=INK, linestyle=(0, (1, 1)), linewidth=3.0, zorder=3)


def _series(axes: "Axes", points: Sequence[Point], quoted: bool) -> None:
    """Lines between neighbours; a gap where a figure is unknown, rings instead of dots where it is provisional."""
    nowhere = float("nan")
    axes.plot(
        [point.at for point in points],
        [nowhere if point.value is None else point.value for point in points],
        color=GREY if quoted else INK,
        linewidth=1.2 if quoted else 2.0,
        linestyle=(0, (2, 2)) if quoted else "-",
        zorder=4,
        gid="series",
    )
    if len(points) <= 60:
        known = [point for point in points if point.value is not None]
        for provisional, face in ((False, INK), (True, "white")):
            chosen = [point for point in known if point.provisional is provisional]
            axes.plot(
                [point.at for point in chosen],
                [point.value for point in chosen if point.value is not None],
                linestyle="none",
                marker="o",
                markersize=5.5,
                markerfacecolor=face,
                markeredgecolor=INK,
                zorder=4.5,
            )


def _ticks(axes: "Axes", times: Sequence[Tick], levels: Sequence[Tick], pen: _Pen) -> None:
    axes.set_xticks([tick.at for tick in times], [pen.clean(tick.label) for tick in times])
    axes.set_yticks([tick.at for tick in levels], [pen.clean(tick.label) for tick in levels])
    axes.grid(axis="y", color="#e6e9ec", linewidth=1.0, zorder=0)
    axes.set_axisbelow(True)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(pen.font(TEXT))
        label.set_parse_math(False)


def _placed(plot: Plot) -> list[tuple[Moment, int]]:
    """Each ring with the row in which its label finds room."""
    width = plot.until - plot.since
    ends: list[float] = []
    placed = []
    for ring in plot.rings:
        at = (ring.at - plot.since) / width
        start = min(max(at - _STAGGER / 2, 0.0), 1.0 - _STAGGER)
        row = next((n for n, end in enumerate(ends) if start >= end), len(ends))
        ends[row : row + 1] = [start + _STAGGER]
        placed.append((ring, row))
    return placed


def _rows(plot: Plot) -> int:
    return max((row + 1 for _, row in _placed(plot)), default=0)


def _label_rings(axes: "Axes", plot: Plot, pen: _Pen) -> None:
    """Number and level above each ring, in a box of the level's colour with white letters."""
    for ring, row in _placed(plot):
        at = (ring.at - plot.since) / (plot.until - plot.since)
        side = "left" if at < _STAGGER / 2 else "right" if at > 1 - _STAGGER / 2 else "center"
        axes.annotate(
            pen.clean(ring.label),
            (ring.at, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 5 + row * _LINE * 72),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontproperties=pen.font(TEXT),
            color="white",
            bbox={"facecolor": LEVELS.get(ring.level, INK), "edgecolor": "none", "pad": 2.5},
            annotation_clip=False,
            zorder=7,
        )


def _signs(plot: Plot) -> list[list[tuple[str, str]]]:
    """The signs that occur, each with its word, on as many lines as they need."""
    rows: list[list[tuple[str, str]]] = []
    x = WIDTH
    for sign in ("band", "expected", "raises", "rang", "provisional"):
        word: str = getattr(plot.legend, sign)
        if not word:
            continue
        if x + _sign_width(word) > WIDTH:
            rows.append([])
            x = 0.15
        rows[-1].append((sign, word))
        x += _sign_width(word)
    return rows


def _sign_width(word: str) -> float:
    return 0.62 + 0.115 * _units(word)


def _legend(figure: "Figure", signs: Sequence[tuple[str, str]], y: float, pen: _Pen) -> None:
    """One line: each sign and its word."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    x = 0.15
    thick = 0.06 / figure.get_figheight()
    for sign, word in signs:
        if sign == "band":
            shape = (x / WIDTH, y - 0.4 * thick), 0.34 / WIDTH, 3.2 * thick
            figure.add_artist(Rectangle(*shape, facecolor=BAND, edgecolor=EDGE, linewidth=1.0))
        elif sign in ("provisional", "rang"):
            at, size = ([(x + 0.17) / WIDTH], [y + thick]), 12.0 if sign == "rang" else 5.5
            circle = Line2D(*at, linestyle="none", marker="o", markersize=size)
            circle.set_markerfacecolor("white")
            circle.set_markeredgecolor(INK)
            figure.add_artist(circle)
        else:
            dashes, width, colour = ((4, 3), 1.6, GREY) if sign == "expected" else ((1, 1), 3.0, INK)
            at = ([x / WIDTH, (x + 0.34) / WIDTH], [y + thick] * 2)
            figure.add_artist(Line2D(*at, color=colour, linestyle=(0, dashes), linewidth=width))
        pen.write(figure, x + 0.42, y, word, TEXT, GREY)
        x += _sign_width(word)
