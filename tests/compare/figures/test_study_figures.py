"""Figures of a study: each where it makes sense, with the right numbers, marks and words."""

import contextlib
import functools
import html
import itertools
import re
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from drawn import SVG, parsed, texts, without_png
from matplotlib.text import Text

from compare.figures import drawing
from compare.figures.study import curve_figures, length_figure, map_figures, zip_figure
from compare.figures.study.figures import draw
from compare.figures.study.zip_figure import MOST, _sorted, _thinned, zipped
from compare.findings.study.shown import blocks, clearly_below, coverages_shown, errors_shown
from compare.language.en import study
from compare.page.study import render
from compare.study.design import Cell, Design, grid
from compare.study.methods import INTERVALS, Estimate, Interval
from compare.study.performance import Figure, Performance
from compare.study.population import HEIGHTS, LOPSIDED, Population
from compare.study.running import Study
from compare.study.scores import estimands
from compare.study.trials import Job, Trial

ALL = ["agree", "wald", "errors", "coverage", "length", "zip"]
SAMPLES = 40
ESTIMATES = {
    "fits": ("maximum", "listing 10", "listing 30", "scikit-learn", "penalised"),
    "bootstrap": ("maximum",),
    "posterior": ("posterior mean", "posterior median"),
}


def trials(cell, n_components=2, *, size=1.0, misses=None, count=SAMPLES, tasks=tuple(ESTIMATES)):
    """Errors of 1 to either side, those of Bayes of another size.

    The first few intervals of each kind lie above the truth, as many as `misses` has of them.
    """
    names = estimands(n_components)
    misses = misses or {}
    for task, number in itertools.product(tasks, range(count)):
        found = {}
        for method in ESTIMATES[task]:
            off = (-1.0) ** number * (size if task == "posterior" else 1.0)
            kinds = [k for k, told in INTERVALS.items() if told == (method, task)]
            made = {
                kind: Interval(
                    np.tile(
                        [0.5, 2.5] if number < misses.get(kind, 2) else [off - 1.5, off + 1.5],
                        (len(names) - 2, 1),
                    )
                )
                for kind in kinds
            }
            found[method] = Estimate(np.full(len(names), off), intervals=made)
        yield Trial(Job(cell, task, number), found)


def performance(design, **told):
    "All cells alike."
    every = (trials(i, design.n_components, **told) for i in range(len(design.cells)))
    return Performance(design, tuple(itertools.chain.from_iterable(every)))


def four():
    "Bayes is closer, EM is, both are alike, and one error outweighs all others of too few."
    design = Design(grid("heights", HEIGHTS, (250, 1000), (1.7, 4.0)))
    told = [{"size": 0.5, "misses": {"wald": 22}}, {"size": 2.0}, {}]
    made = [trial for cell, one in enumerate(told) for trial in trials(cell, **one)]
    for trial in trials(3, count=6):
        far = 9.0 if (trial.job.task, trial.job.number) == ("posterior", 0) else 1.0
        found = {k: replace(e, errors=far * e.errors) for k, e in trial.estimates.items()}
        made.append(replace(trial, estimates=found))
    return Performance(design, tuple(made))


@functools.cache
def drawn():
    with without_png():
        return {figure.name: figure for figure in draw(four())}


@contextlib.contextmanager
def sketched():
    "Within it, figures are put together and have their words, but are not laid out."
    with contextlib.ExitStack() as every:
        for module in (curve_figures, length_figure, map_figures, zip_figure):
            every.enter_context(mock.patch.object(module, "export", sketch))
        yield


def sketch(sheet, name, text):
    found = (one.get_text().splitlines() for one in sheet.findobj(Text))
    told = "".join(f"<text>{html.escape(line)}</text>" for lines in found for line in lines)
    svg = f'<svg xmlns="{SVG}">{told}</svg>'
    return drawing.Figure(name, text.title, text.alt, text.caption, svg, b"", wide=False)


def sketches(of):
    with sketched():
        return draw(of)


def names_of(of):
    return [figure.name for figure in sketches(of)]


def marks(figure, ink):
    "How many marks there are in a colour."
    root, count = parsed(figure), 0
    for parent in root.iter():
        for use in parent.findall(f"{{{SVG}}}use"):
            style = use.get("style") or parent.get("style") or ""
            count += f"fill: var(--{ink}" in style
    return count


def test_figures_come_in_the_order_of_the_page_and_are_small():
    "None is wide, and each says how to read it."
    assert list(drawn()) == ALL
    for figure in drawn().values():
        assert len(figure.svg.encode()) < 60_000
        assert not figure.wide
        assert figure.title
        assert figure.alt.endswith(".")
        assert figure.caption.endswith(".")
        assert "nan" not in figure.svg + figure.caption


def test_the_map_says_who_is_closer_by_number_mark_and_word():
    "One tile each, and one mark in the key."
    agree = drawn()["agree"]
    assert "D = 1.7, n = 250 0.50 (Bayes), n = 1,000 2.00 (EM);" in agree.alt
    assert "D = 4.0, n = 250 1.00 (alike), n = 1,000" in agree.alt
    assert agree.alt.endswith("(too few samples to say).")
    assert {"0.50", "2.00", "1.00"} <= set(texts(agree))
    assert {"Bayes is closer", "EM is closer", "too few samples to say"} <= set(texts(agree))
    assert marks(agree, "bayes") == marks(agree, "em") == 2
    assert {"250", "1,000", "D = 1.7", "D = 4.0", "The heights"} <= set(texts(agree))


def test_tiles_clearly_below_the_level_are_marked():
    "Wald's that miss every other time, and those of Bayes where it is off by more than they reach."
    wald = drawn()["wald"]
    assert texts(wald).count("0.45") == 1
    assert (
        "Of 4 designs it is clearly below 95% for Wald in 1, profile in 0 and credible in 1."
        in (wald.alt)
    )
    assert "n = 250 Wald 0.45 profile 0.95 credible 0.95" in wald.alt
    assert marks(wald, "ink") == 3  # two tiles' and the key's
    assert [text for text in texts(wald) if text in {"Wald", "Profile", "Credible"}] == [
        "Wald", "Profile", "Credible",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "error", "below"), [(0.9, 0.03, False), (0.9, 0.02, True), (0.0, 0.0, True)]
)
def test_below_means_by_two_monte_carlo_errors(value, error, below):
    assert clearly_below(Figure(value, error), 0.95) is below


def test_nothing_is_clear_of_a_few_data_sets():
    "Though all their intervals miss, and their errors differ."
    design = Design(grid("heights", HEIGHTS, (250, 1000), (1.7,)))
    every = dict.fromkeys(INTERVALS, 9)
    agree, wald, *_ = sketches(performance(design, size=0.5, misses=every, count=9))
    assert "0.50 (too few samples to say)" in agree.alt
    assert "for Wald in 0, profile in 0 and credible in 0." in wald.alt
    assert texts(wald).count("0.00") == 6


def test_curves_run_along_what_has_more_values():
    "Refits, which the first design alone has, make none; EM's maximum is the line at 1."
    of = four()
    shown = errors_shown(of)
    assert [(panel.axis, panel.held, panel.along) for panel in shown.panels] == [
        ("separation", 250, (1.7, 4.0)),
        ("separation", 1000, (1.7, 4.0)),
    ]
    assert [curve.method for curve in shown.panels[0].curves] == [
        "posterior mean", "listing 10", "listing 30", "scikit-learn", "penalised",
    ]  # fmt: skip
    assert [point.value for point in shown.panels[0].curves[0].points] == pytest.approx([0.5, 1])
    assert (
        "Posterior mean: from 0.50 for the heights (n = 250, D = 1.7) to" in drawn()["errors"].alt
    )
    once = [t for t in of.trials if t.job.task != "bootstrap" or t.job.cell == 0]
    seen = coverages_shown(Performance(of.design, tuple(once)))
    assert [curve.method for curve in seen.panels[0].curves] == [
        kind for kind in INTERVALS if kind != "bootstrap"
    ]
    assert seen.panels[0].curves[0].points[0].value == 0.45
    many = Design(grid("heights", HEIGHTS, (250, 1000, 4000), (1.7, 4.0)))
    (first, second) = errors_shown(performance(many)).panels
    assert (first.axis, first.held, first.along) == ("n", 1.7, (250, 1000, 4000))
    assert second.held == 4.0


def test_populations_seen_once_are_in_no_block():
    "Those with several n or D are, in the order of the design."
    design = Design(
        (
            *grid("lopsided", LOPSIDED, (250,), (1.0, 2.5)),
            Cell(1000, replace(HEIGHTS, shape="skewed"), "skewed"),
            *grid("heights", HEIGHTS, (1000, 250), (1.7,)),
        )
    )
    found = blocks(performance(design), range(5))
    assert [block.population for block in found] == ["lopsided", "heights"]
    assert found[0].cells == ((0,), (1,))
    assert found[1].sizes == (250, 1000)
    assert found[1].cells == ((4, 3),)


def test_lengths_are_held_against_those_of_the_profile():
    "As most are: Wald's that miss are two thirds as long."
    length = drawn()["length"]
    assert "Wald: weight 1 length 0.67, coverage 45.0% ± 7.9;" in length.alt
    assert "Profile: weight 1 length 1.00, coverage 95.0% ± 3.4;" in length.alt
    assert {"Weight 1", "Mean 1", "Mean 2", "Sd 1", "Sd 2"} <= set(texts(length))
    # Five parameters and the key.
    assert marks(length, "bayes") == marks(length, "em") == 6


def segments(figure, ink):
    "How many pieces each line in a colour has; lines of one piece are keys, axes and the truth."
    lines = [
        path.get("d").count("M")
        for path in parsed(figure).iter(f"{{{SVG}}}path")
        if f"stroke: var(--{ink}" in (path.get("style") or "")
    ]
    return [count for count in lines if count > 1]


def test_the_zip_has_a_line_for_each_interval_and_strong_ones_for_those_that_miss():
    "Of the methods that are shown; of forty of Wald's 22 miss."
    figure = drawn()["zip"]
    assert segments(figure, "em") == [22, 2]
    assert segments(figure, "bayes") == [2]
    assert segments(figure, "data") == [18, 38, 38, 38]
    assert "Wald: 45.0% ± 7.9 of 40 hold the truth." in figure.alt
    assert "45.0% ± 7.9 hold the truth" in texts(figure)
    assert "weight 1 less the truth" in texts(figure)
    assert "drawn" not in figure.caption


def test_many_intervals_are_thinned_and_the_shares_stay():
    "A tenth of a thousand miss: a tenth of those that are drawn."
    design = Design((Cell(1000),))
    with without_png():
        figure = zipped(performance(design, misses={"wald": 100}, count=1000), study)
    assert segments(figure, "em")[0] == MOST // 10
    assert f"Of each method's intervals {MOST} are drawn, at even steps." in figure.caption
    assert len(figure.svg.encode()) < 60_000


def test_intervals_are_sorted_by_how_far_off_they_are():
    "Those that miss come after those that hold, then those without; half a line is one or other."
    ends = np.array(
        [
            [np.nan, np.nan],
            [0.5, np.inf],
            [1.0, 3.0],
            [-1.0, 2.0],
            [0.0, 0.0],
            [-1.0, 1.0],
            [-np.inf, 1.0],
            [-9.0, -8.0],
        ]
    )
    holds = (ends[:, 0] <= 0) & (ends[:, 1] >= 0)
    found = _sorted(ends)
    assert np.isnan(found[-1]).all()
    held = (found[:, 0] <= 0) & (found[:, 1] >= 0)
    assert held.tolist() == sorted(holds.tolist(), reverse=True)
    assert found[3].tolist() == [-1.0, 2.0]
    rows, centiles = _thinned(np.column_stack([np.arange(1000.0)] * 2))
    assert len(rows) == MOST
    assert rows[:, 0] / 1000 == pytest.approx(centiles, abs=1 / 1000)


def test_failures_are_a_band_that_the_caption_explains():
    "They count as misses, and have no line."
    design = Design((Cell(1000),))
    failing = [
        replace(
            trial,
            estimates={k: replace(e, failure="gate") for k, e in trial.estimates.items()},
        )
        if trial.job.number >= 30 and trial.job.task == "posterior"
        else trial
        for trial in performance(design).trials
    ]
    with without_png():
        figure = zipped(Performance(design, tuple(failing)), study)
    assert "Credible: 70.0% ± 7.2 of 40 hold the truth, 10 are missing." in figure.alt
    assert "A grey band: the method failed" in figure.caption
    assert segments(figure, "data")[-1] == 28
    assert "grey band" not in drawn()["zip"].caption


def test_one_design_has_no_maps_and_no_curves():
    assert names_of(performance(Design((Cell(1000),)))) == ["length", "zip"]


def test_truths_from_the_prior_are_drawn_over_n_alone():
    "They have no separation to put it on."
    design = Design((Cell(100, None, "prior"), Cell(400, None, "prior")))
    assert names_of(performance(design)) == ALL
    assert not any("D = " in text for text in texts(sketches(performance(design))[0]))
    assert "Truths from the prior: n = 100 " in sketches(performance(design))[0].alt


@pytest.mark.parametrize("n_components", [1, 3])
def test_any_number_of_groups_is_drawn(n_components):
    "One has no weight and no separation."
    population = Population(
        (1 / n_components,) * n_components,
        tuple(10.0 * k for k in range(n_components)),
        (3.0,) * n_components,
    )
    cells = tuple(Cell(n, population, "given") for n in (100, 400))
    of = performance(Design(cells, n_components=n_components))
    made = {figure.name: figure for figure in sketches(of)}
    assert list(made) == ALL
    assert ("Weight 1" in texts(made["length"])) is (n_components > 1)
    label = "weight 1" if n_components > 1 else "mean 1"
    assert f"{label} less the truth" in texts(made["zip"])
    assert ("D = 3.3" in texts(made["agree"])) is (n_components > 1)
    assert not any("nan" in figure.alt for figure in made.values())


def test_what_was_not_run_or_always_failed_is_left_out():
    "Without an error, and without figures of nothing."
    design = Design(grid("heights", HEIGHTS, (250, 1000), (1.7,)))
    assert names_of(performance(design, tasks=("fits",))) == [
        "errors", "coverage", "length", "zip",
    ]  # fmt: skip
    assert names_of(performance(design, tasks=("posterior",))) == ["coverage", "zip"]
    assert names_of(Performance(design, ())) == []
    nothing = [
        replace(
            trial,
            estimates={
                k: Estimate(np.full(e.errors.size, np.nan), "collapsed")
                for k, e in trial.estimates.items()
            },
        )
        for trial in performance(design).trials
    ]
    made = sketches(Performance(design, tuple(nothing)))
    assert [figure.name for figure in made] == ["agree", "wald", "coverage"]
    assert texts(made[0]).count("–") == 2
    assert "unknown (too few samples to say)" in made[0].alt
    assert texts(made[1]).count("0.00") == 6


def test_colours_follow_the_page():
    "No colour is left that a dark page could not replace."
    for figure in drawn().values():
        rest = re.sub(r"var\([^)]*\)", "", figure.svg)
        assert not re.search(r"(?:fill|stroke): #", rest)


def test_names_from_a_file_are_shortened():
    "They stand above half a page."
    design = Design(
        tuple(Cell(n, HEIGHTS, "like a very long name of a column <b>\u202e") for n in (100, 400))
    )
    agree = sketches(performance(design))[0]
    assert "<b>" not in agree.svg
    assert "\u202e" not in agree.svg + agree.alt
    assert max(map(len, texts(agree))) < 30


def test_the_book_has_every_word():
    "For each method that is drawn."
    words = study.study_labels(0.9)
    assert set(words.methods) >= {*INTERVALS, *itertools.chain(*ESTIMATES.values())}
    assert words.clearly_below == "clearly below 90%"


def test_a_number_of_values_with_one_separation_has_no_panel_of_its_own():
    "Many values of the heights alone: a tile of the map, and no curve of one point."
    design = Design((*grid("heights", HEIGHTS, (250, 1000), (1.7, 2.5, 4.0)), Cell(20_000)))
    of = performance(design)
    (block,) = blocks(of, range(len(design.cells)))
    assert block.sizes == (250, 1000, 20_000)
    assert [panel.held for panel in errors_shown(of).panels] == [250, 1000]
    assert [panel.held for panel in coverages_shown(of).panels] == [250, 1000]


@pytest.mark.parametrize(
    "design",
    [
        Design((Cell(100, None, "prior"), Cell(400, None, "prior"))),
        Design((Cell(60, Population((1.0,), (3.0,), (2.0,)), "given"),), n_components=1),
    ],
    ids=["prior", "one group"],
)
def test_any_truth_has_its_page(design):
    "Truths from the prior have no separation, one group has no weight."
    with sketched():
        page = render(Study(design, performance(design).trials), "python -m compare.study")
    assert "equally close to the truth" in page.headline
    for text in (page.html, page.markdown):
        assert "nan" not in text.lower()
