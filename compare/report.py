"""The report: a comparison as an HTML page, as Markdown and as JSON. It writes no files."""

from __future__ import annotations

import functools
import html
import math
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

import em
from compare import drawing, figures, findings
from compare.document import to_json, versions
from compare.errors import one_line
from compare.findings import fixed
from compare.labels import number, percent, plain, variable
from compare.original import Original, revisit, story

if TYPE_CHECKING:
    from compare.table import Comparison, Row

__all__ = ["Report", "render"]

SHOWN = 6
"""Of the tops that the starts led to, at the most."""


@dataclass(frozen=True)
class Report:
    """The finished report, before a file is touched."""

    html: str
    """One self-contained page."""
    markdown: str
    """The same as Markdown, whose figures lie in a folder named after the case."""
    json: str
    """The numbers, for machines."""
    figures: dict[str, bytes]
    """The figures of the Markdown by file name."""


def render(comparison: Comparison) -> Report:
    """Write the report of a comparison.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Report
    """
    original = revisit(comparison)
    drawn = figures.draw(comparison, original)
    context = _context(comparison, original, {figure.name: figure for figure in drawn})
    return Report(
        html=_pages(escape=True).get_template("report.html").render(context),
        markdown=_tidy(_pages(escape=False).get_template("report.md").render(context)),
        json=to_json(comparison),
        figures={f"{figure.name}.png": figure.png for figure in drawn},
    )


@functools.cache
def _pages(*, escape: bool) -> Environment:
    """The templates, with every value escaped for HTML or for Markdown."""
    templates = files("compare") / "templates"
    environment = Environment(
        loader=FunctionLoader(lambda name: (templates / name).read_text(encoding="utf-8")),
        autoescape=select_autoescape(["html"]) if escape else False,  # noqa: S701 - see finalize
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    if not escape:
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
    """Without the runs of empty lines that conditions in the template leave."""
    return re.sub(r"\n{3,}", "\n\n", markdown).strip() + "\n"


def _context(
    comparison: Comparison, original: Original | None, drawn: dict[str, drawing.Figure]
) -> dict[str, Any]:
    case = comparison.case
    return {
        "title": _title(comparison),
        "case": case,
        "unit": plain(case.unit, 16),
        "observations": findings.observations(comparison),
        "source": plain(case.source, 300),
        "name": plain(case.name, 120),
        "folder": Markup(quote(case.name)),  # noqa: S704 - a quoted address
        "k": comparison.n_components,
        "level": percent(comparison.level),
        "ok": comparison.ok,
        "alarms": findings.alarms(comparison),
        "warning": findings.warning(comparison),
        "headline": findings.headline(comparison),
        "verdict": findings.verdict(comparison),
        "agreement": findings.agreement(comparison),
        "on_truth": findings.on_truth(comparison),
        "separation": findings.separation(comparison),
        "identifiability": em.identifiability(comparison.fit),
        "nodes": findings.on_nodes(comparison),
        "note": plain(comparison.posterior.settings.note, 600),
        "number_of_groups": findings.number_of_groups(comparison),
        "differences": findings.differences(comparison),
        "has_truth": comparison.truth is not None,
        "rows": [_row(comparison, row) for row in comparison.rows],
        "rivals": [_rival(comparison, fit) for fit in comparison.selection.fits],
        "n_optima": len(comparison.fit.optima),
        "optima": [_optimum(fit) for fit in comparison.fit.optima[:SHOWN]],
        "checks": [_check(row) for row in comparison.rows if not _constant(comparison, row)],
        "bfmi": ", ".join(_or_unknown(value, 2) for value in comparison.posterior.diagnostics.bfmi),
        "divergences": comparison.posterior.diagnostics.divergences,
        "priors": [
            [plain(part, 300) for part in prior] for prior in comparison.posterior.settings.priors
        ],
        "settings": comparison.posterior.settings,
        "fit": comparison.fit,
        "score": _score(comparison.fit),
        "story": "" if original is None else story(original, int(case.seed or 0)),
        "stops": [_stop(stop.label, stop.mixture, stop.loglik) for stop in _stops(original)],
        "figures": drawn,
        "command": "\n".join(map(one_line, (comparison.command or "").splitlines())),
        "versions": versions(),
        "seconds": [
            (step.replace("_", " "), f"{time:.2f}") for step, time in comparison.seconds.items()
        ],
        "palette": Markup(drawing.stylesheet()),  # noqa: S704 - our own constants
        "svg": {name: Markup(figure.svg) for name, figure in drawn.items()},  # noqa: S704 - drawn here
    }


def _score(fit: em.Fit) -> str:
    norm = fit.gradient_norm
    return f"{norm:.1e}".replace("-", "−") if math.isfinite(norm) else ""


def _title(comparison: Comparison) -> str:
    case = comparison.case
    what = "synthetic heights"
    if case.seed is None:
        what = plain(case.variable, 60) or variable(comparison)
    return f"EM and Bayes on {what}"


def _row(comparison: Comparison, row: Row) -> dict[str, object]:
    # Draws that are all the same have an sd of rounding, which is no measure of digits.
    moved = row.bayes.sd > 1e-12 * abs(row.bayes.median)
    width = row.bayes.sd if moved else row.em.se
    unit = comparison.case.unit if row.parameter != "weights" else ""
    return {
        "name": row.name,
        "label": findings.label(comparison, row),
        "unit": plain(unit, 16),
        "truth": "" if row.truth is None else f"{row.truth:g}",
        # A collapsed sd is tiny, not zero.
        "estimate": number(row.em.estimate, width if comparison.fit.converged else None),
        "se": "" if math.isnan(row.em.se) else number(row.em.se, width),
        "em_interval": "not available"
        if math.isnan(row.em.lower) or math.isnan(row.em.upper)
        else f"{number(row.em.lower, width)} to {number(row.em.upper, width)}",
        "method": row.em.method,
        "median": number(row.bayes.median, width),
        "mean": number(row.bayes.mean, width),
        "sd": number(row.bayes.sd, width),
        "bayes_interval": f"{number(row.bayes.lower, width)} to {number(row.bayes.upper, width)}",
        "inside": row.em_in_interval,
        "quantile": f"{100 * row.em_quantile:.0f}%",
        "constant": _constant(comparison, row),
    }


def _constant(comparison: Comparison, row: Row) -> bool:
    """Whether it is the weight of the only group, which nothing had to estimate."""
    return comparison.n_components == 1 and row.parameter == "weights"


def _check(row: Row) -> dict[str, str]:
    return {
        "name": row.name,
        "rhat": _or_unknown(row.bayes.rhat, 4),
        "bulk": _or_unknown(row.bayes.ess_bulk, 0),
        "tail": _or_unknown(row.bayes.ess_tail, 0),
    }


def _or_unknown(value: float, places: int) -> str:
    return "not available" if math.isnan(value) else f"{value:,.{places}f}"


def _rival(comparison: Comparison, fit: em.Fit) -> dict[str, object]:
    known = fit.converged
    return {
        "k": fit.n_components,
        "sds": "" if fit.n_components == 1 else "equal" if fit.equal_sds else "unequal",
        "chosen": (fit.n_components, fit.equal_sds)
        == (comparison.n_components, comparison.fit.equal_sds),
        "parameters": fit.n_parameters,
        "loglik": fixed(fit.loglik, 3) if known else "no maximum",
        "aic": fixed(fit.aic, 1) if known else "",
        "bic": fixed(fit.bic, 1) if known else "",
        "icl": fixed(fit.icl, 1) if known else "",
    }


def _optimum(optimum: em.Optimum) -> dict[str, object]:
    return _stop(optimum.status.name.lower(), optimum.mixture, optimum.loglik) | {
        "starts": optimum.n_starts
    }


def _stops(original: Original | None) -> tuple[Any, ...]:
    return () if original is None else original.stops


def _stop(label: str, mixture: em.Mixture, loglik: float | None) -> dict[str, object]:
    return {
        "label": label,
        "weights": ", ".join(f"{value:.4f}" for value in mixture.weights),
        "means": ", ".join(number(value, 0.1 * mixture.sd) for value in mixture.means),
        "sds": ", ".join(number(value, 0.1 * mixture.sd) for value in mixture.sds),
        "loglik": "" if loglik is None else fixed(loglik, 3),
    }
