"""Figures over the axis of the data: the fitted densities, and which group a value belongs to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from compare.figures import curves
from compare.figures.drawing import Figure, export, key, page, styled
from compare.figures.palette import BAYES, DATA, EM, INK, MUTED, PAPER, TRUTH
from compare.language.labels import Scale, group, listed, number, percent, variable
from compare.language.wording import group_of

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from compare.figures.curves import Floats

__all__ = ["fit", "groups"]


def _grid(comparison: Comparison, ends: tuple[float, float], count: int = 240) -> Floats:
    """Points over the view, closer where a component of EM's fit is narrow."""
    mixture = comparison.fit.mixture
    near = mixture.means[:, None] + mixture.sds[:, None] * np.linspace(-4, 4, 41)
    points = np.concatenate([np.linspace(*ends, count), near.ravel()])
    return np.unique(points[(points >= ends[0]) & (points <= ends[1])])


def _finest(comparison: Comparison) -> float:
    """A bin width that still shows the narrowest group that holds a fair share of the data."""
    mixture = comparison.fit.mixture
    return 0.8 * float(mixture.sds[mixture.weights >= 0.05].min(initial=np.inf))


def _around(edges: Floats, comparison: Comparison) -> tuple[float, float]:
    """The histogram with some room for where EM's density runs out, which few data hide."""
    mixture = comparison.fit.mixture
    span = float(edges[-1] - edges[0])
    lowest = float((mixture.means - 3 * mixture.sds).min())
    highest = float((mixture.means + 3 * mixture.sds).max())
    return (
        float(edges[0]) - min(max(float(edges[0]) - lowest, 0.05 * span), 0.3 * span),
        float(edges[-1]) + min(max(highest - float(edges[-1]), 0.05 * span), 0.3 * span),
    )


@styled
def fit(comparison: Comparison) -> Figure:
    """The data with EM's density and the posterior's."""
    sample, mixture, level = comparison.fit.sample, comparison.fit.mixture, comparison.level
    seen = curves.view(sample)
    heights, edges = curves.histogram(sample, seen, _finest(comparison))
    ends = _around(edges, comparison)
    x = _grid(comparison, ends)
    band = curves.density_band(x, curves.thin(comparison.posterior), level)
    scale = Scale.of(comparison, ends)

    def drawn(density: Floats) -> Floats:
        return np.asarray(density * scale.factor)

    sheet = page(4.0)
    axes = sheet.add_subplot()
    axes.stairs(
        drawn(heights), scale(edges), fill=True, color=DATA, alpha=0.5, label="data (histogram)"
    )
    axes.fill_between(
        scale(x),
        drawn(band.lower),
        drawn(band.upper),
        color=BAYES,
        alpha=0.25,
        linewidth=0,
        label=f"posterior, {percent(level)} band",
    )
    total, parts = mixture.pdf(x), mixture.component_pdf(x)
    axes.plot(scale(x), drawn(total), color=EM, linewidth=2.4, label="EM's density")
    if comparison.truth is not None:
        axes.plot(scale(x), drawn(comparison.truth.pdf(x)), ":", color=TRUTH, lw=2.2, label="truth")
    axes.plot(scale(x), drawn(band.middle), "--", color=BAYES, lw=1.5, label="posterior predictive")
    if mixture.n_components > 1:
        for component, part in enumerate(parts.T):
            axes.plot(
                scale(x),
                drawn(part),
                color=EM,
                linewidth=1.1,
                dashes=(6, 2),
                label="EM's components" if component == 0 else None,
            )
    axes.set_xlim(*scale(ends))
    axes.set_ylim(bottom=0)
    if sample.n <= 60:
        axes.plot(
            scale(sample.values),
            np.zeros(len(sample)),
            "|",
            color=INK,
            markersize=12,
            clip_on=False,
            label="each value",
        )
    axes.set_xlabel(scale.label(variable(comparison)))
    axes.set_ylabel(scale.density)
    key(sheet, axes)
    outside = 1 - float(np.sum(heights * np.diff(edges)))
    beyond = f" {100 * outside:.2g}% of the data lie beyond the edges." if outside > 1e-9 else ""
    peak = int(np.argmax(total))
    return export(
        sheet,
        name="fit",
        title="The data and the two fits",
        alt=(
            f"Histogram of {sample.n:,.6g} values of {variable(comparison)} from "
            f"{number(sample.lowest, sample.sd)} to {number(sample.highest, sample.sd)}"
            f"{_unit_after(scale, comparison)}. EM's density is "
            + listed(
                [
                    f"{number(w, 0.1)} × normal({number(m, s)}, {number(s, s)})".removeprefix(
                        "1.000 × "
                    )
                    for w, m, s in zip(*mixture.parameters, strict=True)
                ]
            )
            + f", highest at {number(x[peak], sample.sd)}. There the {percent(level)} posterior "
            f"band runs from {number(band.lower[peak] / total[peak], 0.1)} to "
            f"{number(band.upper[peak] / total[peak], 0.1)} times EM's density.{beyond}"
        ),
        caption=(
            "The solid line is EM's density, the dashed one the posterior's, and the band holds "
            f"the density at each point with {percent(level)} probability. Thin lines are EM's "
            f"components: where they overlap much, the data hardly tell them apart.{beyond}"
            if mixture.n_components > 1
            else "The solid line is EM's density, the dashed one the posterior's, and the band "
            f"holds the density at each point with {percent(level)} probability.{beyond}"
        ),
    )


def _unit_after(scale: Scale, comparison: Comparison) -> str:
    unit = Scale.of(comparison, [1.0]).unit
    return f" {unit}" if scale.unit and unit else ""


@styled
def groups(comparison: Comparison) -> Figure | None:
    """The probability that a value belongs to a group; None with a single component."""
    comparison = comparison.named
    mixture, level = comparison.fit.mixture, comparison.level
    count, there = mixture.n_components, mixture.places(comparison.order)
    if count == 1:
        return None
    last = group_of(comparison, count - 1)
    sample = comparison.fit.sample
    seen = curves.view(sample)
    heights, edges = curves.histogram(sample, seen, _finest(comparison))
    ends = float(edges[0]), float(edges[-1])
    x = _grid(comparison, ends)
    bands = curves.membership_bands(x, curves.thin(comparison.posterior), level)
    em = mixture.responsibilities(x)[:, there]
    scale = Scale.of(comparison, ends)
    sheet = page(4.2)
    grid = sheet.add_gridspec(2, 1, height_ratios=[4, 1])
    axes = sheet.add_subplot(grid[0])
    strip = sheet.add_subplot(grid[1], sharex=axes)
    shown = [count - 1] if count == 2 else list(range(count))
    for place, component in enumerate(shown):
        band, first = bands[component], place == 0
        axes.fill_between(
            scale(x),
            band.lower,
            band.upper,
            color=BAYES,
            alpha=0.2,
            linewidth=0,
            label=f"posterior, {percent(level)} band" if first else None,
        )
        axes.plot(scale(x), em[:, component], color=EM, lw=2.4, label="EM" if first else None)
        if comparison.truth is not None and comparison.truth.n_components == count:
            really = comparison.truth.places(comparison.order)
            axes.plot(
                scale(x),
                comparison.truth.responsibilities(x)[:, really[component]],
                ":",
                color=TRUTH,
                linewidth=2.2,
                label="truth" if first else None,
            )
        axes.plot(
            scale(x),
            band.middle,
            "--",
            color=BAYES,
            linewidth=1.5,
            label="posterior median" if first else None,
        )
        if count > 2:
            # Of the places where the group is surest, that with the most of its values.
            sure = em[:, component] >= 0.97 * em[:, component].max()
            density = mixture.component_pdf(x)[:, there[component]]
            top = int(np.argmax(np.where(sure, density, -1)))
            axes.annotate(
                group(component, count, comparison.order),
                (float(scale(x[top])), float(em[top, component])),
                (0, 5),
                textcoords="offset points",
                ha="center",
                color=INK,
                annotation_clip=False,
            )
    borders = _borders(x, em)
    room, told = 0.12 * float(scale(ends[1] - ends[0])), -math.inf
    for border, height in borders:
        axes.plot([scale(border)] * 2, [0, height], color=MUTED, linewidth=1, dashes=(2, 2))
        axes.plot(scale(border), height, "o", color=EM, markersize=7, mec=PAPER)
        at = float(scale(border))
        if at - told > room:  # else its number would run into the one before
            unit = scale.unit if len(borders) <= 2 else ""
            axes.annotate(
                f"{number(at, 10 * room)} {unit}".strip(),
                (at, height),
                (7, -3),
                textcoords="offset points",
                va="top",
            )
            told = at
    axes.set_ylim(0, 1.02 if count == 2 else 1.1)
    axes.set_xlim(*scale(ends))
    axes.tick_params(labelbottom=False)
    axes.set_ylabel(f"probability of {last}" if count == 2 else "probability")
    strip.stairs(heights, scale(edges), fill=True, color=DATA)
    strip.set_yticks([])
    strip.spines["left"].set_visible(False)
    strip.set_ylabel("data", rotation=0, ha="right", va="center")
    strip.set_xlabel(scale.label(variable(comparison)))
    key(sheet, axes, 4)
    return export(
        sheet,
        name="groups",
        title="Which group a value belongs to",
        alt=_groups_told(comparison, x, em, bands, borders),
        caption=(
            f"At each {variable(comparison)}, the probability that a value there came from "
            + (last if count == 2 else "each group")
            + f"; the band holds it with {percent(level)} probability. Circles mark where EM's "
            "most probable group changes, the strip below shows where the data are."
        ),
    )


def _borders(x: Floats, probability: Floats) -> list[tuple[float, float]]:
    """Where the most probable group changes, and how probable both then are."""
    best = probability.argmax(axis=1)
    found = []
    for at in np.flatnonzero(np.diff(best)):
        pair = slice(at, at + 2)
        lead = probability[pair, best[at]] - probability[pair, best[at + 1]]
        share = lead[0] / (lead[0] - lead[1])
        height = np.interp(share, [0, 1], probability[pair, best[at]])
        found.append((float(x[at] + share * (x[at + 1] - x[at])), float(height)))
    return found


def _groups_told(
    comparison: Comparison,
    x: Floats,
    em: Floats,
    bands: list[curves.Band],
    borders: list[tuple[float, float]],
) -> str:
    count, spread = em.shape[1], float(np.ptp(x))
    unit = _unit_after(Scale.of(comparison, x), comparison)
    level = percent(comparison.level)
    if not borders:
        most = group(int(em[0].argmax()), count, comparison.order)
        return (
            f"Probability of each group against {variable(comparison)}. By EM the same group, "
            f"{most}, is the most probable everywhere in the data."
        )
    sentences = []
    for border, height in borders if len(borders) <= 3 else []:
        at = int(np.argmin(np.abs(x - border)))
        component = count - 1 if count == 2 else int(em[at].argmax())
        band = bands[component]
        name = group_of(comparison, component)
        sentences.append(
            f"At {number(border, spread)}{unit} EM gives {name} {percent(round(height, 2))}; "
            f"the posterior's median is {percent(round(float(band.middle[at]), 2))}, its {level} "
            f"band {percent(round(float(band.lower[at]), 2))} to "
            f"{percent(round(float(band.upper[at]), 2))}."
        )
    places = listed([number(border, spread) for border, _ in borders])
    return (
        f"Probability of each group against {variable(comparison)}. By EM the most probable "
        f"group changes at {places}{unit}. {' '.join(sentences)}"
    ).strip()
