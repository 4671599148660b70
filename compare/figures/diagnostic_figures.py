"""Figures that show whether the sampler and the model can be believed."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.figures import curves
from compare.figures.drawing import Figure, export, key, page, panels, styled
from compare.figures.drawn import free_drawn
from compare.figures.palette import BAYES, INK, MUTED
from compare.figures.scale import Scale
from compare.findings.shown.data import PredictiveShown
from compare.findings.shown.posterior import RanksShown
from compare.language import en

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Page
    from matplotlib.lines import Line2D

    from compare.comparison.table import Comparison
    from compare.figures.curves import Floats
    from compare.figures.drawn import Drawn
    from compare.language.figure_book import FigureBook

__all__ = ["predictive", "ranks"]

SEED = 20_240_229
"""Of the replicated data sets: the same comparison gives the same figure."""

REPLICATES = 1000

RANK_DRAWS = 120
"""Draws of a chain behind its rank curve; more would only make the curves longer to write."""

CHAINS = ((BAYES, "-"), (INK, "-"), (BAYES, "--"), (INK, "--"), (BAYES, ":"), (INK, ":"))
"""Colour and line of each chain; a seventh looks like the first."""


@styled
def ranks(comparison: Comparison, book: FigureBook = en) -> Figure | None:
    """Whether the chains agree, from the ranks of their draws; None with a single chain.

    None as well where the draws are those of the sequential run: in no order, and of no chain, they
    would look like chains that agree.
    """
    # arviz-plots is slow to load and not annotated.
    arviz: Any = import_module("arviz_plots")

    shown, words = free_drawn(comparison), book.labels(comparison.level)
    chains, draws = shown[0].draws.shape
    if chains < 2 or draws < 4 or comparison.posterior.diagnostics.by_sequential:
        return None
    factor = max(1, math.ceil(draws / RANK_DRAWS), _spacing(shown, chains, draws))
    sheet, boxes = panels(len(shown), 2, 1.5, extra=0.35)
    data = _dataset(shown, factor)
    looks = [CHAINS[chain % len(CHAINS)] for chain in range(chains)]
    collection = arviz.PlotCollection(
        data["posterior"].dataset,
        _targets(sheet, boxes, [str(name) for name in data["posterior"].data_vars]),
        backend="matplotlib",
        aes={"color": ["chain"], "linestyle": ["chain"], "overlay": ["chain"]},
        color=[look[0] for look in looks],
        linestyle=[look[1] for look in looks],
    )
    arviz.plot_rank(
        data,
        method="mtc_c",
        envelope_prob=0.95,
        plot_collection=collection,
        visuals={
            "ecdf_lines": {"width": 1.3},
            "xlabel": False,
            "title": False,
            "remove_axis": False,
        },
    )
    x = np.linspace(0, 1, 121)
    # Wide enough that all curves of all panels stay inside in 95 of 100 reports.
    band = curves.rank_band(
        x,
        chains,
        data["posterior"].sizes["draw"],
        0.95 ** (1 / len(shown)),
        np.random.default_rng(SEED),
    )
    bad = []
    for box, one in zip(boxes, shown, strict=True):
        # The curves stay. A test's verdict beside them is dropped for a band, which shows why.
        for artist in (*box.texts, *box.collections):
            artist.remove()
        if any(_leaves(line, x, band) for line in box.lines):
            bad.append(one.parameter)
        box.fill_between(x, -band, band, color=MUTED, alpha=0.18, linewidth=0, zorder=1)
        box.axhline(0, color=MUTED, linewidth=0.8)
        box.set_title(book.label(one.parameter))
        box.set(xlabel="", ylabel="", xlim=(0, 1), xticks=[0, 0.5, 1])
        low, high = box.get_ylim()
        box.set_ylim(min(low, -1.1 * band.max()), max(high, 1.1 * band.max()))
    sheet.supxlabel(words.rank)
    sheet.supylabel(words.excess)
    for chain, (colour, line) in enumerate(looks[: len(CHAINS)]):
        boxes[0].plot([], [], color=colour, ls=line, lw=1.3, label=book.chain(chain + 1))
    key(sheet, boxes[0], 6)
    rhats = [one.row.bayes.rhat for one in shown]
    told = RanksShown(
        n_chains=chains,
        n_parameters=len(shown),
        spacing=factor,
        strayed=tuple(bad),
        # Of draws that are all the same it is unknown.
        largest_rhat=max(filter(math.isfinite, rhats), default=None),
        unknown=tuple(
            one.parameter for one, rhat in zip(shown, rhats, strict=True) if not math.isfinite(rhat)
        ),
    )
    return export(sheet, "ranks", book.ranks_figure(told))


def _spacing(shown: Sequence[Drawn], chains: int, draws: int) -> int:
    """How far apart draws must be to be nearly independent, but never so far that few remain."""
    sizes = [p.row.bayes.ess_bulk for p in shown if p.row.bayes.ess_bulk > 0]
    apart = math.ceil(chains * draws / min(sizes)) if sizes else 1
    return min(apart, max(1, draws // 50))


def _dataset(shown: Sequence[Drawn], factor: int) -> xr.DataTree:
    """One scalar variable for each parameter: arviz-plots then gives each its own panel.

    Of the draws every `factor`-th: the band is right for independent ones.
    """
    import xarray as xr

    variables = {
        f"{p.kind}{p.row.component}": (("chain", "draw"), p.draws[:, ::factor]) for p in shown
    }
    chains, draws = shown[0].draws[:, ::factor].shape
    coordinates = {"chain": np.arange(chains), "draw": np.arange(draws)}
    return xr.DataTree.from_dict({"posterior": xr.Dataset(variables, coords=coordinates)})


def _targets(sheet: Page, boxes: Sequence[Axes], names: Sequence[str]) -> xr.DataTree:
    """Axes in the form arviz-plots draws on, so that pyplot never learns of them."""
    import xarray as xr

    def scalars(values: Sequence[object]) -> xr.Dataset:
        held = {}
        for name, value in zip(names, values, strict=True):
            cell = np.empty((), dtype=object)
            cell[()] = value
            held[name] = ((), cell)
        return xr.Dataset(held)

    figure = np.empty((), dtype=object)
    figure[()] = sheet
    return xr.DataTree(
        xr.Dataset({"figure": ((), figure)}),
        children={
            "plot": xr.DataTree(scalars(boxes)),
            "row_index": xr.DataTree(scalars(list(range(len(boxes))))),
            "col_index": xr.DataTree(scalars([0] * len(boxes))),
        },
    )


def _leaves(line: Line2D, x: Floats, band: Floats) -> bool:
    """Whether a rank curve leaves the band."""
    at, excess = (np.asarray(values, dtype=np.float64) for values in line.get_data())
    return bool(np.any(np.abs(excess) > np.interp(at, x, band) + 1e-9))


@styled
def predictive(comparison: Comparison, book: FigureBook = en) -> Figure | None:
    """Whether data sets drawn from the posterior look like the data; None of sampling weights."""
    sample, level = comparison.fit.sample, comparison.level
    if sample.weights_are == "sampling":
        return None  # data sets of as many values vary less than weighted rows do
    words, x = book.labels(level), _cuts(comparison)
    draws = curves.thin(comparison.posterior, REPLICATES)
    drawn = curves.replicates(x, draws, sample.n, np.random.default_rng(SEED))
    centre = drawn.mean(axis=0)
    tail = (1 - level) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail], axis=0) - centre
    data = curves.distribution(sample, x) - centre
    scale = Scale.of(comparison, x)
    sheet = page(3.4)
    axes = sheet.add_subplot()
    axes.fill_between(
        scale(x),
        lower,
        upper,
        color=BAYES,
        alpha=0.22,
        lw=0,
        label=words.replicates_band,
    )
    for place, one in enumerate(drawn[:: max(1, len(drawn) // 12)][:12]):
        axes.plot(
            scale(x),
            one - centre,
            color=BAYES,
            linewidth=0.7,
            alpha=0.5,
            label=words.some_replicates if place == 0 else None,
        )
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.plot(scale(x), data, color=INK, linewidth=2, label=words.the_data)
    axes.set_xlim(*scale([x[0], x[-1]]))
    axes.set_xlabel(scale.label(book.variable(comparison.case.variable)))
    axes.set_ylabel(words.excess_of_values)
    key(sheet, axes)
    distance = float(np.abs(data).max())
    larger = float(np.mean(np.abs(drawn - centre).max(axis=1) >= distance))
    out = float(np.mean((data < lower) | (data > upper)))
    shown = PredictiveShown(len(drawn), distance, larger, out, level)
    return export(sheet, "predictive", book.predictive_figure(shown))


def _cuts(comparison: Comparison, count: int = 160) -> Floats:
    """Where distribution functions are compared: between the possible values if rounded."""
    sample = comparison.fit.sample
    lower, upper = curves.view(sample)
    step = sample.resolution
    if step > 0 and (upper - lower) / step < 1e6:
        stride = step * math.ceil((upper - lower) / step / count)
        cuts = np.arange(math.ceil((upper - lower) / stride) + 1)
        return np.asarray(lower - step / 2 + stride * cuts)
    return np.linspace(lower, upper, count)
