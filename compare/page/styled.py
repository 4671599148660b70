"""Styled: what the head of every page needs, its style and what a browser may do for it."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from markupsafe import Markup

from compare.figures import drawing
from compare.page.markup import write

__all__ = ["RUN", "styled"]

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; style-src-elem 'sha256-{}'; "
    "style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
"""What a browser may do for a page: apply its one style sheet, and the styles that figures have.

The second clause is for browsers that do not know the two after it."""

RUN = "the run"
"""Stands in the head of a page until that is known."""


def styled() -> dict[str, Any]:
    """The style, the policy that allows it alone, and a place for the run, for templates."""
    style = f"\n{drawing.stylesheet()}\n{write('report.css', {})}"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "style": Markup(style),  # noqa: S704 - our own constants
        "policy": Markup(POLICY.format(digest)),  # noqa: S704 - as above
        "run": RUN,
    }
