"""Comparisons made by hand: real EM fits of small samples beside posteriors that nobody sampled."""

import contextlib
import functools
from dataclasses import replace
from unittest import mock

import numpy as np
from once import once

import compare as comparing
import em
from bayes import Posterior, Settings
from bayes.criticism import tops
from bayes.posterior.records import Second
from compare.comparison import criticism, laws, table
from compare.data.cases import Case
from em.data.values import NOTHING

PRIORS = (
    ("weights", "Dirichlet(2, 2)", "no group is empty"),
    ("means", "Normal(171, 13.8)", "somewhere among the data"),
    ("sds", "LogNormal(log 4.6, 1)", "no group shrinks onto one value"),
)


def _asked_once(ask):
    """What EM says of plain data, kept by the data and the options: the same each time.

    It is asked anew of nodes, and where an option is a list, an array or a generator.
    """
    answers = {}

    @functools.wraps(ask)
    def asked(data, *args, **options):
        sample = em.as_sample(data)
        said = [*args, *(one for option in sorted(options.items()) for one in option)]
        plain = sample.known is NOTHING and all(
            isinstance(one, str | float | range) or one is None or type(one) in (bool, int)
            for one in said
        )
        if not plain:
            return ask(data, *args, **options)
        question = (
            sample.values.tobytes(),
            sample.weights.tobytes(),
            sample.rounding,
            sample.weights_are,
            *((type(one), one) for one in said),
        )
        if question not in answers:
            answers[question] = ask(sample, *args, **options)
        return answers[question]

    return asked


fitted = _asked_once(em.fit)
_KNOWN = {"fit": fitted, "select": _asked_once(em.select), "em_test": _asked_once(em.em_test)}
_LAWS = _asked_once(laws.laws)


def _wider(fit, _seed):
    "In place of a run under wider priors: draws around EM's best mixture."
    return posterior(fit.data, fit.mixture, draws=100).joined()


@contextlib.contextmanager
def _asking_once():
    with mock.patch.multiple(em, **_KNOWN), mock.patch.object(tops, "under_wider_priors", _wider):
        yield


def compare(*args, alone=False, **told):
    """As `compare.compare`, but what EM says of one sample is computed once.

    Alone it is not held against other numbers of groups, nor against other laws.
    """
    others = {"select": lambda *_: em.Selection(())} if alone else {}
    single = (lambda _: ()) if alone else _LAWS
    with (
        mock.patch.dict(_KNOWN, others),
        mock.patch.object(table, "laws", single),
        _asking_once(),
    ):
        return comparing.compare(*args, **told)


def criticise(*args, **told):
    "The same of a criticism."
    with _asking_once():
        return criticism.criticise(*args, **told)


def posterior(
    sample, center, *, spread=0.1, tie=0.0, draws=300, chains=4, spoil=None, note="", second=None
):
    """Draws around a mixture: independent, but for a tie of the first weight to the last mean.

    `spread` is their sd: of the logarithms of weights and sds, and of the means in sds. `spoil`
    makes them bad: "apart" moves a chain away, "stuck" freezes all, "diverging" marks three.
    `second` is what another route to the posterior says, see `route`.
    """
    rng = np.random.default_rng(5)
    k = center.n_components
    z = rng.standard_normal((3, chains, draws, k))
    odds = (z[0, ..., 0] - z[0, ..., -1]) / np.sqrt(2)
    z[1, ..., -1] = tie * odds + np.sqrt(1 - tie**2) * z[1, ..., -1]
    z *= spread
    weights = center.weights * np.exp(z[0])
    weights /= weights.sum(axis=-1, keepdims=True)
    means, sds = center.means + center.sds * z[1], center.sds * np.exp(z[2])
    diverging = np.zeros((chains, draws), dtype=bool)
    if spoil == "apart":
        means[2] += 3 * spread * center.sds
    elif spoil == "stuck":
        weights, means, sds = (np.broadcast_to(x[:1, :1], x.shape) for x in (weights, means, sds))
    elif spoil == "diverging":
        diverging[1, 5:8] = True
    order = np.argsort(means, axis=-1)
    kept = em.Parameters(*(np.take_along_axis(x, order, -1) for x in (weights, means, sds)))
    overall = center.sd
    prior = em.Parameters(
        rng.dirichlet(np.full(k, 2.0), 500),
        np.sort(rng.normal(center.mean, 1.5 * overall, (500, k)), axis=-1),
        np.exp(rng.normal(np.log(overall / k), 1.0, (500, k))),
    )
    settings = Settings(
        sampler="nutpie",
        density="fused",
        chains=chains,
        draws=draws,
        tune=500,
        target_accept=0.9,
        seed=1,
        seconds_compile=0.1,
        seconds_sample=0.2,
        priors=PRIORS,
        note=note,
        second=second,
    )
    stats = {"diverging": diverging, "energy": rng.standard_normal((chains, draws))}
    return Posterior.from_draws(sample, kept, stats, prior, settings)


def route(published, k=2, difference=0.05, unseen=0):
    "What a second route says; R-hat of places where chains stayed, and effective sizes."
    each = {name: [1.2] * k for name in ("weights", "means", "sds")}
    return Second(
        size=3000.0,
        published=published,
        parameter="means[1]",
        difference=difference,
        allowed=0.2,
        unseen=unseen,
        log_evidence=-500.0,
        log_evidence_se=0.02,
        rhat=each,
        ess={name: [1234.0] * k for name in each},
        divergences=3,
        seconds=0.5,
    )


def with_draws(of, settings=None, **draws):
    "The same posterior with other draws of some parameters, each (chain, draw, K)."
    kept = em.Parameters(of.weights, of.means, of.sds)._replace(**draws)
    stats = {name: of.data["sample_stats"][name].to_numpy() for name in ("diverging", "energy")}
    prior = em.Parameters(*(of.data["prior"][name].to_numpy()[0] for name in kept._fields))
    return Posterior.from_draws(of.sample, kept, stats, prior, settings or of.settings)


def case(values, **changes):
    "A case as a file gives one."
    told = {
        "name": "made",
        "unit": "",
        "source": "column 'size' of 'made.csv'",
        "truth": None,
        "variable": "size",
    }
    return Case(sample=em.as_sample(values), **(told | changes))


def normals(*groups, seed=0):
    "Values of several normal groups, each (count, mean, sd)."
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(mean, sd, count) for count, mean, sd in groups])


def made(
    of, k=2, *, fit=None, center=None, level=0.95, command=None, seconds=None, alone=True, **drawn
):
    """A comparison of a case, without criticism.

    Its posterior lies around EM's own estimate unless a center is given. Alone it is not held
    against other numbers of groups.
    """
    fit = fitted(of.sample, k) if fit is None else fit
    said = posterior(of.sample, fit.mixture if center is None else center, **drawn)
    told = {"level": level, "case": of, "command": command, "seconds": seconds, "alone": alone}
    return compare(fit, said, criticism=False, **told)


def whole(*args, **told):
    "The same, held against other numbers of groups."
    return made(*args, alone=False, **told)


def criticised(of, rng=0):
    "The same with its criticism."
    found = criticise(of.fit, of.posterior, of.case.sample, of.level, rng, names_by=of.names_by)
    return replace(of, criticism=found)


ALIKE = normals((400, 0, 1), (200, 0, 6), seed=3)
SEPARATE = (90, 10, 1), (110, 20, 1.5)


def _collapsed():
    "EM started on two values that are nearly the same stays there."
    values = np.append(normals((60, 10, 2)), [3.0, 3.0 + 1e-9])
    spike = em.Mixture([2 / 62, 60 / 62], [3.0, 10.0], [1e-9, 2.0])
    fit = em.fit(values, 2, start=spike)
    center = em.Mixture([0.3, 0.7], [9.0, 10.5], [1.8, 2.0])
    return whole(case(values), fit=fit, center=center)


_MAKERS = {
    # The heights of the original report: two groups that overlap, in cm, with their truth.
    "overlapping": lambda: whole(
        Case.synthetic(),
        spread=0.25,
        tie=0.95,
        command="python -m compare.run",
        seconds={"em": 0.02, "total_before_drawing": 1.5},
    ),
    "separate": lambda: whole(case(normals(*SEPARATE), unit="pt")),
    "one as two": lambda: whole(case(normals((200, 5, 2), seed=3)), spread=0.4),
    "one": lambda: whole(case(normals((200, 5, 2), seed=3)), 1, spread=0.07),
    "three": lambda: whole(
        case(normals((90, 0, 1), (110, 10, 1), (100, 20, 1)), unit="m"), 3, spread=0.08
    ),
    "two as one": lambda: whole(case(normals(*SEPARATE)), 1, spread=0.05),
    "collapsed": _collapsed,
    "failing": lambda: whole(Case.synthetic(), spread=0.25, spoil="apart"),
    "stuck": lambda: whole(case(normals(*SEPARATE)), spoil="stuck"),
    # Two groups that only their sds tell apart.
    "alike": lambda: whole(case(ALIKE, unit="s"), spread=0.08),
    # A single chain, which nothing can be compared with.
    "lonely": lambda: whole(case(normals(*SEPARATE)), chains=1, draws=1200),
}


@once
def comparison(name):
    "One of the comparisons above with its criticism; made once."
    return criticised(_MAKERS[name]())


NAMES = tuple(_MAKERS)
