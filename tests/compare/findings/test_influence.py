"""Who speaks, the data or the prior: the sentences and the table follow the numbers."""

import dataclasses
import functools

import numpy as np
import pytest
from drawn import texts
from handmade import SEPARATE, compare, comparison, fitted, normals
from pages import rows
from plain import plain_page
from posteriors import around
from spoken import after, findings

import em
from bayes.criticism.sensitivity import Sensitivity
from compare.comparison.parameters import free_rows
from compare.figures import figures
from compare.findings.criticism.influence import influence
from compare.findings.terms import Parameter
from compare.language.en.terms import parameter
from compare.page.cautions import cautions

conflicts = findings.conflicts
influence_table = findings.influence_table
on_influence = findings.on_influence
on_penalty = findings.on_penalty
on_prior = findings.on_prior


@functools.cache
def many():
    "Two groups that the data settle."
    sample = em.Sample(normals(*SEPARATE))
    fit = fitted(sample, 2)
    return compare(fit, around(sample, fit.mixture))


def pulled(of, **moves):
    "The comparison with other sensitivities, (prior, likelihood) by parameter."
    found = [
        dataclasses.replace(
            row, **dict(zip(("prior", "likelihood"), moves.get(row.name, (0, 1)), strict=True))
        )
        for row in of.criticism.sensitivity.rows
    ]
    moved = Sensitivity(tuple(found))
    told = {row.name: row for row in found}
    standing = dataclasses.replace(
        of.criticism.agreement,
        rows=tuple(
            dataclasses.replace(row, sensitivity=told[row.name])
            for row in of.criticism.agreement.rows
        ),
    )
    changed = dataclasses.replace(of.criticism, sensitivity=moved, agreement=standing)
    return dataclasses.replace(of, criticism=changed)


def test_the_table_says_who_speaks_on_each_free_parameter():
    "The second of two weights has no row; the ratio is that of the two sds."
    of = many()
    shown = rows(plain_page(of), "| Parameter | who speaks")
    assert len(shown) == len(free_rows(of)) == 5
    prior = of.posterior.data["prior"]
    for row, cells in zip(free_rows(of), shown, strict=True):
        standing = next(one for one in of.criticism.agreement.rows if one.name == row.name)
        assert cells[1] == standing.speaks
        before = prior[row.parameter].to_numpy()[..., row.component].std()
        assert float(cells[2]) == pytest.approx(row.bayes.sd / before, rel=0.06)
        moved = of.criticism.sensitivity[row.name]
        assert [float(cell) for cell in cells[3:]] == [
            pytest.approx(moved.prior, abs=0.0051), pytest.approx(moved.likelihood, abs=0.0051),
        ]  # fmt: skip


def test_the_sentence_names_few_parameters_and_counts_many():
    "All of them, one by its name, or so many of five."
    of = many()
    told = on_influence(pulled(of))
    assert told.startswith("The data alone decide on every parameter.")
    assert told.endswith("would hardly move any of them.")
    one = pulled(of, **{"sds[0]": (0.2, 0.01)})
    told = on_influence(one)
    moved = [one.parameter.kind for one in influence(one).standings if one.speaks == "prior"]
    assert moved == ["sds"]
    lower = parameter(Parameter.of(of, next(r for r in of.rows if r.name == "sds[0]")))
    assert "The data alone decide on four of the five parameters; the prior decides on" in told
    assert told.endswith(f"The prior moves {lower}, and the data hardly do.")
    both = pulled(of, **{"means[0]": (0.2, 0.3), "means[1]": (0.2, 0.3)})
    assert "Prior and data both move the mean of the lower group and the mean of the" in (
        on_influence(both)
    )
    assert conflicts(pulled(of)) == ()


def test_a_prior_that_speaks_is_said_at_the_head():
    "Both kinds in one line; the weight that follows from the other is not counted."
    of = pulled(many(), **{"sds[0]": (0.2, 0.01), "means[0]": (0.2, 0.3)})
    (told,) = [text for text in cautions(of) if "prior" in text.lower()]
    assert told == " ".join(conflicts(of))
    assert len(conflicts(of)) == 2
    assert told in plain_page(of)
    only = pulled(many(), **{"weights[1]": (0.2, 0.01)})
    assert conflicts(only) == ()


def test_a_prior_that_is_not_known_is_no_obstacle():
    "Without its sensitivity the table is narrower, and the text says what is missing."
    of = comparison("three")
    assert of.criticism.sensitivity is None
    assert influence_table(of).head == ("Parameter", "who speaks", "posterior sd / prior sd")
    assert on_influence(of).endswith("it takes the prior itself and draws that vary.")
    assert influence_table(comparison("collapsed")) is None


def test_what_the_prior_expected_is_told_and_drawn():
    "The sentence with true minus signs; the data and the prior in one figure, with the unit."
    of = comparison("three")
    told = on_prior(of)
    ends = of.criticism.prior_predictive.quantiles((0.025, 0.975))
    assert after(r"values between (\S+) and (\S+),", told) == [
        pytest.approx(end, rel=1e-3) for end in ends
    ]
    assert "−" in told
    assert "-" not in told
    figure = figures.expected(of)
    assert told in figure.alt
    assert {"size (m)", "density (per m)", "the data", "the prior on average"} <= set(texts(figure))
    assert figures.expected(dataclasses.replace(of, criticism=None)) is None


def test_the_penalised_fit_is_told_in_standard_errors():
    "By how much it moves the furthest; where EM has no maximum, where the penalty finds one."
    of = comparison("overlapping")
    penalised = of.criticism.penalised.mixture
    furthest = max(
        abs(getattr(penalised, row.parameter)[row.component] - row.em.estimate) / row.em.se
        for row in free_rows(of)
    )
    shown = after(r"no estimate moves by more than (\S+) standard errors\.", on_penalty(of))
    assert shown == [pytest.approx(max(furthest, 0.01), abs=0.0051)]
    told = on_penalty(comparison("collapsed"))
    found = comparison("collapsed").criticism.penalised.mixture
    assert "EM has a maximum: " in told
    assert np.allclose(after(r"(\S+)% around", told), 100 * found.weights[0], atol=0.6)
    elsewhere = dataclasses.replace(of.criticism.penalised, mixture=em.Mixture(
        penalised.weights, penalised.means - 9, penalised.sds,
    ))  # fmt: skip
    changed = dataclasses.replace(of.criticism, penalised=elsewhere)
    assert "EM ends elsewhere" in on_penalty(dataclasses.replace(of, criticism=changed))
