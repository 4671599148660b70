"""Sampling weights, from a file to the page: right where they can be, left out where not."""

import functools
import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from grouped import grouped
from handmade import case, criticised, made, normals, posterior
from pages import Page
from plain import illustrated
from spoken import findings

import bayes
import em
from bayes import Posterior
from bayes.criticism.checks import check
from bayes.criticism.evidence import evidence
from bayes.criticism.loo import loo
from compare import run
from compare.data import reading
from compare.data.cases import Case
from compare.data.origins import Weighted
from compare.data.progress import Progress
from compare.data.reading import Reading, read_cases
from compare.figures import curves, figures
from compare.language import en
from compare.page.overview import at_head, overview_table
from compare.page.report import render_groups
from compare.tables.errors import InputError
from compare.tables.kinds import parquet
from compare.tables.sources import find

LIKELIHOOD = re.compile(r"\bBIC\b|\bAIC\b|\bICL\b|EM-test|profile|leave-one-out|thorough|Pareto")
"""What a page says of a likelihood."""


def surveyed(seed=0, **more):
    "A comparison of two groups by a survey, without criticism."
    values = normals((200, 160, 5), (200, 180, 6), seed=seed)
    weights = np.random.default_rng(seed + 7).lognormal(0, 0.6, 400)
    sample = em.Sample(values, weights, weights_are="sampling")
    of = case(sample, unit="cm", variable="height")
    return made(of, spread=0.08, command="python -m compare.run", **more)


@functools.cache
def comparison():
    return criticised(surveyed())


@functools.cache
def report():
    return illustrated(comparison(), ("forest", "fit", "predictive", "pit", "expected"))


# ---- what a report says ----


def test_the_head_says_that_the_posterior_is_a_pseudo_posterior():
    "With what the rows are worth, even where the draws are not to be believed."
    worth = comparison().case.sample.effective_n
    for told in (findings.cautions(comparison()), findings.cautions(surveyed(spoil="apart"))):
        assert "pseudo-posterior" in told[0]
        assert f"{worth:,.0f} (the effective n)" in told[0]
    assert "pseudo-posterior" in report().markdown.partition("## ")[0]
    assert "pseudo-posterior" in Page(report().html).text


def test_a_survey_is_shown_without_what_takes_a_likelihood():
    "The page names such things where it says that they are left out, and nowhere else."
    text = Page(report().html).text
    for said in (findings.number_of_groups(comparison()), findings.on_checks(comparison())):
        assert said in text
        text = text.replace(said, "")
    text = text.replace(findings.cautions(comparison())[0], "")
    assert not LIKELIHOOD.search(text)
    assert comparison().selection.fits == ()
    assert comparison().em_test is None
    assert comparison().criticism.checks == ()
    assert comparison().criticism.loo is None


def test_intervals_of_a_survey_are_those_of_the_sandwich():
    "In the rows, the table, its explanation and the forest."
    shown, fit = comparison(), comparison().fit
    ends = np.concatenate(fit.conf_int(method="wald"))
    assert [(row.em.lower, row.em.upper) for row in shown.rows] == [tuple(e) for e in ends.tolist()]
    assert {row.em.method for row in shown.rows} == {"wald"}
    text = Page(report().html).text
    assert "95% Wald (sandwich) interval" in text
    assert "Its standard error (se) is that of the sandwich" in text
    assert "Wald interval" in report().markdown
    assert "Wald interval" in findings.headline(shown)


def test_the_figures_of_a_survey_hold_no_replicates():
    "Neither replicated data sets nor leave-one-out; the others are there."
    names = {name.removesuffix(".png") for name in report().figures}
    assert names == {"forest", "fit", "expected"}


def test_numbers_that_a_survey_does_not_have_are_null():
    "In JSON criteria are null, and the effective n stands by itself; without weights that is null."
    told = json.loads(report().json)
    assert told["em"]["aic"] is None
    assert told["em"]["bic"] is None
    assert told["sampling_weights"] == {"effective_n": comparison().case.sample.effective_n}
    assert told["criticism"]["loo"] is None
    assert told["criticism"]["checks"] == []
    plain = made(case(normals((90, 10, 1), (110, 20, 1.5))))
    assert json.loads(plain.to_json())["sampling_weights"] is None


def test_a_single_group_of_a_survey_has_a_wald_interval_where_the_draws_are_bad():
    "And is not told how many groups BIC prefers."
    values = normals((200, 160, 5))
    weights = np.random.default_rng(7).lognormal(0, 0.6, 200)
    of = case(em.Sample(values, weights, weights_are="sampling"))
    told = findings.headline(made(of, 1, spread=0.08, spoil="apart"))
    assert told.endswith("the brackets being 95% Wald intervals.")


def test_parts_of_a_survey_are_not_held_against_each_other(monkeypatch):
    "The overview says so, has the effective n where the groups by BIC stood, and no contrasts."
    parts = grouped(("north", surveyed(1)), ("south", surveyed(2)))
    assert parts.contrasts.n_compared == 0
    assert "pseudo-posteriors" in at_head(parts, en).cautions[0]
    table = overview_table(parts, ["a", "b"], en).said
    assert table.head[-1] == "Effective n"
    worth = parts.parts[0].comparison.case.sample.effective_n
    assert table.rows[0].others[-1] == f"{worth:,.0f}"
    monkeypatch.setattr(figures, "draw", lambda *_, **__: ())  # looked at elsewhere
    text = Page(render_groups(parts).html).text
    assert "The parts are not held against each other" in text
    assert "clearly differ" not in text
    assert "second look" not in at_head(parts, en).cautions[0]


# ---- the posterior ----


def test_a_pseudo_posterior_knows_its_rows_when_it_is_read_again(tmp_path):
    "Saved and loaded: weights, number, ties and what standard errors take."
    values, weights = np.round(normals((60, 0, 1), (80, 6, 1))), np.linspace(1, 4, 140)
    sample = em.Sample(values, weights, weights_are="sampling")
    fit = em.fit(sample, 2)
    said = posterior(fit.data, fit.mixture)
    said.save(tmp_path / "p.nc")
    for one in (said, Posterior.load(tmp_path / "p.nc")):
        assert one.is_pseudo
        assert repr(one).startswith("Pseudo-posterior(")
        assert one.sample.n == 140
        assert one.sample.effective_n == pytest.approx(sample.effective_n, rel=1e-12)
        assert one.sample.recorded.tolist() == sample.collapse().recorded.tolist()
        again = em.fit(one.sample, 2).standard_errors().means
        assert again == pytest.approx(fit.standard_errors().means, rel=1e-9)
    counted = posterior(em.Sample(values), fit.mixture)
    assert not counted.is_pseudo
    assert repr(counted).startswith("Posterior(")


def test_nodes_of_a_survey_without_their_rows_have_no_standard_errors():
    "They are refused in one line; the likelihood they have."
    values, weights = normals((1500, 0, 1), (1500, 6, 1)), np.linspace(1, 4, 3000)
    fit = em.fit(em.Sample(values, weights, weights_are="sampling"), 2)
    assert fit.data.bins is not None
    seen = posterior(fit.data, fit.mixture).sample
    assert seen.weights_are == "sampling"
    assert seen.collapse().n == 3000
    with pytest.raises(ValueError, match="fit the data themselves"):
        em.fit(seen, 2).standard_errors()


def test_bayes_draws_from_the_pseudo_posterior_and_keeps_to_it():
    "Weights that differ pull the groups; evidence, leave-one-out and checks are refused."
    values = normals((100, 0, 1), (100, 8, 1))
    weights = np.where(values > 4, 3.0, 1.0)
    drawn = bayes.fit(
        em.Sample(values, weights, weights_are="sampling"),
        seed=1,
        draws=300,
        tune=300,
        mending=False,
    )
    assert drawn.is_pseudo
    assert drawn.weights[..., 1].mean() == pytest.approx(0.75, abs=0.02)
    for refused in (evidence, loo, lambda one: bayes.compare_components({2: one})):
        with pytest.raises(ValueError, match=r"^expected counts for .*, got sampling weights"):
            refused(drawn)
    checks = check(drawn)
    assert len(checks) == 7
    assert not any(one.made for one in checks)
    assert all(one.why_not == "weighted" for one in checks)


def test_bayes_asks_about_counts_that_are_none():
    "As em.fit does, before anything is sampled."
    values = normals((100, 0, 1))
    with pytest.raises(ValueError, match=r'say what the weights are: .*weights_are="shares"'):
        bayes.fit(em.Sample(values, np.full(100, 0.01)))


# ---- the command line ----


def written(folder, scale=1.0, digits=0):
    "A table of ages with their shares, and absurd ages of share zero; and the counts behind it."
    values = np.round(normals((300, 20, 3), (300, 35, 5)), digits)
    ages, counts = np.unique(values, return_counts=True)
    shares = np.round(counts / 600, 8) * scale
    rows = [*zip(ages, shares, strict=True), (1e9, 0), (-77, 0)]
    path = folder / "ages.csv"
    path.write_text("age,w\n" + "".join(f"{a:g},{w:.12g}\n" for a, w in rows))
    return path, em.Sample(ages, counts)


def answer(capsys, *arguments):
    "The exit status, and what the command says on standard error."
    status = run.main([str(one) for one in arguments])
    return status, capsys.readouterr().err


@pytest.mark.parametrize(("scale", "digits"), [(1, 0), (1.01, 0), (1e-300, 0), (100, 1)])
def test_shares_in_a_file_are_asked_about_in_one_line(tmp_path, capsys, scale, digits):
    "With the options that decide, and exit 2; percentages of many values as well."
    path, sample = written(tmp_path, scale, digits)
    status, said = answer(capsys, "--data", path, "--column", "age", "--weights", "w")
    assert status == 2
    assert said.count("\n") == 1
    for word in ("--weights-are shares --total N", "--weights-are sampling", f"{len(sample)} diff"):
        assert word in said
    assert not (tmp_path / "reports").exists()


def test_who_says_that_weights_are_counts_is_believed_unless_nothing_can_be_fitted(
    tmp_path, capsys
):
    "Sums of one carry no two groups; sums of ten do, though each value counts for less than one."
    path, sample = written(tmp_path)
    asked = ["--data", path, "--column", "age", "--weights", "w", "--weights-are", "counts"]
    status, said = answer(capsys, *asked)
    assert status == 2
    assert "2 components need counts that sum to at least 4, got 1" in said
    path, _ = written(tmp_path, scale=10)
    (read,) = read_cases(Reading(find(path), "age", weights="w", weights_are="counts"), Progress())[
        0
    ]
    assert read.sample.n == pytest.approx(10, rel=1e-6)
    with pytest.raises(InputError, match=f"weights of {len(sample)} different values sum to 10"):
        read_cases(Reading(find(path), "age", weights="w"), Progress())


@pytest.mark.parametrize("weight", ["1e16", "1e35", "1e140", "1e200"])
def test_weights_too_large_to_count_get_one_line(tmp_path, capsys, weight):
    "And no traceback."
    path = tmp_path / "large.csv"
    path.write_text("x,w\n" + "".join(f"{x},{weight}\n" for x in range(30)))
    status, said = answer(capsys, "--data", path, "--column", "x", "--weights", "w")
    assert status == 2
    assert said.count("\n") == 1
    assert "weights" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--weights-are", "sampling"], ["--weights-are", "--weights"]),
        (["--total", "600"], ["--total", "--weights-are shares"]),
        (["--weights", "w", "--weights-are", "shares"], ["--total 600"]),
        (["--weights", "w", "--weights-are", "counts", "--total", "5"], ["--weights-are shares"]),
        (["--weights", "w", "--weights-are", "shares", "--total", "0"], ["--total", "'0'"]),
        (["--weights", "w", "--weights-are", "shares", "--total", "many"], ["'many'"]),
        (["--weights", "w", "--weights-are", "percent"], ["percent", "counts", "sampling"]),
    ],
    ids=str,
)
def test_what_is_said_of_weights_on_the_command_line_must_fit_together(
    tmp_path, capsys, options, words
):
    "One line that names the option, exit 2."
    path, _ = written(tmp_path)
    status, said = answer(capsys, "--data", path, "--column", "age", *options)
    assert status == 2
    assert said.count("\n") == 1
    assert all(word in said for word in words)


def test_weights_are_of_files(capsys):
    "The synthetic heights have none."
    for options in (["--weights-are", "sampling"], ["--total", "5"]):
        status, said = answer(capsys, *options)
        assert status == 2
        assert f"{options[0]} describes a file" in said


def read(path, column="age", **options):
    return read_cases(Reading(find(path), column, weights="w", **options), Progress())[0]


def test_shares_with_their_total_are_read_as_counts(tmp_path):
    "From a small file, in the Python call, and the source says so; weight zero is not there."
    path, counts = written(tmp_path)
    (found,) = read(path, weights_are="shares", total=600)
    direct = Case.from_csv(path, "age", "w", weights_are="shares", total=600)
    for one in (found, direct):
        assert one.sample.values.tolist() == counts.values.tolist()
        assert one.sample.weights.tolist() == counts.weights.tolist()
        assert one.source.weights == Weighted("w", "shares", 600)
    with pytest.raises(InputError, match="--weights-are shares --total N"):
        Case.from_csv(path, "age", "w")


def test_groups_share_what_all_shares_are_shares_of(tmp_path):
    "The total is that of the file, and a group has its part of it."
    path = tmp_path / "groups.csv"
    rows = [(x, 0.001 if x % 3 else 0.002, "ab"[x % 2]) for x in range(600)]
    path.write_text("age,w,g\n" + "".join(f"{x},{w},{g}\n" for x, w, g in rows))
    found = read(path, by="g", weights_are="shares", total=8000)
    assert [one.group for one in found] == ["a", "b"]
    assert [one.sample.n for one in found] == [4000, 4000]
    assert found[0].sample.weights[:3].tolist() == [20, 10, 10]


def test_a_survey_is_read_row_by_row(tmp_path):
    "Rows of weight zero are gone, ties are not: each row keeps its weight."
    path = tmp_path / "survey.csv"
    path.write_text("age,w\n20,900\n20,100\n1e9,0\n31,200\n40,800\n50,5\n")
    (found,) = read(path, weights_are="sampling")
    assert found.sample.weights_are == "sampling"
    assert found.sample.n == 5
    assert found.sample.values.tolist() == [20, 20, 31, 40, 50]
    assert found.sample.weights == pytest.approx(np.array([900, 100, 200, 800, 5]) / 401)
    assert found.source.weights == Weighted("w", "sampling", None)


@pytest.fixture
def pieces(tmp_path, monkeypatch):
    "A folder of two files that are too large to be kept, with shares of 10,000 values."
    for module, name, value in ((reading, "IN_MEMORY", 0),):
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(parquet, "ROWS", 1000)
    monkeypatch.setattr(em.data.sketch, "MOST_POINTS", 600)
    folder = tmp_path / "parts"
    folder.mkdir()
    values = normals((2000, 0, 1), (3000, 8, 1))
    for place, part in enumerate(np.array_split(values, 2)):
        table = pa.table({"age": part, "w": np.full(part.size, 1 / 5000)})
        pq.write_table(table, folder / f"{place}.parquet", row_group_size=1000)
    return folder


def test_shares_in_many_files_are_scaled_when_all_were_read(pieces):
    "The nodes, their number, and what an exact second pass reads."
    (found,) = read(pieces, weights_are="shares", total=5000)
    assert found.sample.bins is not None
    assert found.sample.n == pytest.approx(5000, rel=1e-12)
    assert sum(piece.n for piece in found.pieces()) == pytest.approx(5000, rel=1e-9)
    fit = em.fit(found.sample, 2)
    assert fit.mixture.weights == pytest.approx([0.4, 0.6], abs=1e-3)
    assert fit.certify(found.pieces()).relative_error < 1e-9


def test_a_survey_too_large_to_be_kept_is_refused_by_its_option(pieces):
    "One line says what it takes, before the files are read."
    with pytest.raises(InputError, match=r"--weights-are sampling needs all rows in memory"):
        read(pieces, weights_are="sampling")
    with pytest.raises(InputError, match=r"sum to 1, .*--weights-are shares --total N"):
        read(pieces)


def test_dask_takes_counts_and_shares_and_refuses_sampling_weights():
    "Shares as counts of their total; sampling weights need all rows at once."
    da = pytest.importorskip("dask.array")
    values = da.from_array(np.round(normals((300, 0, 1)), 1), chunks=100)
    weights = da.full(300, 0.25, chunks=100)
    found = em.Sample.from_dask(values, weights, weights_are="shares", total=300)
    assert found.weights.tolist() == em.Sample.from_dask(values).weights.tolist()
    with pytest.raises(ValueError, match='got "sampling", which needs all rows at once'):
        em.Sample.from_dask(values, weights, weights_are="sampling")
    with pytest.raises(ValueError, match="got none; pass weights="):
        em.Sample.from_dask(values, weights_are="shares", total=300)


@pytest.mark.parametrize("factor", [1e-200, 1e140])
def test_values_of_a_size_that_no_page_can_show_are_not_called_constant(tmp_path, capsys, factor):
    "One line asks for another unit, and compare refuses them likewise."
    values = normals((50, 0, 1), (50, 8, 1)) * factor
    path = tmp_path / "far.csv"
    path.write_text("x\n" + "".join(f"{x!r}\n" for x in values.tolist()))
    status, said = answer(capsys, "--data", path)
    assert status == 2
    assert "give the values in another unit" in said
    assert "constant" not in said
    fit = em.fit(values, 2)
    with pytest.raises(ValueError, match="give the values in another unit"):
        made(case(values), fit=fit, center=fit.mixture)


def test_a_value_of_weight_zero_moves_no_prior_and_no_axis():
    "The default priors, the view of the histogram and its bins are those of what counts."
    values, weights = normals((200, 160, 5), (200, 180, 6)), np.linspace(1, 2, 400)
    plain = em.Sample(values, weights)
    padded = em.Sample(np.append(values, [1e9, 0.123]), np.append(weights, [0.0, 0.0]))
    told = [bayes.Priors.weakly_informative(one, 2).describe() for one in (padded, plain)]
    assert told[0] == told[1]
    assert curves.view(padded) == curves.view(plain)
    seen = curves.view(plain)
    for one, other in zip(
        curves.histogram(padded, seen, np.inf), curves.histogram(plain, seen, np.inf), strict=True
    ):
        assert one.tolist() == other.tolist()
