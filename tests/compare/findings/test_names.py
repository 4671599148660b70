"""Groups are named by their means, or by their sds where only these tell them apart."""

import dataclasses
import json
import re

import numpy as np
import pytest
from handmade import (
    ALIKE,
    case,
    compare,
    comparison,
    criticised,
    made,
    normals,
    posterior,
    whole,
    with_draws,
)
from pages import page, report
from spoken import after, findings, said

import em
from bayes import Priors, agreement
from bayes.criticism.sensitivity import agreement as standing
from compare import run
from compare.comparison.naming import chosen_order
from compare.figures import figures
from compare.page.cautions import cautions
from compare.page.document import to_json

THREE = normals((90, 0, 0.5), (90, 0, 3), (60, 30, 8), seed=1)


@pytest.fixture(scope="module")
def three():
    "Two groups with one mean beside a third."
    return criticised(made(case(THREE), 3, spread=0.15))


# ---- which names ----


def test_names_are_by_mean_unless_only_sds_tell_groups_apart(three):
    "By the draws, not by the estimate; a comparison by mean is its own named one."
    assert comparison("alike").names_by == three.names_by == "sd"
    for name in ("overlapping", "separate", "one as two", "one", "three"):
        of = comparison(name)
        assert of.names_by == "mean"
        assert of.named is of
        assert of.rows_by_sd == ()
        assert findings.weights_by_spread(of) == ""


def test_names_that_are_asked_for_are_used():
    "By sd where the means would do, by mean where they do not, and said so."
    of = comparison("separate")
    by_sd = compare(of.fit, of.posterior, case=of.case, criticism=False, names_by="sd")
    assert "The groups are named by their spread, as asked for, and not by their means." in (
        findings.headline(by_sd)
    )
    alike = comparison("alike")
    by_mean = compare(alike.fit, alike.posterior, case=alike.case, criticism=False, names_by="mean")
    by_mean = dataclasses.replace(by_mean, criticism=alike.criticism)
    assert "the lower group holds" in findings.headline(by_mean)
    assert "spread" not in findings.headline(by_mean)
    assert re.search(
        r"Named by their standard deviations, \d+% of the draws would swap some; names by mean "
        r"cost a value 0\.\d+ nats, names by standard deviation 0\.\d+ ",
        findings.on_names(by_mean),
    )
    one = comparison("one")
    assert compare(one.fit, one.posterior, criticism=False, names_by="sd").names_by == "mean"


def test_names_by_sd_take_groups_that_were_alike_before_the_data_and_draws_to_believe():
    "One sd for all, a parameter that was held, priors of one's own, draws that fail: by mean."
    of = comparison("alike")
    assert chosen_order(of.fit, of.posterior) == "sd"
    assert chosen_order(of.fit, of.posterior, priors=Priors()) == "mean"
    equal = em.fit(ALIKE, equal_sds=True)
    held = em.fit(ALIKE, fixed={"means": [0.0, np.nan]})
    spoilt = posterior(of.case.sample, of.fit.mixture, spread=0.08, spoil="diverging")
    assert spoilt.naming.order == "sd"
    assert chosen_order(equal, of.posterior) == "mean"
    assert chosen_order(held, of.posterior) == "mean"
    assert chosen_order(of.fit, spoilt) == "mean"
    with pytest.raises(ValueError, match='one sd for all; name them by "mean"'):
        compare(equal, of.posterior, names_by="sd")


# ---- the same numbers under other names ----


def test_rows_by_sd_are_counted_from_the_draws_under_these_names():
    "And EM's are of its narrower and its wider component; the rows by mean stay as they were."
    of = comparison("alike")
    weights, sds = of.posterior.weights, of.posterior.sds
    narrow = np.take_along_axis(weights, sds.argmin(axis=-1)[..., None], -1)[..., 0]
    row = of.rows_by_sd[0]
    assert (row.name, row.component) == ("weights[0]", 0)
    assert row.bayes.median == np.median(narrow)
    ends = np.quantile(narrow, [0.025, 0.975])
    assert [row.bayes.lower, row.bayes.upper] == pytest.approx(ends, rel=1e-12)
    there = of.fit.mixture.places("sd")
    ends, errors = of.fit.conf_int(order="sd"), of.fit.standard_errors()
    for one in of.rows_by_sd:
        component = there[one.component]
        assert one.em.estimate == getattr(of.fit.mixture, one.parameter)[component]
        assert one.em.se == getattr(errors, one.parameter)[component]
        assert [one.em.lower, one.em.upper] == getattr(ends, one.parameter)[one.component].tolist()
    by_mean = compare(of.fit, of.posterior, case=of.case, criticism=False, names_by="mean")
    assert of.rows == by_mean.rows
    assert of.named.rows == of.rows_by_sd
    assert of.named.named is of.named


def test_the_truth_goes_along():
    "Of the narrower group beside the narrower group."
    truth = em.Mixture([1 / 3, 2 / 3], [-0.01, 0.0], [6, 1])
    of = whole(case(ALIKE, truth=truth), spread=0.08)
    assert [row.truth for row in of.rows_by_sd] == [2 / 3, 1 / 3, 0.0, -0.01, 1, 6]
    assert [row.truth for row in of.rows] == [1 / 3, 2 / 3, -0.01, 0.0, 6, 1]


def test_criticism_by_sd_is_of_the_components_in_that_order():
    "Agreement and other names; what does not depend on names is the same."
    of = comparison("alike")
    found, named = of.criticism, of.named.criticism
    by_sd = of.posterior.relabelled("sd")
    assert named.agreement == agreement(of.fit, by_sd, found.penalised, moved=named.sensitivity)
    assert found.agreement == agreement(of.fit, of.posterior, found.penalised)
    for row in named.agreement.rows:
        kind, place = row.name[:-1].split("[")
        assert row.estimate == getattr(of.fit.mixture.ordered("sd"), kind)[int(place)]
        assert row.penalised == getattr(found.penalised.mixture.ordered("sd"), kind)[int(place)]
    assert [change.order for change in named.labels] == ["mean", "kl"]
    assert named.labels[0] == of.posterior.label_change("mean", "sd")
    assert named.checks is found.checks
    kl = of.posterior.relabelled("kl")
    with pytest.raises(ValueError, match="increasing order of mean or of sd"):
        standing(of.fit, with_draws(kl, means=-kl.means))


# ---- what is said ----


def test_the_headline_has_both_intervals_of_the_narrower_group():
    "Says why it is called so, and gives the spread of each."
    of = comparison("alike")
    told = findings.headline(of)
    assert "Their means are alike, so the groups are named by their spread." in told
    row = of.rows_by_sd[0]
    lower, upper, plow, phigh = after(
        r"95% probability the narrower group holds (\S+) to (\S+) of them, and the likelihood "
        r"alone \(95% profile interval\) allows (\S+) to (\S+)\.",
        told,
    )
    assert [lower, upper] == pytest.approx([100 * row.bayes.lower, 100 * row.bayes.upper], abs=0.5)
    assert (plow, phigh) == (59, 71)
    weights, means, sds = of.fit.mixture.ordered("sd")
    found = re.findall(r"(\S+)% around (\S+) s with standard deviation (\S+) s", told)
    for (share, mean, sd), w, m, s in zip(found, weights, means, sds, strict=True):
        assert float(share) == pytest.approx(100 * w, abs=0.5)
        assert float(mean.replace("−", "-")) == pytest.approx(m, abs=0.005)
        assert float(sd) == pytest.approx(s, abs=0.05)


def test_the_page_speaks_of_narrower_and_wider_groups_and_keeps_its_table_by_mean():
    "No sentence has a lower or an upper group; beneath the table stands what each holds."
    told = said("alike")
    for words in told.values():
        assert not re.search(r"\b(lower|upper) (group|weight|mean|sd)\b", words)
    text = page("alike").text
    assert not re.search(r"\b(lower|upper) group\b", text)
    assert "probability of the wider group" in report("alike").html
    assert "lower weight" in text
    note = findings.weights_by_spread(comparison("alike"))
    assert note in text
    for row in comparison("alike").rows_by_sd[:2]:
        assert f"{100 * row.em.lower:.0f}% to {100 * row.em.upper:.0f}%" in note
        assert f"{100 * row.bayes.lower:.0f}% to {100 * row.bayes.upper:.0f}%" in note


def test_the_section_on_names_tells_what_either_would_cost():
    "By sd here; names by mean swap some; Stephens' would be the same, so there is no caution."
    of = comparison("alike")
    told, losses = findings.on_names(of), of.posterior.naming
    assert "here the groups are named by increasing standard deviation" in told
    swapped = 100 * of.posterior.label_change("mean", "sd").share
    assert after(r"means tell them apart less surely: named by these, (\S+)% of", told) == [
        pytest.approx(swapped, abs=0.5)
    ]
    costs = after(r"by mean cost a value (\S+) nats, names by standard deviation (\S+) ", told)
    assert costs == pytest.approx([losses.by_mean, losses.by_sd], rel=0.05)
    assert "(Stephens 2000) would change nothing worth a mention" in told
    assert not any("Stephens" in words for words in cautions(of))


def test_three_groups_have_a_narrowest_and_a_widest(three):
    "And one between; neighbours, which have a border, are still those by mean."
    told = findings.headline(three)
    assert "Some of their means are alike, so the groups are named by their spread." in told
    assert re.search(r"the (second narrowest|narrowest|widest) group holds", told)
    names = "the narrowest group", "the second narrowest group", "the widest group"
    note = findings.weights_by_spread(three)
    assert [note.index(name) for name in names] == sorted(note.index(name) for name in names)
    assert [row[0] for row in findings.apart_table(three).rows][::3] == [
        "Ashman's D, groups 1 and 2 by mean",
        "Border, groups 2 and 3 by mean",
    ]
    assert [row[0] for row in findings.influence_table(three).rows][:2] == [
        "weight (narrowest)",
        "weight (second narrowest)",
    ]


# ---- whether it can be believed ----


def test_draws_must_pass_under_both_names():
    "A weight that settles by mean and not by sd: asked for by sd, the report is not believed."
    of = comparison("alike")
    rng = np.random.default_rng(2)
    weights = rng.uniform(0.3, 0.7, (4, 300))
    sds = rng.uniform(1, 2, (4, 300, 2))
    # In one chain the larger weight goes with the smaller sd.
    swapped = (sds[2, :, 0] < sds[2, :, 1]) != (weights[2] > 0.5)
    weights[2, swapped] = 1 - weights[2, swapped]
    means = np.sort(rng.normal(0, 1, (4, 300, 2)), axis=-1)
    drawn = with_draws(
        of.posterior, weights=np.stack([weights, 1 - weights], -1), means=means, sds=sds
    )
    by_mean, by_sd = (
        compare(of.fit, drawn, case=of.case, criticism=False, names_by=order)
        for order in ("mean", "sd")
    )
    assert by_mean.ok
    assert not by_sd.ok
    assert "sampler fails 2 checks" in findings.verdict(by_sd)
    assert "not to be believed" in findings.headline(by_sd)
    (alarm, _) = findings.alarms(by_sd)
    assert "the weight of the narrower group" in alarm


# ---- for machines, and from end to end ----


def test_the_document_has_the_names_and_their_parameters():
    "The losses always; parameters by sd where these name the groups; those by mean as ever."
    of = comparison("alike")
    document = json.loads(to_json(of))
    losses = of.posterior.naming
    assert document["names"]["by"] == "sd"
    assert document["names"]["loss"] == {"mean": losses.by_mean, "sd": losses.by_sd}
    for rows, told in (
        (of.rows_by_sd, document["names"]["parameters"]),
        (of.rows, document["parameters"]),
    ):
        assert [one["em"]["lower"] for one in told] == [row.em.lower for row in rows]
        assert [one["bayes"]["upper"] for one in told] == [row.bayes.upper for row in rows]
    plain = json.loads(to_json(comparison("overlapping")))["names"]
    assert (plain["by"], plain["parameters"]) == ("mean", None)
    bare = dataclasses.replace(of, criticism=None)
    assert json.loads(to_json(bare))["names"] == document["names"]


def test_two_groups_with_one_mean_from_end_to_end(tmp_path, capsys, monkeypatch):
    "400 of N(0, 1) and 200 of N(0, 6): a split of 59% to 70% or 71%, not of 35% to 70%."
    file = tmp_path / "errors.csv"
    file.write_text("\n".join(["err", *map(str, ALIKE.tolist())]))
    options = ["--data", str(file), "--out", str(tmp_path), "--draws", "400", "--tune", "300"]
    monkeypatch.setattr(figures, "draw", lambda *_, **__: ())  # looked at elsewhere
    assert run.main(options) == 0
    told, checked = capsys.readouterr().out.splitlines()[:2]
    assert "the sampler passes every check" in checked
    assert "Their means are alike, so the groups are named by their spread." in told
    *bayes, plow, phigh = after(
        r"the narrower group holds (\S+) to (\S+) of them, and the likelihood alone \(95% profile "
        r"interval\) allows (\S+) to (\S+)\.",
        told,
    )
    assert bayes == pytest.approx([59, 70], abs=1)
    assert (plow, phigh) == (59, 71)
    assert json.loads((tmp_path / "errors.json").read_text())["names"]["by"] == "sd"
