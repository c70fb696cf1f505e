"""A picture: the same bytes for the same plot, read by everybody, and never a reason for which a bell is silent."""

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree
from PIL import Image

from alerts import draw
from alerts.channels.pictures import pictures
from alerts.errors import NotDrawn
from alerts.plots import Legend, Moment, Plot, Point
from tests.fakes.messages import SENT_AT, made_plot, pictured

SVG = "{http://www.w3.org/2000/svg}"
ELSEWHERE = """
import hashlib, sys
from alerts import draw
from tests.fakes.messages import made_plot
assert "matplotlib" not in sys.modules
for drawn in (draw.png(made_plot()), draw.svg(made_plot())):
    print(hashlib.sha256(drawn).hexdigest())
"""


def elements(plot: Plot) -> list[etree._Element]:
    """The elements of the picture in lines."""
    return list(etree.fromstring(draw.svg(plot)).iter())


def test_the_same_plot_is_the_same_bytes_in_every_process() -> None:
    """Neither the time nor the process enters, in both formats."""
    printed = {
        subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
    assert b"Date" not in draw.svg(made_plot())
    assert not Image.open(io.BytesIO(draw.png(made_plot()))).text


def test_pictures_drawn_side_by_side_are_those_drawn_in_turn() -> None:
    """Lanes are threads: what one draws does not enter the picture of another."""
    plots = [made_plot(title=f"Title {number}") for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(draw.svg, plots))
    draw.svg.cache_clear()
    assert together == [draw.svg(plot) for plot in plots]


def test_it_is_as_wide_as_two_telephone_dots_and_its_words_are_shapes() -> None:
    """720 dots; no text element and no font is asked of who shows the lines, nothing is fetched and nothing runs."""
    assert Image.open(io.BytesIO(draw.png(made_plot()))).width == 720
    tags = {str(element.tag) for element in elements(made_plot())}
    assert not tags & {f"{SVG}{name}" for name in ("text", "script", "image", "foreignObject")}
    links = [value for element in elements(made_plot()) for name, value in element.items() if name.endswith("href")]
    assert all(link.startswith("#") for link in links)


def test_the_unknown_is_a_gap() -> None:
    """A month without a figure breaks the line; it is not drawn as zero."""

    def strokes(plot: Plot) -> int:
        (series,) = [element for element in elements(plot) if element.get("id") == "series"]
        return sum(str(path.get("d")).count("M") for path in series.iter(f"{SVG}path"))

    whole = tuple(Point(point.at, point.value or 0.0, point.provisional) for point in made_plot().points)
    assert strokes(made_plot()) == 2
    assert strokes(made_plot(points=whole)) == 1


@pytest.mark.parametrize(
    "text",
    ["$\\frac{1}{2$ and $", "\U0001f514 bell \u202e\x00\x1b[31m", "レアアース " * 60, "w" * 500, "", " \n ", "&<>\"'"],
)
def test_any_words_can_be_drawn(text: str) -> None:
    """A formula, a sign that the font has not, a title without end: drawn as words, and the picture stays finite."""
    plot = made_plot(
        title=text,
        axis=text,
        watermark=text,
        notes=(text,) * 3,
        rings=(Moment(at=SENT_AT, label=text, level=text),),
        dates=(Moment(at=SENT_AT, label=text),),
        legend=Legend(band=text, expected=text, raises=text, rang=text, provisional=text),
    )
    image = Image.open(io.BytesIO(draw.png(plot)))
    assert (image.width, image.height < 5_000) == (720, True)
    etree.fromstring(draw.svg(plot))


def test_rings_that_lie_close_are_labelled_one_above_the_other() -> None:
    """Every label finds room, and the picture grows by it."""
    rings = tuple(Moment(at=SENT_AT - number, label=f"{number} WATCH", level="watch") for number in range(5))
    few, many = (Image.open(io.BytesIO(draw.png(made_plot(rings=shown)))).height for shown in (rings[:1], rings))
    assert many - few == 4 * 30


def test_what_cannot_be_drawn_is_left_out() -> None:
    """A plot that breaks the drawing gives no picture and no error: the message rings without it."""
    broken = made_plot(since=float("nan"))
    with pytest.raises(NotDrawn, match="NaN"):
        draw.png(broken)
    assert pictures(pictured("email", broken).contents, "name", ("png", "svg")) == ()


def test_no_command_waits_for_the_drawing_to_be_loaded() -> None:
    """Matplotlib is loaded by the first picture, not by the command line."""
    every = "import sys; from services.commands import Commands; [*Commands().values()]"
    code = f"{every}; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
