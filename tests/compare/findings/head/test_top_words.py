"""Where EM's best maximum holds little of the posterior, the head and the table of tops say so."""

import dataclasses
import json

import numpy as np
import pytest
from handmade import case, comparison, criticised, made, normals
from pages import rows, spoken
from plain import plain_page
from spoken import findings

import em
from bayes.criticism.tops import TopShares
from compare.findings.fits.tops import held_by_top
from compare.findings.standing import Standing, standing
from compare.findings.terms import ShareOfDraws
from compare.page.document import to_json

headline, verdict = findings.headline, findings.verdict


def with_shares(shares, elsewhere=0.0, wider=None):
    "Separate groups as if EM had found other maxima as well, each with its share."
    of = comparison("separate")
    best = of.fit.optima[0]
    mixture = em.Mixture([0.25, 0.75], [12.0, 19.0], [5.0, 2.0])
    others = [em.Optimum(mixture, best.loglik - 1, 3, em.Status.CONVERGED)] * (len(shares) - 1)
    fit = dataclasses.replace(of.fit, optima=(best, *others))
    tops = TopShares(np.array(shares), elsewhere, 500, None if wider is None else np.array(wider))
    return dataclasses.replace(of, fit=fit, criticism=dataclasses.replace(of.criticism, tops=tops))


def test_a_maximum_beside_the_posterior_is_told_at_the_head_and_gets_no_tick():
    "With its share, and where most of the posterior is."
    of = with_shares([0.012, 0.988])
    assert (
        "EM's maximum holds about 1.2% of the posterior: most of it lies around a lower one, 25% "
        "at 12.00 pt (sd 5.00 pt) and 75% at 19.00 pt (sd 2.00 pt)."
    ) in headline(of)
    assert headline(of).startswith("EM splits ")
    assert standing(of) is Standing.OPEN
    assert "EM's maximum and the posterior are at different places." in verdict(of)


@pytest.mark.parametrize(
    ("shares", "elsewhere", "told"),
    [
        ([0.0, 1.0], 0.0, "holds under 0.6% of the posterior: most of it lies around a lower one"),
        ([0.05, 0.45, 0.42], 0.08, "holds about 5.0% of the posterior: 45% of it lies around a lo"),
        ([0.05, 0.15], 0.8, "most of it lies where the likelihood has no maximum."),
    ],
)
def test_where_most_of_the_posterior_is(shares, elsewhere, told):
    "Around another top, more or less of it, or around none."
    assert told in headline(with_shares(shares, elsewhere))


def test_a_maximum_with_its_share_keeps_its_tick():
    "Nothing is said where it holds a tenth or more, or where the draws are not to be believed."
    assert "EM's maximum holds" not in headline(with_shares([0.1, 0.9]))
    assert standing(with_shares([0.1, 0.9])) is Standing.GOOD
    of = with_shares([0.01, 0.99])
    failing = dataclasses.replace(of, posterior=comparison("failing").posterior)
    assert "EM's maximum holds" not in headline(failing)
    assert findings.on_shares(failing) == ""


def test_the_table_of_tops_has_their_shares():
    "Under the default prior and a wider one, in both pages and in the JSON; the rest beneath."
    of = with_shares([0.9, 0.04], 0.06, [0.7, 0.1])
    markdown = plain_page(of)
    table = rows(markdown, "| Top | weights |")
    assert [row[-2:] for row in table] == [["90%", "70%"], ["4.0%", "10%"]]
    assert '<th scope="col">under a wider prior</th>' in plain_page(of, "report.html")
    told = findings.on_shares(of)
    assert "(500 draws), and of the posterior under priors" in told
    assert "6% of it leads to no maximum in the table" in told
    assert told in spoken(markdown)
    found = json.loads(to_json(of))["criticism"]["tops"]
    assert found == {"shares": [0.9, 0.04], "elsewhere": 0.06, "draws": 500, "wider": [0.7, 0.1]}
    alone = with_shares([0.9, 0.1])
    assert held_by_top(alone, 1) == (ShareOfDraws(0.1, 500), None)
    assert "twice as wide" not in findings.on_shares(alone)


def test_the_shares_are_those_of_the_draws():
    "All draws lie around the best maximum, so it holds all of them."
    values = np.append(normals((45, 10, 1), (55, 20, 1.5)), [3.0, 3.3, 33.0, 33.4])
    of = criticised(made(case(values)))
    regular = [top for top in of.fit.optima if top.status is em.Status.CONVERGED]
    assert len(regular) > 1
    assert of.criticism.tops.shares[0] == 1
    assert of.criticism.tops.wider is not None
