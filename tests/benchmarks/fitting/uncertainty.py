"""What it costs to say how sure a fit is: standard errors, profile intervals, a bootstrap."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

import em
from benchmarks.engine.data import heights, stored
from benchmarks.engine.rscript import R
from benchmarks.engine.settings import Settings
from benchmarks.engine.timing import Call, call, interleave
from benchmarks.fitting.fits import certified

__all__ = ["measure"]

Row = dict[str, Any]


class Answer(NamedTuple):
    """A fit with the interval of its first weight, the parameter that is hardest to tell."""

    fit: em.Fit | None
    interval: list[float] | None
    refits: int | None
    """Refits that the interval rests on."""


def measure(
    settings: Settings, found: Sequence[str], folder: Path, say: Callable[[str], None]
) -> list[Row]:
    """The rows of the table of uncertainty, n by n; arguments as for `fits.measure`.

    Each call begins with the fit itself. mclust resamples at the smallest n only: 999 refits
    of larger data by a tool whose cost grows with n would take minutes.
    """
    rows: list[Row] = []
    running = R()
    try:
        for n in settings.sizes:
            say(f"n = {n:,}: standard errors and intervals")
            x = heights(n)
            cells = _ours(x, settings)
            if "mclust" in found and n == min(settings.sizes):
                running.load(stored(x, folder))
                cells |= _mclust(running, settings)
            keyed = {" | ".join(name): cell for name, cell in cells.items()}
            for (tool, what, written), timed in zip(
                cells, interleave(keyed, settings.budget, settings.rounds).values(), strict=True
            ):
                row: Row = {
                    "n": n, "tool": tool, "what": what, "call": written, "note": timed.note,
                    "seconds": timed.seconds,
                    "median": statistics.median(timed.seconds) if timed.seconds else None,
                }  # fmt: skip
                if timed.seconds:
                    answer: Answer = timed.answer
                    row |= {"interval": answer.interval, "refits": answer.refits}
                    row["certificate"] = certified(answer.fit) if answer.fit else None
                rows.append(row)
    finally:
        running.close()
    return rows


Cells = dict[tuple[str, str, str], Callable[[], Call]]


def _ours(x: NDArray[Any], settings: Settings) -> Cells:
    def plain() -> Answer:
        return Answer(em.fit(x, 2), None, None)

    def errors() -> Answer:
        fit = em.fit(x, 2)
        fit.standard_errors()
        return Answer(fit, None, None)

    def profile() -> Answer:
        fit = em.fit(x, 2)
        return Answer(fit, fit.conf_int().weights[0].tolist(), None)

    def resampled(kind: str) -> Answer:
        fit = em.fit(x, 2)
        draws = em.bootstrap(fit, settings.refits, kind)
        # The percentiles that conf_int(method="bootstrap") gives, and how many stand behind them.
        ordered = sorted(draws.draws.weights[:, 0].tolist())
        cuts = statistics.quantiles(ordered, n=40, method="inclusive")
        return Answer(fit, [cuts[0], cuts[-1]], draws.n_converged)

    def certify() -> Answer:
        fit = em.fit(x, 2)
        fit.certify()
        return Answer(fit, None, None)

    cells: dict[tuple[str, str, str], Callable[[], Answer]] = {
        ("em", "fit", "em.fit(x, 2)"): plain,
        ("em", "fit and standard errors", "em.fit(x, 2).standard_errors()"): errors,
        ("em", "fit and profile intervals", "em.fit(x, 2).conf_int()"): profile,
        ("em", "fit and exact certificate", "em.fit(x, 2).certify()"): certify,
    }
    for kind in ("nonparametric", "parametric"):
        name = f"fit and {kind} bootstrap, {settings.refits} refits"
        written = f'em.bootstrap(em.fit(x, 2), {settings.refits}, "{kind}")'
        cells["em", name, written] = partial(resampled, kind)
    return {name: partial(call, what, settings.patience) for name, what in cells.items()}


def _mclust(running: R, settings: Settings) -> Cells:
    def resampled(kind: str) -> Call:
        made = running.bootstrap(settings.refits, kind, settings.patience)
        refits, *interval = made.answer
        return Call(made.seconds, Answer(None, interval, int(refits)))

    kinds = {"nonparametric": "bs", "parametric": "pb"}
    return {
        (
            "mclust",
            f"fit and {kind} bootstrap, {settings.refits} refits",
            f'MclustBootstrap(Mclust(x, G = 2, modelNames = "V"), {settings.refits}, "{short}")',
        ): partial(resampled, short)
        for kind, short in kinds.items()
    }
