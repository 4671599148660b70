"""Relabelling: the same draws under other names, and whether the names matter."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from bayes import LabelChange, Posterior, Settings
from bayes.posterior import relabelling
from em import Mixture, Parameters, Sample

SETTINGS = Settings("nutpie", "fused", 2, 200, 100, 0.9, 1, 0.1, 0.2, (("means", "Normal", ""),))


def posterior(sample, draws, prior=None):
    "A posterior with these draws, each of shape (chain, draw, K), in order of mean."
    draws = Parameters(*map(np.asarray, draws))
    order = np.argsort(draws.means, axis=-1)
    draws = Parameters(*(np.take_along_axis(value, order, -1) for value in draws))
    prior = Parameters(*(value[0, :40] for value in draws)) if prior is None else prior
    rng = np.random.default_rng(0)
    stats = {
        "diverging": np.zeros(order.shape[:2], bool),
        "energy": rng.normal(size=order.shape[:2]),
    }
    return Posterior.from_draws(sample, draws, stats, prior, SETTINGS)


def around(centre, spread, seed=1, draws=200):
    "Independent draws around a mixture, in its components' own order."
    rng = np.random.default_rng(seed)
    shape = (2, draws, centre.n_components)
    weights = rng.dirichlet(40 * centre.weights, shape[:2])
    means = centre.means + spread * rng.normal(size=shape)
    return Parameters(weights, means, centre.sds * np.exp(0.1 * rng.normal(size=shape)))


def sampled(centre, n, seed=2):
    return Sample(centre.sample(n, seed)[0])


# Two groups on nearly the same place, which only their sds tell apart: names by mean are a toss.
SAME_PLACE = Mixture([0.5, 0.5], [0.0, 0.1], [1.0, 6.0])
APART = Mixture([0.4, 0.6], [0.0, 20.0], [3.0, 1.0])
THREE = Mixture([0.3, 0.3, 0.4], [0.0, 1.0, 9.0], [1.0, 4.0, 1.0])
NEAR = posterior(sampled(SAME_PLACE, 150), around(SAME_PLACE, 0.3))
FAR = posterior(sampled(APART, 150), around(APART, 0.3))
OF_THREE = posterior(sampled(THREE, 150), around(THREE, 1.0))


def triples(of):
    "The components of each draw as a set of (weight, mean, sd), whatever their order."
    table = np.stack([of.weights, of.means, of.sds], axis=-1)
    rows = table.reshape(-1, of.n_components, 3)
    return [sorted(map(tuple, row)) for row in rows.tolist()]


@pytest.mark.parametrize("order", relabelling.ORDERS)
@pytest.mark.parametrize("of", [NEAR, FAR, OF_THREE])
def test_relabelled_draws_are_the_same_mixtures(of, order):
    "Weights, means and sds move together, draw by draw, and nothing else changes."
    renamed = of.relabelled(order)
    assert renamed.order == order
    assert triples(renamed) == triples(of)
    np.testing.assert_array_equal(renamed.sample.values, of.sample.values)
    assert renamed.settings == of.settings
    for name in ("diverging", "energy"):
        before, after = (p.data["sample_stats"][name] for p in (of, renamed))
        np.testing.assert_array_equal(before, after)


def test_by_sd_the_sds_increase_in_every_draw():
    "And in every draw from the prior."
    renamed = OF_THREE.relabelled("sd")
    assert np.all(np.diff(renamed.sds, axis=-1) >= 0)
    assert np.all(np.diff(renamed.data["prior"]["sds"], axis=-1) >= 0)
    assert not np.all(np.diff(renamed.means, axis=-1) >= 0)


def test_what_is_relabelled_can_be_put_back_and_is_never_relabelled_twice():
    "Whatever the way there, the draws in order of mean are those of the start."
    for order in relabelling.ORDERS:
        back = OF_THREE.relabelled(order).relabelled("mean")
        for name in Parameters._fields:
            np.testing.assert_array_equal(getattr(back, name), getattr(OF_THREE, name))
    direct, detour = OF_THREE.relabelled("kl"), OF_THREE.relabelled("sd").relabelled("kl")
    np.testing.assert_array_equal(direct.means, detour.means)
    assert OF_THREE.relabelled("mean") is OF_THREE
    assert OF_THREE.order == "mean"


def divergence(shares, names, weights, average):
    "The sum that Stephens (2000) minimises, value by value."
    total = 0.0
    for draw, name in zip(shares, names, strict=True):
        for i, weight in enumerate(weights):
            p = draw[i, list(name)]
            total += weight * float(np.sum(p * np.log(p / average[i])))
    return total


def by_the_book(draws, sample):
    "Algorithm 2 of Stephens (2000) in loops."
    shares = [
        Mixture(*row).responsibilities(sample.values)
        for row in zip(*(v.reshape(-1, v.shape[-1]) for v in draws), strict=True)
    ]
    K = draws.means.shape[-1]
    names, before, sums = [tuple(range(K))] * len(shares), None, []
    while names != before:
        before = names
        named = [p[:, list(name)] for p, name in zip(shares, names, strict=True)]
        average = np.mean(named, axis=0)
        sums.append(divergence(shares, names, sample.weights, average))
        names = [
            min(
                permutations(range(K)),
                key=lambda name, p=p: divergence([p], [name], sample.weights, average),
            )
            for p in shares
        ]
        sums.append(divergence(shares, names, sample.weights, average))
    return names, sums


@pytest.mark.parametrize("centre", [SAME_PLACE, THREE])
def test_kl_names_are_those_of_the_algorithm_by_the_book(centre):
    "Weights of the values count; and the sum that is minimised never grows."
    draws = around(centre, 0.8, seed=5, draws=15)
    values = sampled(centre, 25, seed=6).values
    sample = Sample(values, np.where(np.abs(values) > 1.5, 0.02, 5.0))
    of = posterior(sample, draws)
    names, sums = by_the_book(Parameters(of.weights, of.means, of.sds), sample)
    renamed = of.relabelled("kl")
    expected = np.take_along_axis(of.means, np.reshape(names, of.means.shape), -1)
    np.testing.assert_array_equal(renamed.means, expected)
    assert len(set(names)) > 1
    if centre is THREE:
        unweighted, _ = by_the_book(Parameters(of.weights, of.means, of.sds), Sample(values))
        assert names != unweighted
    assert np.all(np.diff(sums) <= 1e-9)


def test_responsibilities_are_those_of_each_mixture():
    "Draw by draw, as `em.Mixture` has them."
    flat = Parameters(*(v.reshape(-1, 3) for v in (OF_THREE.weights, OF_THREE.means, OF_THREE.sds)))
    sample = OF_THREE.sample
    expected = [Mixture(*row).responsibilities(sample.values).T for row in zip(*flat, strict=True)]
    found = relabelling.responsibilities(flat, sample)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-300)


@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_cheapest_names_are_those_of_the_assignment_problem(K, seed):
    "Trying all permutations and the Hungarian method agree on the price."
    cost = np.random.default_rng(seed).normal(size=(4, K, K))
    found = relabelling._cheapest(cost)
    for one, names in zip(cost, found, strict=True):
        rows, columns = linear_sum_assignment(one)
        assert one[names, np.arange(K)].sum() == pytest.approx(one[rows, columns].sum())
        assert sorted(names) == list(range(K))


def test_kl_names_follow_groups_that_only_their_sds_tell_apart():
    "By mean the two are mixed up; by what they account for each has its own sd."
    mixed, told_apart = NEAR.sds, NEAR.relabelled("kl").sds
    assert np.mean(mixed[..., 0] < mixed[..., 1]) < 0.7
    narrow_first = told_apart[..., 0] < told_apart[..., 1]
    assert narrow_first.all() or not narrow_first.any()


def test_many_values_and_many_draws_are_thinned_to_the_same_names(monkeypatch):
    "Nodes stand for the values, and part of the draws for all when Q is computed."
    sample = sampled(SAME_PLACE, 3000)
    of = posterior(sample, around(SAME_PLACE, 0.3))
    on_nodes = of.relabelled("kl")
    monkeypatch.setattr(relabelling, "TABLE", 30_000)
    thinned = of.relabelled("kl")
    monkeypatch.setattr(relabelling, "TABLE", 1 << 30)
    monkeypatch.setattr(relabelling, "NODES", 10_000)
    in_full = of.relabelled("kl")
    np.testing.assert_array_equal(on_nodes.means, in_full.means)
    np.testing.assert_array_equal(thinned.means, in_full.means)


def test_names_do_not_matter_for_groups_far_apart():
    "Also where the sds come in the other order: that is a change of names in all draws alike."
    by_sd, by_kl = FAR.label_changes
    assert (by_sd.names, by_sd.share, by_sd.shift) == ((1, 0), 0.0, 0.0)
    assert by_sd.sentence == (
        "Naming the components by increasing sd and not by increasing mean puts them in the "
        "order 1, 0, and changes nothing else in any draw: the choice does not matter."
    )
    assert (by_kl.names, by_kl.share, by_kl.matters) == ((0, 1), 0.0, False)
    assert by_kl.sentence == (
        "Naming the components by the values they account for (Stephens 2000) and not by "
        "increasing mean changes nothing in any draw: the choice does not matter."
    )


def test_a_change_of_names_is_undone_before_shifts_are_measured():
    "Also where three components move around in a ring."
    ring = Mixture([0.3, 0.3, 0.4], [0.0, 40.0, 80.0], [6.0, 1.0, 3.0])
    by_sd, _ = posterior(sampled(ring, 100), around(ring, 0.3)).label_changes
    assert (by_sd.names, by_sd.share, by_sd.shift) == ((1, 2, 0), 0.0, 0.0)


def test_share_and_shift_of_the_change_are_counted_by_hand():
    "The share of draws with the rarer names, and the largest move in posterior sds."
    by_sd, by_kl = NEAR.label_changes
    swapped = NEAR.sds[..., 0] > NEAR.sds[..., 1]
    share = min(swapped.mean(), 1 - swapped.mean())
    assert by_sd.share == pytest.approx(share)
    assert by_sd.names == ((1, 0) if swapped.mean() > 0.5 else (0, 1))
    moved = {}
    for name in Parameters._fields:
        before = getattr(NEAR, name)
        # The rarer names are exchanged.
        rare = swapped if swapped.mean() < 0.5 else ~swapped
        after = np.where(rare[..., None], before[..., ::-1], before)
        shift = np.abs(after.mean(axis=(0, 1)) - before.mean(axis=(0, 1)))
        for k, value in enumerate(shift / before.std(axis=(0, 1))):
            moved[f"{name}[{k}]"] = value
    assert by_sd.parameter == max(moved, key=moved.get)
    assert by_sd.shift == pytest.approx(max(moved.values()))
    assert by_sd.matters
    assert by_kl.matters
    assert f"in {100 * share:.2g}% of the draws" in by_sd.sentence
    assert by_sd.sentence.endswith("holds for this way of naming them only.")


@pytest.mark.parametrize(
    ("share", "shift", "words"),
    [
        (0.0004, 0.01, "in less than 0.1% of the draws, and no posterior mean moves by more than"),
        (0.02, 0.1, "moves the posterior mean of sds[1] by 0.10 posterior sds: the choice matters"),
        (0.02, 0.1, "matters little."),
        (0.996, 0.9, "in 100% of the draws"),
        (0.3, 0.9, "by 0.90 posterior sds: the choice matters, and what is said of one"),
    ],
)
def test_the_sentence_says_how_much_names_matter(share, shift, words):
    "In proportion to what they move."
    assert words in LabelChange("kl", (0, 1), share, "sds[1]", shift).sentence


def test_one_component_has_one_name():
    "Every order is the order of means."
    centre = Mixture([1.0], [5.0], [2.0])
    draws = around(centre, 0.1)
    of = posterior(sampled(centre, 30), draws._replace(weights=np.ones_like(draws.means)))
    for change in of.label_changes:
        assert (change.share, change.shift) == (0.0, 0.0)
    np.testing.assert_array_equal(of.relabelled("kl").sds, of.sds)


def test_an_order_is_kept_with_the_file(tmp_path):
    "A loaded posterior knows how its components are named."
    OF_THREE.relabelled("sd").save(tmp_path / "by-sd.nc")
    OF_THREE.save(tmp_path / "by-mean.nc")
    assert Posterior.load(tmp_path / "by-sd.nc").order == "sd"
    assert Posterior.load(tmp_path / "by-mean.nc").order == "mean"


def test_diagnostics_are_those_of_the_renamed_draws():
    "Names by sd part what names by mean mix, so effective draws and intervals are of other groups."
    renamed = NEAR.relabelled("sd")
    assert renamed.interval().sds[0, 1] < renamed.interval().sds[1, 0]
    assert renamed.summary().loc["sds[0]", "mean"] == renamed.sds[..., 0].mean()
    assert np.isfinite(np.concatenate(renamed.diagnostics.rhat)).all()


def test_unknown_orders_are_refused():
    "With the ones there are."
    with pytest.raises(ValueError, match='order "mean", "sd" or "kl", got \'weight\''):
        NEAR.relabelled("weight")


def test_names_can_be_held_against_those_by_sd():
    "What names by mean change then is counted of the components in order of sd."
    by_mean, by_sd = NEAR.label_change("mean", "sd"), NEAR.label_change("sd")
    assert by_mean.share == pytest.approx(by_sd.share)
    assert by_mean.against == "sd"
    named = NEAR.relabelled("sd")
    first = NEAR.sds if by_mean.names == (0, 1) else NEAR.sds[..., ::-1]
    kind, place = by_mean.parameter[:-1].split("[")
    assert kind == "sds"
    sds = named.sds[..., int(place)]
    assert by_mean.shift == pytest.approx(
        abs(first[..., int(place)].mean() - sds.mean()) / sds.std()
    )
    assert by_mean.sentence.startswith(
        "Naming the components by increasing mean and not by increasing sd"
    )
    assert NEAR.label_change("kl", "sd").share == 0.0
