"""Drawing: the style and the pages that all figures share, and how a page becomes a figure."""

from __future__ import annotations

import functools
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure as Page
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from PIL import Image

from compare.figures import svg
from compare.figures.palette import DATA, GRID, INK, MUTED, PALETTE, PAPER, stylesheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.legend import Legend

    from compare.language.figure_book import FigureText

__all__ = [
    "PALETTE",
    "WIDTH",
    "Figure",
    "export",
    "key",
    "page",
    "panels",
    "styled",
    "stylesheet",
]


@dataclass(frozen=True)
class Figure:
    """A finished figure: what a page needs to show it and to speak it."""

    name: str
    """Short name, good for a file name and an HTML id: ``forest``."""
    title: str
    """A heading of a few words."""
    alt: str
    """Alternative text with the main numbers, written from the data; plain text, not HTML."""
    caption: str
    """One or two sentences that say how to read the figure; plain text, not HTML."""
    svg: str
    """An ``<svg>`` element to set inside an HTML page, of the classes ``figure`` and `name`, and
    ``wide`` as below. Its colours follow `PALETTE`; ``--units`` is its width in points, and
    ``--text`` the size of its smallest text."""
    png: bytes
    """The same in light colours on white."""
    wide: bool
    """Whether a phone should scroll it sideways, lest its text become too small to read."""


WIDTH = 350 / 72
"""Inches. A phone shows a point as 1.1 pixels, its screen being about 390 pixels wide."""

TEXT = 10.0
"""Points. Text of this size has 11 pixels on a phone; a figure with smaller text is wide."""

PNG_WIDTH = 800
"""Pixels. Where a page shows them all, text is not much larger than the page's own."""

PNG_COLOURS = 64
"""Enough for eight inks and the steps between them that smooth edges need."""

STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the layout is the same everywhere
    "font.size": TEXT,
    "axes.labelsize": TEXT,
    "axes.titlesize": TEXT,
    "figure.labelsize": TEXT,
    "xtick.labelsize": TEXT,
    "ytick.labelsize": TEXT,
    "legend.fontsize": TEXT,
    # Names of columns and units are shown as they are, never read as mathematics.
    "text.parse_math": False,
    "text.usetex": False,
    "axes.formatter.use_mathtext": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": MUTED,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "figure.facecolor": "none",
    "figure.edgecolor": "none",
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "patch.edgecolor": INK,
    "patch.facecolor": DATA,
    "hatch.color": MUTED,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 1.6,
    "savefig.facecolor": "none",
    "savefig.bbox": None,
    "svg.fonttype": "none",  # real text: small, searchable, read in the reader's own font
    "svg.hashsalt": "em-vs-bayes",
    "path.simplify": True,
}

# DejaVu Sans has no Chinese, Japanese or Korean; the first of these that is installed does.
EAST_ASIAN = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "Hiragino Sans",
    "WenQuanYi Micro Hei",
)


def styled[**P, R](draw: Callable[P, R]) -> Callable[P, R]:
    """Make a function draw in the style of all figures, and leave matplotlib as it was."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context():
            mpl.rcdefaults()  # a reader's own matplotlibrc has no say in the report
            mpl.rcParams.update(STYLE)
            return draw(*args, **kwargs)

    return drawn


def page(height: float, width: float = WIDTH) -> Page:
    """Start an empty page.

    Parameters
    ----------
    height, width : float
        Inches.

    Returns
    -------
    matplotlib.figure.Figure
        Not known to pyplot, so nothing has to be closed.
    """
    engine = ConstrainedLayoutEngine(w_pad=0.05, h_pad=0.05, hspace=0.04, wspace=0.05)
    return Page(figsize=(width, height), layout=engine)


def panels(count: int, columns: int, height: float, extra: float = 0.0) -> tuple[Page, list[Axes]]:
    """Start a page of equal panels, row by row.

    Parameters
    ----------
    count, columns : int
        Number of panels, and of panels in a row: no more than two, so that there is room for
        their labels.
    height : float
        Of a row, in inches.
    extra : float
        Room above the panels, for a key, in inches.

    Returns
    -------
    matplotlib.figure.Figure
    list of Axes
    """
    columns = min(count, columns, 2)
    rows = -(-count // columns)
    sheet = page(rows * height + extra)
    grid = sheet.add_gridspec(rows, columns)
    return sheet, [sheet.add_subplot(grid[i // columns, i % columns]) for i in range(count)]


def key(sheet: Page, axes: Axes, columns: int = 3) -> None:
    """Put the labelled artists of `axes` into a key above the panels, off the data.

    It has fewer columns where they would not fit; the page then grows by the lines that this adds.
    """
    handles, names = axes.get_legend_handles_labels()

    def drawn(count: int) -> Legend:
        return sheet.legend(
            handles,
            names,
            loc="outside upper left",
            ncols=count,
            borderaxespad=0.2,
            columnspacing=1.4,
            handletextpad=0.6,
            labelspacing=0.35,
        )

    legend = drawn(columns)
    asked = legend.get_window_extent().height
    while legend.get_window_extent().width > sheet.bbox.width and columns > 1:
        legend.remove()
        columns -= 1
        legend = drawn(columns)
    more = legend.get_window_extent().height - asked
    sheet.set_figheight(sheet.get_figheight() + more / sheet.dpi)


def export(sheet: Page, name: str, text: FigureText) -> Figure:
    """Finish a page: lay it out once and write it as SVG and as PNG.

    Parameters
    ----------
    sheet : matplotlib.figure.Figure
    name : str
        As in `Figure`.
    text : FigureText
        What stands around it.

    Returns
    -------
    Figure
    """
    _lend_glyphs(sheet)
    with warnings.catch_warnings():
        # A rare letter that no installed font has is a box in the PNG; the SVG has it as text.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        engine = sheet.get_layout_engine()
        if engine is not None and sheet.axes:
            engine.execute(sheet)
        # Laid out: both files show the same page. With "none" in place of None, matplotlib would
        # draw the whole page once more before each file.
        sheet.set_layout_engine(None)
        vector = io.BytesIO()
        least = _smallest(sheet)
        wide = bool(sheet.get_figwidth() / least > 1.001 * WIDTH / TEXT)
        silent = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        sheet.savefig(vector, format="svg", metadata=silent)
        return Figure(
            name=name,
            title=text.title,
            alt=text.alt,
            caption=text.caption,
            svg=svg.inline(vector.getvalue(), name, text.title, text.alt, text=least, wide=wide),
            png=_png(sheet),
            wide=wide,
        )


def _smallest(sheet: Page) -> float:
    """The size of the smallest text that is seen, in points."""
    seen = [text for text in sheet.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return float(min((text.get_fontsize() for text in seen), default=TEXT))


def _png(sheet: Page) -> bytes:
    width, height = sheet.get_size_inches()
    dpi = PNG_WIDTH / width
    raw = io.BytesIO()
    sheet.savefig(raw, format="rgba", dpi=dpi, facecolor=PAPER)
    # Agg rounds each side down to whole pixels.
    size = int(width * dpi + 1e-9), int(height * dpi + 1e-9)
    image = Image.frombytes("RGBA", size, raw.getvalue()).convert("RGB")
    small = image.quantize(PNG_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    # The nearest colour to white may be a shade off, which shows beside a white page.
    palette = small.getpalette() or []
    shades = [palette[i : i + 3] for i in range(0, len(palette), 3)]
    small.putpalette([part for s in shades for part in ([255] * 3 if min(s) > 250 else s)])
    out = io.BytesIO()
    small.save(out, format="PNG")
    return out.getvalue()


@functools.cache
def _east_asian_fonts() -> tuple[str, ...]:
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in EAST_ASIAN if name in installed)[:1]


@functools.cache
def _covered() -> frozenset[int]:
    path = font_manager.findfont("DejaVu Sans")
    return frozenset(font_manager.get_font(path).get_charmap())


def _lend_glyphs(sheet: Page) -> None:
    """Give texts with letters that the font lacks a second font to take them from."""
    for text in sheet.findobj(Text):
        if not _covered().issuperset(map(ord, text.get_text())):
            text.set_fontfamily(["DejaVu Sans", *_east_asian_fonts()])
