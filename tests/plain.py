"""Reports for tests that look at no figure or at few: they take a hundred times as long to draw."""

import functools
from unittest import mock

from compare.comparison.original import revisit
from compare.figures import figures
from compare.language import en
from compare.page.markup import write
from compare.page.report import _context, render
from compare.page.sections import sections


def plain_page(comparison, template="report.md"):
    "What `render` writes, without figures and their captions."
    parts = sections(comparison, {}, revisit(comparison), en)
    return write(template, _context(comparison, parts, en))


def illustrated(comparison, only):
    "What `render` writes, with those figures alone, as far as there are such."
    with mock.patch.object(figures, "draw", functools.partial(figures.draw, only=only)):
        return render(comparison)
