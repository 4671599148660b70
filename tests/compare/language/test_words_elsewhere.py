"""Only phrase books speak: what is found, compared, read and drawn holds no words for reports."""

import ast
import functools
import re
from pathlib import Path

import pytest

import compare

ROOT = Path(compare.__file__).parents[1]

WORDS = re.compile(r"[^\W\d_]+[,;:]? [^\W\d_]+[,;:]? [^\W\d_]+")
"""Three in a row."""

NOT_FOR_REPORTS = {
    "data/cases.SAY": "end of an error",
    "data/cases.refuse_extreme": "begin of an error",
    "data/cases.refuse_no_counts": "end of an error",
    "data/checkpoint.Checkpoint": "for the terminal: why an earlier run's work is not used",
    "data/merged.Merged": "end of an error",
    "data/passes.MENDED": "end of an error",
    "data/reading._Told": "part of an error",
    "data/reading._passed": "for the terminal: what an earlier run has read",
    "data/reading.read_cases": "end of an error",
    "data/scheduler.AGAIN": "end of an error",
    "data/scheduler.ClusterExecutor": "errors",
    "figures/drawing.EAST_ASIAN": "names of fonts",
    "figures/drawing.export": "what Matplotlib warns of",
    "figures/drawing.key": "a place, as Matplotlib calls it",
    "figures/overview_figure._key": "a place, as Matplotlib calls it",
    "figures/palette.PALETTE": "what a colour is for, to be read in the code",
    "figures/svg.inline": "CSS",
}
"""Where there are words all the same, by module and what they stand in, and whose they are."""


def modules(room):
    "Every module of a room."
    return sorted((ROOT / room).rglob("*.py"))


@functools.cache
def parsed(path):
    "Each module once."
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def codes():
    "What a type names: judgements and kinds, which no reader sees."
    return {
        constant.value
        for room in ("em", "bayes", "compare")
        for path in modules(room)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "Literal"
        for constant in ast.walk(node.slice)
        if isinstance(constant, ast.Constant)
    }


def silent(node):
    "Whether it is documentation, or what an error says."
    return (
        isinstance(node, (ast.Raise, ast.Assert))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.FunctionDef) and node.name == "__str__")
    )


def spoken(node):
    "The strings in a piece of code."
    if silent(node):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for inner in ast.iter_child_nodes(node):
        yield from spoken(inner)


def name_of(node):
    "What a statement of a module defines."
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return getattr(node, "name", None) or getattr(targets[0], "id", "")


def wordy(*paths):
    "Which definitions in modules hold words."
    known = codes()
    return {
        f"{path.parent.name}/{path.stem}.{name_of(node)}"
        for path in paths
        for node in parsed(path).body
        for text in spoken(node)
        if WORDS.search(text) and text not in known
    }


@pytest.mark.parametrize("room", ["findings", "comparison", "data", "figures", "page"])
def test_words_stand_in_phrase_books_alone(room):
    "But for errors, what a terminal shows, and names that others gave."
    expected = {name for name in NOT_FOR_REPORTS if name.startswith(f"{room}/")}
    assert wordy(*modules(f"compare/{room}")) == expected


def test_what_a_posterior_keeps_is_no_prose():
    "Why its priors are so, and how its draws were made: what reports have sentences for."
    kept = ("bayes/model/reasons.py", "bayes/posterior/records.py")
    assert wordy(*(ROOT / path for path in kept)) == set()


def test_words_are_found_wherever_they_hide():
    "Glued, in defaults and in pieces around numbers; not in documentation, errors and codes."
    code = """
def f(n, a="one two three"):
    "Some words to read."
    if n:
        raise ValueError("some words to read")
    return f"{n} words are more than {n}" + "so it is"
"""
    (function,) = ast.parse(code).body
    assert [text for text in spoken(function) if WORDS.search(text)] == [
        "one two three",
        " words are more than ",
        "so it is",
    ]
