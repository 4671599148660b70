"""The report's pages, for tests: rendered once, parsed strictly, read as a reader would."""

import functools
import html
import itertools
import re
from html.parser import HTMLParser
from unittest import mock

from drawn import pair
from handmade import comparison
from markdown_it import MarkdownIt
from once import once
from plain import illustrated, sketched

from compare.figures import figures
from compare.page.report import render

KINDS = (
    "overlapping",
    "separate",
    "one as two",
    "one",
    "three",
    "collapsed",
    "failing",
    "lonely",
    "alike",
)

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


FIGURES = {
    "separate": ("forest", "fit", "path"),
    "one as two": ("forest", "fit", "pit"),
    "one": ("forest", "fit", "path", "groups", "expected"),
    "three": ("forest", "path", "groups", "expected"),
    "collapsed": ("forest", "fit", "pairs", "path", "loglik"),
    "failing": ("forest", "ranks"),
    "alike": ("fit", "groups", "priors"),
    "lonely": ("fit", "predictive", "priors", "ranks"),
}
"""What is put together of those that are not drawn, as far as there is such a figure."""


@once
def report(name):
    "With all figures drawn of the first, and the words of a few of the others."
    if name not in FIGURES:
        drawn = functools.partial(_drawn, figures.draw, pair()[1])
        with mock.patch.object(figures, "draw", drawn):
            return render(comparison(name))
    with sketched():
        return illustrated(comparison(name), FIGURES[name])


def _drawn(draw, before, *args, **told):
    "All figures of two groups: those drawn before of a comparison like it, and the others."
    own = draw(*args, only=("path", "pit", "expected"), **told)
    return tuple((before | {figure.name: figure for figure in own}).values())


class Page(HTMLParser):
    "A strict reader: every element that opens is closed by its own name, in order."

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.texts, self.path = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        assert len({key for key, _ in attrs}) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in VOID or "svg" in self.open, tag
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        assert self.open, tag
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if data.strip() and "svg" not in self.open and "style" not in self.open:
            self.texts.append(" ".join(data.split()))
            self.path.append(tuple(self.open))

    @property
    def text(self):
        return " ".join(self.texts)

    def all(self, tag):
        return [attrs for name, attrs, _ in self.elements if name == tag]


@functools.cache
def page(name):
    return Page(report(name).html)


def markdown(text):
    "The tokens of the Markdown, with inner ones after their block."
    found = []
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        found.append(token)
        found.extend(token.children or ())
    return found


def spoken(text):
    "Markdown as a reader sees it: its inline text, block after block."
    return "\n".join(
        "".join(child.content for child in token.children)
        for token in MarkdownIt("commonmark").enable("table").parse(text)
        if token.type == "inline"
    )


def cells(of, name="answers"):
    "The rows of a table of the page, as lists of texts."
    table = re.search(rf'<table class="{name}">(.*?)</table>', of, re.DOTALL)[1]
    body = table.partition("<tbody>")[2]
    return [
        [
            html.unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


def even(text):
    "Whether every table has as many cells in each of its lines as in its first."
    lines = [len(re.split(r"(?<!\\)\|", line)) * line.startswith("|") for line in text.splitlines()]
    return all(one == other or 0 in (one, other) for one, other in itertools.pairwise(lines))


def rows(text, head):
    "The body rows of the Markdown table whose head line begins so, as lists of texts."
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(head))
    table = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return table[2:]
