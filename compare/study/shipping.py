"""Shipping: put what a study found of the heights into the package, for reports to quote."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from compare.findings.study import quoted
from compare.findings.study.quotable import quotable, to_json
from compare.study.design import Design
from compare.study.log import read
from compare.study.performance import performance

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Renew the shipped figures.

    Parameters
    ----------
    argv : sequence of str, optional
        The log of a study, ``study.jsonl.gz``; the arguments of the process by default.

    Returns
    -------
    int
        0.
    """
    (log,) = sys.argv[1:] if argv is None else argv
    settings, trials = read(Path(log))
    found = quotable(performance(Design.from_dict(settings["design"]), trials))
    Path(quoted.__file__).with_name(quoted.SHIPPED).write_text(to_json(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
