"""Every section stands in its place in both pages, with the numbers of the comparison."""

import dataclasses
import re

import numpy as np
import pytest
from handmade import SEPARATE, case, comparison, made, normals
from pages import KINDS, Page, cells, page, report, rows, spoken
from plain import plain_page, sketched
from spoken import findings

from compare.comparison.original import revisit
from compare.findings.standing import standing
from compare.language.en.original import whose
from compare.language.en.terms import LAWS, number, percent
from compare.language.numbers import fixed
from compare.page.report import render


def test_the_sections_stand_in_the_same_order_in_both_pages():
    "What was found, then how far to trust it, then how it was made."
    ids = [a.get("id") or a.get("class") for a in page("overlapping").all("section")]
    assert ids == [
        "found", "table", "fit", "differences", "original", "groups", "apart", "count", "model",
        "prior", "diagnostics", "reproduce",
    ]  # fmt: skip
    heads = re.findall(r"<h2[^>]*>(.*?)</h2>", report("overlapping").html)
    assert heads == re.findall(r"^## (.*)$", report("overlapping").markdown, re.MULTILINE)
    assert len(heads) == 11
    order = [
        "forest",
        "fit",
        "pairs",
        "path",
        "groups",
        "predictive",
        "pit",
        "expected",
        "priors",
        "loglik",
        "ranks",
    ]
    shown = [a["id"].removeprefix("figure-") for a in page("overlapping").all("figure")]
    assert shown == order
    assert (
        re.findall(r"\]\(synthetic-heights/(\w+)\.png\)", report("overlapping").markdown) == order
    )


@pytest.mark.parametrize("name", KINDS)
def test_the_contents_lead_to_every_section(name):
    "In the page, by the names of the sections and in their order."
    parsed = page(name)
    told = [a["id"] for a in parsed.all("section") if "id" in a]
    assert [a["href"] for a in parsed.all("a")] == [f"#{one}" for one in told]
    linked = [text for text, path in zip(parsed.texts, parsed.path, strict=True) if "a" in path]
    heads = [text for text, path in zip(parsed.texts, parsed.path, strict=True) if "h2" in path]
    assert linked == [head for head in heads if "Do not rely" not in head]


@pytest.mark.parametrize("name", KINDS)
def test_both_pages_hold_every_sentence(name):
    "What was found, the verdict and the rest stand in HTML and in Markdown alike."
    of = comparison(name)
    said = [
        findings.headline(of), findings.verdict(of), findings.agreement(of), findings.on_truth(of),
        findings.separation(of), findings.number_of_groups(of), *findings.differences(of),
        *findings.alarms(of), findings.on_climb(of), findings.on_chains(of),
        *findings.cautions(of), findings.on_checks(of), findings.on_loo(of), findings.on_prior(of),
        findings.on_influence(of), findings.on_penalty(of), findings.on_names(of),
        findings.on_humps(of), findings.on_borders(of), findings.on_rivals(of),
    ]  # fmt: skip
    read = " ".join(spoken(report(name).markdown).split())
    for text in filter(None, said):
        assert text in page(name).text
        assert text in read


@pytest.mark.parametrize("name", KINDS)
def test_what_was_found_and_whether_to_believe_it_come_before_the_table(name):
    "The headline first, then the verdict with its mark, then the numbers."
    of = comparison(name)
    for text in (page(name).text, " ".join(spoken(report(name).markdown).split())):
        head, table = text.index(findings.headline(of)), text.index("The two answers, side by side")
        verdict = text.index(findings.verdict(of))
        assert head < verdict < table
        assert text[:verdict].rstrip().endswith(standing(of).value)


@pytest.mark.parametrize("name", ["failing", "lonely", "collapsed"])
def test_a_warning_stands_above_everything_that_it_spoils(name):
    "Every message, before the headline and the table, in a box of its own, in both pages."
    of = comparison(name)
    assert findings.alarms(of)
    text = page(name).text
    read = " ".join(spoken(report(name).markdown).split())
    for told in (findings.warning(of), *findings.alarms(of)):
        for where in (text, read):
            assert where.index(told) < where.index(findings.headline(of))
            assert where.index(told) < where.index("The two answers, side by side")
    (aside,) = page(name).all("aside")
    assert aside["role"] == "alert"
    quoted = [line for line in report(name).markdown.splitlines() if line.startswith(">")]
    assert len(quoted) == 2 + len(findings.alarms(of))


@pytest.mark.parametrize("name", ["overlapping", "separate", "one", "three", "one as two"])
def test_nothing_is_warned_of_where_all_is_well(name):
    "No box, no cross, no word against the numbers."
    assert not page(name).all("aside")
    for text in (report(name).html, report(name).markdown):
        assert "✗" not in text
        assert "Do not rely" not in text
        assert "not to be believed" not in text


def test_a_single_group_has_no_nonsense():
    "No figure of groups, a weight that is always 1, no order of components, no lower and upper."
    text = report("one").html
    assert "groups.png" not in report("one").figures
    assert "figure-groups" not in text
    (weight, mean, sd) = cells(text)
    assert weight == ["weight", "1.00", "", "always 1: there is only one component"]
    assert mean[0] == "mean"
    assert sd[0] == "sd"
    assert len(mean) == len(sd) == 7
    for told in (page("one").text, spoken(report("one").markdown)):
        assert "Which group" not in told
        assert "order of their means" not in told
        assert not re.search(r"\b(lower|upper) (weight|mean|sd|group)\b", told)
        assert "1 component, fitted twice" in told
    assert rows(report("one").markdown, "| Parameter | EM")[0][3:] == ["always 1", "", "", ""]
    checked = rows(report("one").markdown, "| Parameter | R-hat")
    assert [row[0] for row in checked] == ["mean", "sd"]


def test_the_original_report_is_told_of_its_own_heights_only():
    "A section with its numbers for the synthetic heights, none for a file."
    original = revisit(comparison("overlapping"))
    for stop in original.stops:
        row = next(
            row for row in rows(report("overlapping").markdown, "| Numbers")
            if row[0] == whose(stop.whose)
        )  # fmt: skip
        assert row[1] == ", ".join(f"{value:.4f}" for value in stop.mixture.weights)
        assert row[2] == ", ".join(f"{value:.3f}" for value in stop.mixture.means)
        there = "(other heights)" if stop.loglik is None else f"−{-stop.loglik:.3f}"
        assert row[4] == there
    assert "path.png" in report("overlapping").figures
    for name in ("separate", "one", "three", "collapsed"):
        assert "original report" not in report(name).html
        assert "path.png" not in report(name).figures


@pytest.mark.parametrize("name", KINDS)
def test_the_table_shows_the_rows(name):
    "Truth, estimate and error, both intervals, median, sd, and where EM lies, to the digits shown."
    of = comparison(name)
    table = cells(report(name).html)
    assert len(table) == len(of.rows)
    for row, shown in zip(of.rows, table, strict=True):
        label = findings.label(of, row)
        unit = f" ({of.case.unit})" if of.case.unit and row.parameter != "weights" else ""
        assert shown[0] == label + unit
        if of.truth is not None:
            assert float(shown.pop(1)) == row.truth
        if of.n_components == 1 and row.parameter == "weights":
            continue
        width = row.bayes.sd
        estimate, _, error = shown[1].partition(" ± ")
        if of.fit.converged:
            assert estimate == number(row.em.estimate, width)
            assert error == number(row.em.se, width)
            assert shown[2] == f"{number(row.em.lower, width)} to {number(row.em.upper, width)}"
        else:
            assert (error, shown[2]) == ("", "not available")
        assert shown[3:6] == [
            number(row.bayes.median, width),
            number(width, width),
            f"{number(row.bayes.lower, width)} to {number(row.bayes.upper, width)}",
        ]
        inside = "yes" if row.em_in_interval else "no"
        assert shown[6] == f"{inside}, at {100 * row.em_quantile:.0f}%"


@pytest.mark.parametrize("name", KINDS)
def test_both_pages_show_the_same_table(name):
    "Cell by cell, but for the words of the last one."
    table = cells(report(name).html)
    copy = rows(report(name).markdown, "| Parameter |")
    for row, other in zip(table, copy, strict=True):
        for cell, same in zip(row, other, strict=False):
            plain = re.sub(r"\\(.)", r"\1", same)
            assert plain in (cell, cell.replace("at ", ""), "always 1")


@pytest.mark.parametrize("name", KINDS)
def test_the_models_and_the_checks_are_all_listed(name):
    "A row for each model that was tried and each parameter that was checked."
    of = comparison(name)
    models = rows(report(name).markdown, "| Groups")
    assert len(models) == len(of.selection.fits) + len(of.laws)
    for law, row in zip(reversed(of.laws), reversed(models), strict=False):
        assert row[0] == f"1, {LAWS[law.name]}"
        assert (row[2], row[5]) == (str(law.n_parameters), fixed(law.bic, 1))
    for fit, row in zip(of.selection.fits, models, strict=False):
        assert row[0].startswith(str(fit.n_components))
        assert row[2] == str(fit.n_parameters)
        shown = fit.loglik if fit.converged else None
        assert row[3] == ("no maximum" if shown is None else fixed(shown, 3))
        assert row[5] == ("" if shown is None else fixed(fit.bic, 1))
    chosen = [row for row in models if "(this report)" in row[0]]
    assert len(chosen) == 1
    assert chosen[0][0].startswith(str(of.n_components))
    checked = rows(report(name).markdown, "| Parameter | R-hat")
    assert len(checked) == len(of.rows) - (of.n_components == 1)
    for row in checked:
        said = next(r.bayes for r in of.rows if findings.label(of, r) == row[0])
        if np.isfinite(said.rhat):
            assert float(row[1]) == pytest.approx(said.rhat, abs=5e-5)
        else:
            assert row[1] == "not available"
        assert float(row[2].replace(",", "")) == round(said.ess_bulk)


def test_more_tops_than_fit_the_page_are_counted():
    "Six are shown, and the sentence says of how many."
    of = comparison("one")
    top = of.fit.optima[0]
    fit = dataclasses.replace(of.fit, optima=(top,) * 9)
    text = plain_page(dataclasses.replace(of, fit=fit))
    assert "led to 9 different tops, of which the first 6 are shown" in text
    assert len(rows(text, "| Top")) == 6


def test_the_priors_settings_and_times_are_given():
    "How it was made: every prior with its reason, the sampler's settings, versions, seconds."
    of = comparison("overlapping")
    for text in (page("overlapping").text, spoken(report("overlapping").markdown)):
        for prior in of.posterior.settings.priors:
            for part in prior:
                assert part in text
        assert "nutpie, 4 chains of 500 tuning steps and 300 draws, target acceptance 0.9" in text
        assert "Seed of the heights: 666." in text
        assert "em 0.02, total before drawing 1.50" in text
        assert "the draws are in synthetic-heights.nc" in text
    assert "<pre><code>python -m compare.run</code></pre>" in report("overlapping").html
    assert "\n```\npython -m compare.run\n```\n" in report("overlapping").markdown
    alone = report("separate")
    assert "<pre>" not in alone.html
    assert "same command" not in alone.html + alone.markdown
    assert "Seconds" not in alone.html + alone.markdown
    noted = made(case(normals(*SEPARATE)), 1, note="The draws were made again.")
    assert "(at least 0.3). The draws were made again." in page_of(noted).text


def page_of(of):
    return Page(plain_page(of, "report.html"))


@pytest.mark.parametrize("level", [0.5, 0.999])
def test_another_level_is_named_everywhere(level):
    "No 95% is left over from the default, in pages or captions."
    of = made(comparison("one").case, 1, level=level)
    with sketched():
        text = render(of).markdown if level == 0.5 else plain_page(of)
    text = re.sub(r"in 95 of 100 reports|hold 50% and \S+ of them|\(95%\)", "", spoken(text))
    assert f"{percent(level)} credible interval" in text
    assert f"{percent(level)} profile interval" in text
    assert not re.search(r"\b95\s?%", text)
