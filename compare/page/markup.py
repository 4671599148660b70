"""Markup: pages written from templates, every value escaped for HTML or for Markdown."""

from __future__ import annotations

import functools
import html
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["write"]


def write(template: str, values: Mapping[str, object]) -> str:
    """Fill a template in.

    Parameters
    ----------
    template : str
        The name of a file in ``templates``, which ends in html or in md.
    values : mapping of str to object
        What the template knows. Texts are plain; `markupsafe.Markup` is taken as it is.

    Returns
    -------
    str
    """
    language = template.rpartition(".")[2]
    text = _environment(language).get_template(template).render(values)
    return _tidy(text) if language == "md" else text


@functools.cache
def _environment(language: str) -> Environment:
    """The templates, with every value escaped for one language."""
    templates = files("compare.page") / "templates"
    environment = Environment(
        loader=FunctionLoader(lambda name: (templates / name).read_text(encoding="utf-8")),
        autoescape=language == "html",  # noqa: S701 - Markdown has its own, below
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    if language == "md":
        # Jinja's own escaping knows HTML only; this one sees every value on its way out.
        environment.finalize = _for_markdown
    environment.filters["code"] = _code
    return environment


def _for_markdown(value: object) -> object:
    """Text in which no character means anything to Markdown or to the HTML inside it."""
    if isinstance(value, Markup):
        return value
    return re.sub(r"([\\`*_\[\]|~#$])", r"\\\1", html.escape(str(value), quote=False))


def _code(text: str) -> Markup:
    """Text as a code block of Markdown, whatever it holds."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return Markup(f"{fence}\n{text}\n{fence}")  # noqa: S704 - fenced, so nothing in it is read


def _tidy(markdown: str) -> str:
    """Without the runs of empty lines that conditions in the templates leave."""
    return re.sub(r"\n{3,}", "\n\n", markdown).strip() + "\n"
