"""Templates arrange; what is read comes from a phrase book."""

import re
from importlib.resources import files

import pytest

TEMPLATES = files("compare.page") / "templates"
NAMES = sorted(one.name for one in TEMPLATES.iterdir() if one.name.endswith((".html", ".md")))
READ = ("aria-label", "alt", "title", "lang")
"""Attributes that are read or heard."""


@pytest.mark.parametrize("name", NAMES)
def test_no_template_speaks(name):
    "No word outside tags, and none in an attribute that somebody hears."
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    bare = re.sub(r"\{[{%].*?[%}]\}", "", text)
    for attribute in READ:
        assert not re.search(rf'\b{attribute}="[^"]*\w', bare)
    outside = re.sub(r"<[^>]*>|\]\([^)]*\)", "", bare)  # tags, and addresses of Markdown
    assert not re.search(r"[^\W\d_]", outside)
