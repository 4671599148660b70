"""How the cost of each tool grows with n: from a thousand values to ten million in memory."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

import em
from benchmarks.engine.data import SEED, heights, loglik, stored
from benchmarks.engine.process import weighed
from benchmarks.engine.settings import Settings
from benchmarks.engine.timing import Call, CallError, call, interleave
from benchmarks.fitting.fits import certified, foreseen, search_for
from benchmarks.fitting.peers import Peer, ours, scikit_learn
from benchmarks.sampling.rates import seconds
from benchmarks.sampling.turns import Processes, default_priors
from benchmarks.size.exact import certificate, pieces
from benchmarks.size.scale import LIMIT, REPORT, estimate
from compare.language.en.fits.sampler import mended

__all__ = ["TOOLS", "measure"]

Row = dict[str, Any]
Cell = Callable[[], Call]

TOOLS = {
    "errors": "`em.fit(x, 2).standard_errors()`",
    "profile": "`em.fit(x, 2).conf_int()`",
    "bayes": "`fit = em.fit(x, 2); bayes.fit(fit.data, 2, start=fit)`",
    "report": "`python -m compare.run --n N`, for a file `python -m compare.run --data FILE`",
    "scikit-learn": "`GaussianMixture(2).fit(x[:, None])`",
    "maximum": "`GaussianMixture(2, tol=TOL, max_iter=10_000_000).fit(x[:, None])`",
    "pymc": "`pm.sample()` of the textbook model with PyMC's own sampler, as in section Samplers",
}
"""Calls as users write them, in Markdown, by the name of the tool."""

OWN = ("errors", "profile", "bayes", "report")


class Answer(NamedTuple):
    """A fit, and what else a call was made for."""

    fit: em.Fit
    made: Any


WARMING = 50
"""What PyMC's draws are divided by in the run that fills its caches."""


def measure(
    settings: Settings,
    folder: Path,
    results: Mapping[str, Any],
    say: Callable[[str], None],
) -> list[Row]:
    """A row for each tool and n; an empty one says why it is.

    Parameters
    ----------
    settings : Settings
    folder : path
        Where data, draws and caches go.
    results : mapping
        The sections measured before: what they hold is not measured again.
    say : callable
        Told what is being done.
    """
    import bayes

    # The first one loads PyMC and compiles, which belongs to no row.
    _fit(heights(100), settings, lambda fit: bayes.fit(fit.data, 2, start=fit))
    rows: list[Row] = []
    for n in settings.grown:
        say(f"n = {n:,}: cost as n grows")
        x = heights(n)
        peer = scikit_learn(x)
        cells: dict[str, Cell] = {
            "errors": partial(_fit, x, settings, lambda fit: fit.standard_errors()),
            "profile": partial(_fit, x, settings, lambda fit: fit.conf_int()),
            "bayes": partial(_fit, x, settings, lambda fit: bayes.fit(fit.data, 2, start=fit)),
        }
        here = {tool: _row(n, tool) for tool in TOOLS}
        default = here["scikit-learn"]
        default["note"] = foreseen(_of(rows, default), default, settings.patience)
        if not default["note"]:
            cells["scikit-learn"] = partial(peer.fit, None, settings.patience)
        # A third of the usual budget: steps of ten in n show in few calls.
        for tool, timed in interleave(cells, settings.budget / 3.0, settings.rounds).items():
            row = here[tool]
            row["seconds"], row["note"] = timed.seconds, timed.note
            if tool in OWN and timed.seconds:
                answer: Answer = timed.answer
                exact = call(partial(certified, answer.fit))
                row["certificate"], row["certify"] = exact.answer, exact.seconds
                if tool == "bayes":
                    _judge(row, answer.made)
        _maximum(here["maximum"], peer, x, rows, results, settings, say)
        _textbook(here["pymc"], x, rows, results, settings, folder, say)
        if n in settings.reported:
            say(f"n = {n:,}: the whole report")
            _report(here["report"], x)
        else:
            here["report"]["note"] = "not measured: other sizes show how it grows"
        for row in here.values():
            row["median"] = statistics.median(row["seconds"]) if row["seconds"] else None
        rows += here.values()
    return rows + [_of_file(row) for row in results.get("scale", []) if row["report"]]


def _row(n: int, tool: str) -> Row:
    return {
        "n": n, "tool": tool, "setting": "", "seconds": [], "median": None, "note": "",
        "tolerance": None, "certificate": None, "certify": None, "draws": None, "ess": None,
    }  # fmt: skip


def _of(rows: Sequence[Row], like: Row) -> list[Row]:
    return [row for row in rows if row["tool"] == like["tool"]]


def _fit(x: NDArray[Any], settings: Settings, more: Callable[[em.Fit], object]) -> Call:
    """A fit and what is made of it; the answer is an `Answer`."""

    def both() -> Answer:
        fit = em.fit(x, 2)
        return Answer(fit, more(fit))

    return call(both, 10.0 * settings.patience)


def _judge(row: Row, posterior: Any) -> None:
    """Note how many draws there are, what they are worth, and what is amiss."""
    found = posterior.diagnostics
    row["draws"] = posterior.means.shape[0] * found.draws
    row["ess"] = min(float(v.min()) for kind in (found.ess_bulk, found.ess_tail) for v in kind)
    said = [row["note"], mended(posterior.settings.note), *found.messages]
    row["note"] = "; ".join(filter(None, said))


def _maximum(
    row: Row,
    peer: Peer,
    x: NDArray[Any],
    rows: Sequence[Row],
    results: Mapping[str, Any],
    settings: Settings,
    say: Callable[[str], None],
) -> None:
    """scikit-learn where it reaches the maximum: as measured before, or by a search now."""
    before = [
        fit
        for fit in results.get("fits", [])
        if (fit["tool"], fit["setting"]) == ("scikit-learn", "maximum")
    ]
    for fit in before:
        if fit["n"] == row["n"]:
            row |= {name: fit[name] for name in ("seconds", "tolerance", "note")}
            return
    earlier = _of(rows, row)
    row["note"] = foreseen(earlier, row, settings.patience)
    if row["note"]:
        return
    say(f"n = {row['n']:,}: the tolerance with which scikit-learn reaches the maximum")
    top = loglik(x, *ours(x, settings.patience).answer.mixture.parameters)
    guides = [{**fit, "tool": peer.name, "setting": "maximum"} for fit in earlier]
    found = search_for(peer, x, top, guides, settings.patience)
    row["note"] = found.note
    if found.best is not None:
        row["tolerance"] = 10.0**-found.best.exponent
        row["seconds"] = [found.best.seconds]


def _textbook(
    row: Row,
    x: NDArray[Any],
    rows: Sequence[Row],
    results: Mapping[str, Any],
    settings: Settings,
    folder: Path,
    say: Callable[[str], None],
) -> None:
    """PyMC on the textbook model: as measured before, or by one process with warm caches."""
    before = results.get("sampling") or {"n": None, "rows": []}
    runs = [run for one in before["rows"] if one["key"] == "pymc" for run in one["warm"]]
    if not (runs and before["n"] == row["n"]):
        row["note"] = foreseen(_of(rows, row), row, settings.sampled)
        if row["note"]:
            return
        data, priors = stored(x, folder), default_priors(em.Sample(x))
        try:
            if not runs and not _of(rows, row):
                say(f"n = {row['n']:,}: PyMC, to fill its caches")
                Processes(folder, WARMING, priors).run("pymc", data, seed=1)
            say(f"n = {row['n']:,}: PyMC on the textbook model")
            processes = Processes(folder, settings.shorten, priors)
            runs = [processes.run("pymc", data, seed=2, limit=settings.sampled)]
        except CallError as problem:
            row["note"] = str(problem)
            return
    row["seconds"] = [seconds(run, "build and sample") for run in runs]
    row["draws"], row["ess"] = runs[-1]["draws"], statistics.median(run["ess"] for run in runs)


def _report(row: Row, x: NDArray[Any]) -> None:
    """The whole report as a process; what it says is certified on the same data."""
    try:
        with tempfile.TemporaryDirectory() as out:
            options = ["--n", str(x.size), "--seed", str(SEED), "--out", out]
            made = weighed([*REPORT, *options], LIMIT)
            (path,) = Path(out).glob("*.json")
            claim = estimate(json.loads(path.read_text("utf-8")))
    except CallError as problem:
        row["note"] = str(problem)
        return
    exact = call(lambda: certificate(pieces(x), *claim))
    row["seconds"], row["certificate"], row["certify"] = [made.seconds], exact.answer, exact.seconds


def _of_file(scale: Mapping[str, Any]) -> Row:
    """The report on a file, which is measured apart."""
    row = _row(scale["n"], "report")
    told = {name: scale["report"][name] for name in ("seconds", "median", "note")}
    return row | told | {name: scale[name] for name in ("certificate", "certify")}
