"""How far apart the groups are: EM's values and the posterior's, checked by other routes."""

import dataclasses
import math

import numpy as np
import pytest
from handmade import comparison, with_draws
from pages import rows
from plain import plain_page
from scipy import optimize
from spoken import after, findings, numbers

import em
from compare.comparison.borders import border, quantities, reach

apart_table = findings.apart_table
on_borders = findings.on_borders
on_humps = findings.on_humps


def test_the_border_is_where_both_groups_are_equally_likely():
    "Found between the means; none where one group is likelier at both of them."
    mixture = em.Mixture([0.3, 0.5, 0.2], [0.0, 4.0, 9.0], [1.0, 1.5, 1.0])
    for place in (0, 1):
        found = border(mixture, place)
        shares = mixture.responsibilities([found])[0]
        assert shares[place] == pytest.approx(shares[place + 1], rel=1e-9)
        assert mixture.means[place] < found < mixture.means[place + 1]
    assert math.isnan(border(em.Mixture([0.05, 0.95], [0.0, 1.0], [1.0, 1.0]), 0))


@pytest.mark.parametrize("name", ["overlapping", "separate", "three"])
def test_the_table_shows_em_and_the_posterior(name):
    "Ashman's D and the border of each pair of neighbours, EM's beside median and interval."
    of = comparison(name)
    k = of.n_components
    shown = rows(plain_page(of), "| Quantity")
    assert len(shown) == 2 * (k - 1)
    summary = of.posterior.quantities.summary(of.level)
    for place, cells in enumerate(shown):
        pair = place % (k - 1)
        kind = "ashman" if place < k - 1 else "cutoff"
        row = summary.loc[f"{kind}[{pair}]"]
        by_em = (
            em.ashman(of.fit.mixture)[pair] if kind == "ashman" else border(of.fit.mixture, pair)
        )
        values = [by_em, row["median"], row["lower"], row["upper"]]
        read = [one for cell in cells[1:] for one in numbers(cell)]
        assert read == [pytest.approx(value, abs=0.006 * row["sd"] + 1e-9) for value in values]
        assert ("groups" in cells[0]) == (k > 2)


def test_the_border_of_em_is_the_circle_of_the_figure():
    "The table and the figure of groups mark one place, found twice."
    of = comparison("separate")
    found = optimize.brentq(
        lambda x: of.fit.mixture.responsibilities([x])[0, 1] - 0.5, *of.fit.mixture.means
    )
    assert border(of.fit.mixture, 0) == pytest.approx(found, rel=1e-9)


def test_humps_and_missing_borders_are_told_with_their_shares():
    "The likeliest number of humps first; no word on borders where each draw has one."
    of = comparison("overlapping")
    found = of.posterior.quantities.mode_probabilities
    told = on_humps(of)
    assert "one hump" in told
    assert numbers(told)[0] == round(100 * max(found.values()))
    assert on_humps(comparison("three")) == (
        "In every draw of the posterior the density has three humps."
    )
    assert on_borders(comparison("separate")) == ""
    weights = np.array(of.posterior.weights)
    weights[0] = [0.001, 0.999]
    lost = dataclasses.replace(of, posterior=with_draws(of.posterior, weights=weights))
    gone = np.isnan(lost.posterior.quantities.cutoffs).mean()
    assert gone >= 0.25
    assert after(r"no border in (\S+)% of the draws", on_borders(lost)) == [round(100 * gone)]


def test_a_single_group_has_no_neighbours():
    "No table, no sentence, and one hump for machines."
    one = comparison("one")
    assert apart_table(one) is None
    assert on_humps(one) == on_borders(one) == ""
    assert quantities(one) == {
        "ashman": [], "cutoffs": [], "modes": {"em": 1, "probabilities": {"1": 1.0}},
    }  # fmt: skip


def test_a_fit_without_a_maximum_has_no_values_to_show():
    "EM's column says so; the posterior's stands."
    for cells in apart_table(comparison("collapsed")).rows:
        assert cells[1] == "not available"
        assert numbers(cells[2])


# ---- a narrower group within a wider one ----


@pytest.mark.parametrize("means", [(0.0, 0.1), (1.0, -2.0), (0.0, 9.0)])
def test_between_its_borders_the_narrower_group_is_the_likelier_one(means):
    "Responsibilities are even there; nowhere where the wider group is likelier throughout."
    mixture = em.Mixture([0.6, 0.4], means, (1.0, 6.0))
    ends = reach(mixture.ordered("sd"))
    inside, outside = ends.mean(), ends + np.array([-0.1, 0.1])
    share = mixture.responsibilities([*ends, inside, *outside])[:, mixture.places("sd")[0]]
    assert share[:2] == pytest.approx(0.5, abs=1e-9)
    assert share[2] > 0.5 > share[3:].max()
    never = em.Parameters(np.array([0.01, 0.99]), np.zeros(2), np.array([1.0, 6.0]))
    assert np.isnan(reach(never)).all()


def test_the_table_shows_both_borders_of_the_narrower_group():
    "EM's, and median and interval of the draws; a sentence says what lies between them."
    of = comparison("alike")
    shown = rows(plain_page(of), "| Quantity")
    assert [row[0] for row in shown[1:]] == [
        "Lower border of the narrower group (s)",
        "Upper border of the narrower group (s)",
    ]
    draws = em.Parameters(of.posterior.weights, of.posterior.means, of.posterior.sds)
    flat = zip(*(value.reshape(-1, 2) for value in draws), strict=True)
    drawn = np.array([reach(em.Mixture(*row).ordered("sd")) for row in flat])
    for place, (_, by_em, median, ends) in enumerate(shown[1:]):
        assert numbers(by_em) == [
            pytest.approx(reach(of.fit.mixture.ordered("sd"))[place], abs=0.005)
        ]
        expected = np.quantile(drawn[:, place], (0.5, 0.025, 0.975))
        assert numbers(f"{median} {ends}") == pytest.approx(expected, abs=0.006)
    assert on_borders(of) == (
        "Between its two borders a value is more likely to come from the narrower group, outside "
        "them from the wider one."
    )


def test_draws_without_a_narrower_group_to_see_are_counted():
    "Where it holds so little that the wider one is likelier everywhere."
    of = comparison("alike")
    weights = np.array(of.posterior.weights)
    narrow = of.posterior.sds.argmin(axis=-1)
    weights[0, :30] = np.where(narrow[0, :30, None] == [0, 1], 0.01, 0.99)
    changed = dataclasses.replace(of, posterior=with_draws(of.posterior, weights=weights))
    (part,) = after(
        r"In (\S+)% of the draws the wider group is the likelier one", on_borders(changed)
    )
    assert part == pytest.approx(100 * 30 / 1200, abs=0.51)
