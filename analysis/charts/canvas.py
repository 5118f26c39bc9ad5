"""Where charts are drawn: our fonts and lines, no clock, no home directory, one thread at a time.

The same figure always gives the same bytes: ids come from a fixed salt, letters are drawn as
outlines of one font that ships with matplotlib, and nothing is read from anybody's settings.
"""

import atexit
import io
import os
import shutil
import tempfile
import textwrap
import threading
import warnings
from collections.abc import Callable
from typing import Any

if "MPLCONFIGDIR" not in os.environ:
    # matplotlib writes a list of fonts beside the user's settings; a service has no home.
    _folder = tempfile.mkdtemp(prefix="candour-charts-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    os.environ["MPLCONFIGDIR"] = _folder

import matplotlib as mpl
from matplotlib import get_data_path
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Rectangle

from analysis.charts import brand

__all__ = [
    "MARGIN",
    "SMALL",
    "WIDTH",
    "Axes",
    "FT2Font",
    "Figure",
    "Rectangle",
    "blank",
    "draw",
    "fold",
    "get_data_path",
    "heading",
]

FAMILY = "DejaVu Sans"
WIDTH = 6.7
BODY = 10.5
SMALL = 9.0
MARGIN = 0.02
TITLE = 12.0

_STYLE: dict[str, Any] = {
    "font.family": FAMILY,
    "font.size": BODY,
    "text.color": brand.INK,
    "axes.edgecolor": brand.LINE,
    "axes.labelcolor": brand.INK,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "xtick.color": brand.INK,
    "ytick.color": brand.INK,
    "hatch.linewidth": 0.8,
    "hatch.color": brand.INK,
    "text.parse_math": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "candour",
    "path.simplify": False,
    "savefig.facecolor": brand.WHITE,
    "figure.facecolor": brand.WHITE,
}
_SETTINGS = threading.Lock()


def draw(paint: Callable[[], Figure], title: str) -> bytes:
    """The figure that ``paint`` makes, as SVG bytes; ``title`` is read out when it stands alone.

    Words in letters that the font lacks stay text, for the reader's own fonts to show.
    matplotlib's settings belong to the whole process, so one chart is drawn at a time.
    """
    with _SETTINGS, mpl.rc_context(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)  # type: ignore[arg-type]  # it lists every name
        svg = _saved(paint(), title)
        if any("missing from font" in str(warning.message) for warning in caught):
            mpl.rcParams["svg.fonttype"] = "none"
            svg = _saved(paint(), title)
    return svg


def _saved(figure: Figure, title: str) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    return stream.getvalue()


def blank(
    height: float, *, left: float, right: float, top: float, bottom: float
) -> tuple[Figure, Axes]:
    """An empty figure and its axes; all lengths in inches, ``WIDTH`` wide."""
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes(
        (
            left / WIDTH,
            bottom / height,
            (WIDTH - left - right) / WIDTH,
            (height - top - bottom) / height,
        )
    )
    axes.set_facecolor(brand.WHITE)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    return figure, axes


def heading(figure: Figure, height: float, title: str, below: str, *, simulated: bool) -> None:
    """The words at the top of every chart; made-up data says so in the picture itself."""
    step = 0.21 / height
    figure.text(MARGIN / WIDTH, 1 - 0.12 / height, title, va="top", size=TITLE, weight="bold")
    figure.text(
        MARGIN / WIDTH,
        1 - 0.12 / height - 1.35 * step,
        below,
        va="top",
        size=SMALL,
        color=brand.MUTED,
    )
    if simulated:
        figure.text(
            1 - MARGIN / WIDTH,
            1 - 0.12 / height,
            "Simulated data",
            va="top",
            ha="right",
            size=SMALL,
            weight="bold",
            color=brand.OCHRE,
        )


def fold(text: str, width: int, lines: int = 3) -> str:
    """``text`` broken into at most ``lines`` lines of ``width`` letters; the rest is cut with …"""
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …") or [""])
