"""A section is made of blocks, and each kind of block can be written on either page."""

import html
from importlib.resources import files

import pytest

from compare.language import en
from compare.page.blocks import (
    Block,
    Code,
    Facts,
    Heading,
    Note,
    Paragraph,
    Section,
    Table,
    section,
)
from compare.page.markup import write

TEXT = "a <b> & *c* | `d` # e"

BLOCKS = (
    Paragraph(TEXT),
    Heading(TEXT),
    Code(TEXT),
    Facts(((TEXT, TEXT),)),
    Note(TEXT, TEXT),
    Table(TEXT, (TEXT, "x"), ((TEXT, "1"), ("y", TEXT)), chosen=1),
)


def test_a_section_of_nothing_is_no_section():
    "None and empty texts are left out; texts become paragraphs."
    assert section("a", "A") is None
    assert section("a", "A", None, "") is None
    table = Table("t", ("x",), (("1",),))
    assert section("a", "A", None, "Words.", "", table) == Section(
        "a", "A", (Paragraph("Words."), table)
    )


def test_every_kind_has_a_template_for_either_page():
    "Named after it."
    kinds = {kind.kind for kind in Block.__subclasses__()}
    assert len(kinds) == len(Block.__subclasses__())
    templates = {file.name for file in (files("compare.page") / "templates").iterdir()}
    assert {f"{kind}.{page}" for kind in kinds for page in ("html", "md")} <= templates


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.kind)
def test_texts_are_escaped_once(block):
    "In HTML each is the text again when read; in Markdown no sign is left to mean something."
    page = write("blocks.html", {"blocks": [block], "words": en.furniture})
    assert html.escape(TEXT) in page
    assert "<b>" not in page
    assert "&amp;amp;" not in page
    plain = write("blocks.md", {"blocks": [block], "words": en.furniture})
    if block.kind == "code":
        assert plain == f"```\n{TEXT}\n```\n"
    else:
        assert r"a &lt;b&gt; &amp; \*c\* \| \`d\` \# e" in plain
        assert "&amp;lt;" not in plain


def test_a_table_marks_the_chosen_row_and_names_its_rows():
    "One line of headings, a heading in each row, the chosen one of its own class."
    page = write("blocks.html", {"blocks": [BLOCKS[-1]]})
    assert page.count('<th scope="col">') == 2
    assert page.count('<th scope="row">') == 2
    assert page.count('<tr class="chosen"><th scope="row">y</th>') == page.count("chosen") == 1
    plain = Table("t", ("a", "b"), (("1", "2"), ("3", "")))
    assert write("blocks.md", {"blocks": [plain]}).splitlines() == [
        "| a | b |",
        "|:--|--:|",
        "| 1 | 2 |",
        "| 3 |  |",
    ]
