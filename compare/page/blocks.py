"""Blocks: what a section of the report is made of, before it is HTML or Markdown.

Each kind of block has a template of its name for either page. Texts are plain: the pages
escape them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, assert_never

from compare.language.texts import Cells, Explanation

if TYPE_CHECKING:
    from compare.figures.drawing import Figure

__all__ = [
    "Block",
    "Code",
    "Drawing",
    "Facts",
    "Heading",
    "Note",
    "Paragraph",
    "Section",
    "Table",
    "section",
]


@dataclass(frozen=True)
class Block:
    """Something that a section shows: one of the kinds below, or one of a section's own."""

    kind: ClassVar[str]
    """The name of its templates: ``table`` for table.html and table.md, which see it as `block`."""


@dataclass(frozen=True)
class Paragraph(Block):
    """A few sentences."""

    kind = "paragraph"
    text: str


@dataclass(frozen=True)
class Heading(Block):
    """A heading inside a section."""

    kind = "heading"
    text: str


@dataclass(frozen=True)
class Table(Block):
    """Rows of cells under a line of headings; the first cell of a row names it."""

    kind = "table"
    label: str
    """What the table is of, for those who hear the page."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """As many cells in each as in `head`."""
    chosen: int | None = None
    """The row to mark, if any."""


@dataclass(frozen=True)
class Facts(Block):
    """Names, each with what there is to say on it."""

    kind = "facts"
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Note(Block):
    """An explanation that a reader may skip: folded up where the page can do that."""

    kind = "note"
    title: str
    text: str


@dataclass(frozen=True)
class Code(Block):
    """Lines to be typed as they stand."""

    kind = "code"
    text: str


@dataclass(frozen=True)
class Drawing(Block):
    """A figure with its caption."""

    kind = "drawing"
    figure: Figure


@dataclass(frozen=True)
class Section:
    """A part of the report under a heading of its own."""

    id: str
    """Short name, good for an address within the page: ``prior``."""
    title: str
    blocks: tuple[Block, ...]
    """At least one."""


def section(
    name: str, title: str, *blocks: Block | Cells | Explanation | str | None
) -> Section | None:
    """Make a section of what there is to show.

    Parameters
    ----------
    name : str
        The section's id.
    title : str
    *blocks : Block, Cells, Explanation, str or None
        In order. What a phrase book gives becomes a block; None and empty texts are left out.

    Returns
    -------
    Section or None
        None if nothing is left to show.
    """
    shown = tuple(_block(one) for one in blocks if one is not None and one != "")
    return Section(name, title, shown) if shown else None


def _block(one: Block | Cells | Explanation | str) -> Block:
    match one:
        case Block():
            return one
        case Cells(label, head, rows, chosen):
            return Table(label, head, rows, chosen)
        case Explanation(title, text):
            return Note(title, text)
        case str():
            return Paragraph(one)
        case _:
            assert_never(one)
