"""A report's text for tests that look at no figure: these take a hundred times as long to draw."""

from compare.comparison.original import revisit
from compare.language import en
from compare.page.markup import write
from compare.page.report import _context
from compare.page.sections import sections


def plain_page(comparison, template="report.md"):
    "What `render` writes, without figures and their captions."
    parts = sections(comparison, {}, revisit(comparison), en)
    return write(template, _context(comparison, parts, en))
