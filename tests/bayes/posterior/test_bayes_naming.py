"""Naming: what names by mean and by sd cost, and that sds name what only they tell apart."""

import math

import numpy as np
import pytest
from posteriors import around, posterior_of
from scipy import special

import em
from bayes import Naming

ALIKE = em.Mixture([0.4, 0.6], [0.0, 0.1], [1.0, 6.0])
APART = em.Mixture([0.4, 0.6], [0.0, 20.0], [3.0, 1.0])
THREE = em.Mixture([0.3, 0.3, 0.4], [0.0, 0.1, 90.0], [1.0, 6.0, 20.0])


def drawn(mixture, n=150, **how):
    "Draws around a mixture, with values from it."
    return around(em.Sample(mixture.sample(n, 2)[0]), mixture, **how)


def by_the_book(posterior, order):
    "Stephens' loss in loops: the mean over draws and values of sum_k p log(p / q)."
    sample = posterior.sample
    given = []
    rows = (v.reshape(-1, v.shape[-1]) for v in (posterior.weights, posterior.means, posterior.sds))
    for weights, means, sds in zip(*rows, strict=True):
        there = np.argsort(means if order == "mean" else sds)
        density = weights / sds * np.exp(-0.5 * ((sample.values[:, None] - means) / sds) ** 2)
        given.append((density / density.sum(axis=1, keepdims=True))[:, there])
    average = np.mean(given, axis=0)
    lost = [special.rel_entr(p, average).sum(axis=1) @ sample.weights for p in given]
    return np.mean(lost) / sample.n


@pytest.mark.parametrize("mixture", [ALIKE, THREE])
def test_losses_are_those_of_the_book(mixture):
    "Weights of the values count."
    values = mixture.sample(25, 6)[0]
    sample = em.Sample(values, np.where(values > 0.5, 0.1, 5.0))
    posterior = around(sample, mixture, spread=0.3, draws=12, chains=2)
    found = posterior.naming
    assert found.by_mean == pytest.approx(by_the_book(posterior, "mean"), rel=1e-9)
    assert found.by_sd == pytest.approx(by_the_book(posterior, "sd"), rel=1e-9)
    assert found.by_mean > 2 * found.by_sd


def test_groups_that_only_their_sds_tell_apart_are_named_by_these():
    "Two with one mean, also beside a third; not those that lie apart, though their sds differ."
    assert drawn(ALIKE, spread=0.2).naming.order == "sd"
    assert drawn(THREE, spread=0.2).naming.order == "sd"
    assert drawn(APART, spread=0.2).naming.order == "mean"


@pytest.mark.parametrize("between", [0.0, 0.5, 2.0, 10.0])
def test_sds_that_are_nearly_equal_name_nothing(between):
    "Whether the means are apart or not."
    alike = em.Mixture([0.4, 0.6], [0.0, between], [1.0, 1.05])
    assert drawn(alike, spread=0.2).naming.order == "mean"


def test_a_loss_is_nothing_where_all_draws_agree_and_never_more_than_chance():
    "0 for a single draw; log K where names are a toss between groups that share no value."
    one = drawn(ALIKE, draws=1, chains=1).naming
    assert (one.by_mean, one.by_sd) == pytest.approx((0, 0), abs=1e-12)
    turns = np.array([[[-100.0, 100.0]], [[100.0, -100.0]]])
    half, sds = np.full((2, 1, 2), 0.5), np.array([[[1.0, 2.0]], [[1.0, 2.0]]])
    values = np.r_[np.full(5, -100.0), np.full(5, 100.0)]
    toss = posterior_of(em.Sample(values), half, turns, sds, bare=True).naming
    assert toss.by_mean == pytest.approx(0, abs=1e-12)
    assert toss.by_sd == pytest.approx(math.log(2))


def test_losses_depend_neither_on_the_unit_nor_on_the_names_that_the_draws_bear():
    "Millimetres or metres, from another origin, relabelled or not."
    values = ALIKE.sample(100, 2)[0]
    first = around(em.Sample(values), ALIKE, spread=0.2)
    moved = posterior_of(
        em.Sample(1000 * values + 7000), first.weights, 1000 * first.means + 7000, 1000 * first.sds
    )
    for other in (moved, first.relabelled("sd"), first.relabelled("kl")):
        assert other.naming.by_mean == pytest.approx(first.naming.by_mean, rel=1e-6)
        assert other.naming.by_sd == pytest.approx(first.naming.by_sd, rel=1e-6)


def test_some_of_many_draws_and_nodes_in_place_of_many_values_say_the_same():
    "To a hundredth of a nat."
    few, many = drawn(ALIKE, 3000, draws=500), drawn(ALIKE, 3000, draws=5000)
    assert few.naming.by_mean == pytest.approx(many.naming.by_mean, abs=0.01)
    assert few.naming.by_mean == pytest.approx(
        by_the_book(drawn(ALIKE, 3000, draws=50), "mean"), abs=0.03
    )


def test_one_component_costs_nothing():
    "And is named by mean."
    found = drawn(em.Mixture([1.0], [5.0], [2.0])).naming
    assert found == Naming(0.0, 0.0)
    assert found.order == "mean"


@pytest.mark.parametrize(
    ("by_mean", "by_sd", "order"),
    [
        (0.34, 0.003, "sd"),
        (0.30, 0.14, "sd"),
        (0.30, 0.16, "mean"),  # not markedly less
        (0.04, 0.0, "mean"),  # nothing to speak of
        (0.003, 0.34, "mean"),
        (0.2, 0.2, "mean"),
    ],
)
def test_sds_name_groups_where_that_costs_markedly_less(by_mean, by_sd, order):
    "Less than half, and by more than a twentieth of a nat."
    assert Naming(by_mean, by_sd).order == order
