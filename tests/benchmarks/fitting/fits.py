"""Time and log-likelihood of one fit by every tool, by default and where it reaches the top."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

import em
from benchmarks.engine.data import heights, loglik, stored
from benchmarks.engine.rscript import R
from benchmarks.engine.settings import Settings
from benchmarks.engine.timing import Call, CallError, Timed, interleave
from benchmarks.engine.words import taken
from benchmarks.fitting.peers import Estimate, Peer, mclust, mixtools, ours, scikit_learn
from benchmarks.fitting.tolerance import NEAR, Loosest, Probe, loosest, stops

__all__ = ["certified", "foreseen", "measure", "search_for"]

Row = dict[str, Any]

OVERHEAD = 10_000
"""Values on which a pass does as much work as goes into what does not depend on n."""


def measure(
    settings: Settings, found: Sequence[str], folder: Path, say: Callable[[str], None]
) -> list[Row]:
    """The rows of the table of fits, n by n.

    Parameters
    ----------
    settings : Settings
    found : sequence of str
        Which of mclust and mixtools can be used.
    folder : path
        Where the data are written for R.
    say : callable
        Told what is being done.
    """
    rows: list[Row] = []
    running = R()
    try:
        for n in settings.sizes:
            x = heights(n)
            running.load(stored(x, folder))
            peers = [scikit_learn(x)]
            peers += [mclust(running)] if "mclust" in found else []
            peers += [mixtools(running)] if "mixtools" in found else []
            rows += _at(x, peers, rows, settings, say)
    finally:
        running.close()
    return rows


def certified(fit: em.Fit) -> dict[str, Any]:
    """What one exact pass over all of the data says about a fit."""
    exact = fit.certify()
    return {
        "relative_error": exact.relative_error,
        "gradient_norm": exact.gradient_norm,
        "ok": exact.ok,
    }


def _at(
    x: NDArray[Any],
    peers: Sequence[Peer],
    earlier: Sequence[Row],
    settings: Settings,
    say: Callable[[str], None],
) -> list[Row]:
    n = x.size
    say(f"n = {n:,}: the maximum")
    fit = em.fit(x, 2)
    whole = em.fit(x, 2, squash=False)
    top = max(loglik(x, *one.mixture.parameters) for one in (fit, whole))

    rows = [_row(n, "em", "default", "em.fit(x, 2)")]
    cells: dict[int, Callable[[], Call]] = {0: partial(ours, x, settings.patience)}
    if fit.data.bins is not None:
        rows.append(_row(n, "em", "all values", "em.fit(x, 2, squash=False)"))
        cells[1] = partial(ours, x, settings.patience, squash=False)
    measured: dict[int, Timed] = {}
    for peer in peers:
        row = _row(n, peer.name, "default", peer.default)
        rows.append(row)
        likely = foreseen(earlier, row, settings.patience)
        if likely:
            row["note"] = likely
        else:
            cells[len(rows) - 1] = partial(peer.fit, None, settings.patience)

        row = _row(n, peer.name, "maximum", peer.tight)
        rows.append(row)
        likely = foreseen(earlier, row, settings.patience)
        if likely:
            row["note"] = likely
            continue
        say(f"n = {n:,}: the loosest tolerance with which {peer.name} reaches it")
        search = search_for(peer, x, top, earlier, settings.patience)
        _record(row, search)
        best = search.best
        if best is None:
            continue
        if best.seconds > 0.5 * settings.budget:
            measured[len(rows) - 1] = Timed([best.seconds], best.answer, "called once")
        else:
            cells[len(rows) - 1] = partial(peer.fit, row["tolerance"], settings.patience)

    say(f"n = {n:,}: {len(cells)} calls in turns, up to {settings.budget:.0f} s for each")
    keyed = {str(place): cell for place, cell in cells.items()}
    turns = interleave(keyed, settings.budget, settings.rounds)
    measured |= {int(place): timed for place, timed in turns.items()}
    for place, timed in measured.items():
        _fill(rows[place], timed, x, top)
    return rows


def _row(n: int, tool: str, setting: str, written: str) -> Row:
    return {
        "n": n, "tool": tool, "setting": setting, "call": written, "tolerance": None,
        "seconds": [], "median": None, "loglik": None, "shortfall": None, "passes": None,
        "weights": None, "means": None, "sds": None, "certificate": None, "probes": [],
        "note": "",
    }  # fmt: skip


def foreseen(earlier: Sequence[Row], row: Row, patience: float) -> str:
    """Why a call is not made: at the last n, a part of this one, it took too long already."""
    before = [r for r in earlier if (r["tool"], r["setting"]) == (row["tool"], row["setting"])]
    if not before:
        return ""
    last = before[-1]
    if last["median"] is None:
        return f"skipped: nor was it measured at n = {last['n']:,}"
    # What a pass costs besides its work on the values is worth that on some ten thousand of them.
    likely = last["median"] * (row["n"] + OVERHEAD) / (last["n"] + OVERHEAD)
    if likely <= patience:
        return ""
    return (
        f"skipped: {taken(last['median'])} at n = {last['n']:,}, so some {taken(likely)} here; no "
        f"call gets more than {patience:g} s"
    )


def search_for(
    peer: Peer, x: NDArray[Any], top: float, earlier: Sequence[Row], patience: float
) -> Loosest:
    """The loosest tolerance with which a tool comes near enough to the maximum.

    Parameters
    ----------
    peer : Peer
    x : ndarray of shape (n,)
    top : float
        The maximum log-likelihood.
    earlier : sequence of mapping
        Rows of smaller n, from which it is guessed where to begin.
    patience : float
        Seconds for the search.
    """

    def fit(exponent: int, limit: float) -> Probe:
        made = peer.fit(10.0**-exponent, limit)
        end: Estimate = made.answer
        away = top - loglik(x, *end[:3])
        behind = stops(end.trace, x.size if peer.relative else 1.0, peer.lag, exponent)
        looser = {other: away + more for other, more in behind.items()}
        return Probe(exponent, made.seconds, away, end, looser)

    before = [
        row for row in earlier if row["tool"] == peer.name and row["setting"] == "maximum"
    ]  # fmt: skip
    if before:
        grown = math.log10(x.size / before[-1]["n"]) if peer.relative else 0.0
        guess = round(-math.log10(before[-1]["tolerance"]) + grown)
    else:
        try:
            default = peer.fit(None, patience).answer
        except CallError as problem:
            return Loosest(None, (), False, f"not measured: at its default it {problem}")
        away = max(top - loglik(x, *default[:3]), NEAR)
        guess = peer.exponent + math.ceil(math.log10(away / NEAR))
    return loosest(fit, guess, patience)


def _record(row: Row, search: Loosest) -> None:
    row["note"] = search.note
    row["probes"] = [
        {"tolerance": 10.0**-p.exponent, "seconds": p.seconds, "shortfall": p.shortfall}
        for p in search.probes
    ]
    row["closed"] = search.closed
    if search.best is not None:
        row["tolerance"] = 10.0**-search.best.exponent


def _fill(row: Row, timed: Timed, x: NDArray[Any], top: float) -> None:
    row["note"] = "; ".join(part for part in (timed.note, row["note"]) if part)
    row["seconds"] = timed.seconds
    if not timed.seconds:
        return
    row["median"] = statistics.median(timed.seconds)
    found = timed.answer
    if isinstance(found, em.Fit):
        row["certificate"] = certified(found)
        row["converged"] = found.converged
        row["error_bound"] = found.error_bound
        weights, means, sds = (value.tolist() for value in found.mixture.parameters)
        found = Estimate(weights, means, sds, found.n_iter, [])
    row["passes"] = found.passes
    row["weights"], row["means"], row["sds"] = found.weights, found.means, found.sds
    row["loglik"] = loglik(x, *found[:3])
    row["shortfall"] = top - row["loglik"]
