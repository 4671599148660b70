"""Figures of comparisons made by hand, for tests, and how to read what is drawn."""

import contextlib
from types import SimpleNamespace
from unittest import mock
from xml.etree import ElementTree as ET

import numpy as np
import xarray as xr
from once import once
from plain import sketched

from compare.comparison.original import Mark
from compare.comparison.table import BayesEstimate, Comparison, EmEstimate, Row
from compare.data.cases import Case
from compare.figures import drawing, figures
from em import Mixture, Sample

SVG = "http://www.w3.org/2000/svg"

TWO = Mixture([0.4, 0.6], [164.0, 176.0], [6.0, 8.0])


def posterior(mixture, *, chains=4, draws=100, seed=0):
    "Draws around a mixture, sorted by mean, with a prior: no sampler, but the real one's shapes."
    rng = np.random.default_rng(seed)
    k, shape = mixture.n_components, (chains, draws, mixture.n_components)
    weights = np.exp(np.log(mixture.weights) + 0.2 * rng.standard_normal(shape))
    weights /= weights.sum(axis=-1, keepdims=True)
    means = mixture.means + 0.15 * mixture.sds * rng.standard_normal(shape)
    sds = mixture.sds * np.exp(0.1 * rng.standard_normal(shape))
    order = np.argsort(means, axis=-1)
    kept = [np.take_along_axis(values, order, -1) for values in (weights, means, sds)]
    spread = mixture.sd
    prior = (
        rng.dirichlet(np.full(k, 2.0), (1, 1000)),
        np.sort(rng.normal(mixture.mean, 1.5 * spread, (1, 1000, k)), axis=-1),
        np.exp(rng.normal(np.log(spread / 2), 1.0, (1, 1000, k))),
    )
    groups = {
        name: xr.Dataset(
            {
                parameter: (("chain", "draw", "k"), drawn)
                for parameter, drawn in zip(("weights", "means", "sds"), values, strict=True)
            }
        )
        for name, values in (("posterior", kept), ("prior", prior))
    }
    return SimpleNamespace(
        diagnostics=SimpleNamespace(by_sequential=False),
        weights=kept[0],
        means=kept[1],
        sds=kept[2],
        n_components=k,
        order="mean",
        data=xr.DataTree.from_dict(groups),
    )


def rows(mixture, drawn, truth, level):
    for parameter in ("weights", "means", "sds"):
        for component, estimate in enumerate(getattr(mixture, parameter).tolist()):
            x = getattr(drawn, parameter)[..., component]
            lower, upper = np.quantile(x, [(1 - level) / 2, (1 + level) / 2]).tolist()
            sd = float(x.std())
            yield Row(
                name=f"{parameter}[{component}]",
                parameter=parameter,
                component=component,
                truth=None if truth is None else float(getattr(truth, parameter)[component]),
                em=EmEstimate(estimate, sd, estimate - 1.9 * sd, estimate + 2.1 * sd, "profile"),
                bayes=BayesEstimate(
                    float(x.mean()), float(np.median(x)), sd, lower, upper, 1.002, 800.0, 900.0
                ),
                em_in_interval=lower <= estimate <= upper,
                em_quantile=float(np.mean(x < estimate)),
            )


def made(mixture=TWO, *, sample=None, truth=None, unit="cm", variable="height", **settings):
    "A comparison made by hand."
    if sample is None:
        sample = Sample((truth or mixture).sample(500, 1)[0])
    drawn = posterior(mixture, **settings)
    history = np.array([-1805.0, -1790.0, -1788.9, -1788.5, -1788.37, -1788.3651, -1788.36508])
    fit = SimpleNamespace(
        sample=sample,
        mixture=mixture,
        n_components=mixture.n_components,
        loglik=float(history[-1]),
        history=history,
        status=SimpleNamespace(name="CONVERGED", message="converged: the score is zero"),
        converged=True,
    )
    case = Case(
        name="made",
        sample=sample,
        unit=unit,
        source="made by hand",
        truth=truth,
        variable=variable,
    )
    return Comparison(
        case=case,
        fit=fit,
        posterior=drawn,
        truth=truth,
        level=0.95,
        interval="eti",
        rows=tuple(rows(mixture, drawn, truth, 0.95)),
    )


def steps():
    "A path of plain EM that slows down on the way to a maximum."
    passes = np.arange(2001)
    return SimpleNamespace(
        loglik_path=-1788.36508 - 20 * np.exp(-passes / 4) - 0.03 * np.exp(-passes / 150),
        weight_path=0.436 - 0.04 * np.exp(-passes / 300) + 0.05 * np.exp(-passes / 5),
        maximum_loglik=-1788.36508,
        maximum_weight=0.436,
        marks=(Mark(30, printed=True), Mark(10, printed=False)),
    )


@once
def pair():
    "A comparison of two groups with its truth, and its figures by name."
    comparison = made(truth=Mixture([0.42, 0.58], [163.5, 176.5], [6.2, 7.7]))
    return comparison, {figure.name: figure for figure in figures.draw(comparison, steps())}


@once
def five():
    "The figures of five groups, by name; the largest and the one with the longest key are drawn."
    comparison = made(Mixture(np.full(5, 0.2), 10.0 * np.arange(5), np.full(5, 2.0)), draws=25)
    with without_png():
        drawn = figures.draw(comparison, only=("pairs", "groups"))
    with sketched():
        drawn += figures.draw(comparison, only=("forest", "priors"))
    return {figure.name: figure for figure in drawn}


@once
def hostile():
    "The figures of a comparison whose names a file made up: one in full, the others in words."
    comparison = made(
        variable='$\\frac{a}{b}$ <script>x</script> & "q"\u202e\x00 and on and on and on',
        unit="<b>&$y_2$",
        draws=25,
    )
    with sketched():
        words = figures.draw(comparison, only=("forest", "pairs", "groups", "predictive", "priors"))
    return (figures.fit(comparison), *words)


@contextlib.contextmanager
def without_png():
    "Within it, figures are drawn as SVG alone."
    with mock.patch.object(drawing, "_png", return_value=b""):
        yield


def parsed(figure):
    return ET.fromstring(figure.svg)  # noqa: S314 - written by this project


def texts(figure):
    "All the text that is drawn, without title and description."
    return [element.text or "" for element in parsed(figure).iter(f"{{{SVG}}}text")]
