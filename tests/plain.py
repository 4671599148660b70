"""Reports for tests that look at no figure or at few: they take a hundred times as long to draw."""

import contextlib
import functools
import html
from dataclasses import replace
from unittest import mock

from matplotlib.text import Text

from compare.comparison.original import revisit
from compare.figures import (
    ascent_figures,
    criticism_figures,
    data_figures,
    diagnostic_figures,
    figures,
    forest_figure,
    posterior_figures,
)
from compare.figures.drawing import export, page
from compare.language import en
from compare.page.markup import write
from compare.page.report import _context, render
from compare.page.sections import sections

DRAWING = (
    ascent_figures,
    criticism_figures,
    data_figures,
    diagnostic_figures,
    forest_figure,
    posterior_figures,
)


def plain_page(comparison, template="report.md"):
    "What `render` writes, without figures and their captions."
    parts = sections(comparison, {}, revisit(comparison), en)
    return write(template, _context(comparison, parts, en))


def illustrated(comparison, only):
    "What `render` writes, with those figures alone, as far as there are such."
    with mock.patch.object(figures, "draw", functools.partial(figures.draw, only=only)):
        return render(comparison)


@contextlib.contextmanager
def sketched():
    "Within it, figures are put together and have their words, but show an empty panel instead."
    with contextlib.ExitStack() as every:
        for module in DRAWING:
            every.enter_context(mock.patch.object(module, "export", _sketch))
        yield


def _sketch(sheet, name, text):
    "Laying a figure out and writing its files takes longer than all the rest."
    blank = page(0.5)
    blank.add_subplot(xticks=[], yticks=[]).plot([0, 1])
    found = (one.get_text().splitlines() for one in sheet.findobj(Text))
    told = "".join(f"<text>{html.escape(line)}</text>" for lines in found for line in lines)
    drawn = export(blank, name, text)
    return replace(drawn, svg=drawn.svg.removesuffix("</svg>") + told + "</svg>")
