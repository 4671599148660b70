"""Weights: counts, shares and sampling weights each say what they are, and zero says nothing."""

import copy
import pickle

import numpy as np
import pytest

import em
from em.data.requirements import require_counts

GROUPS = em.Mixture([0.4, 0.6], [0, 5], [1, 1.2])
ABSURD = [1e9, -1e9, 0.1234567, 1e-300]
"""Values that would move ranges, ties and steps if they counted."""


def two_groups(n=400, seed=0, digits=1):
    "Rounded values of two groups, some of them tied."
    rng = np.random.default_rng(seed)
    lower = rng.random(n) < 0.4
    return np.round(np.where(lower, rng.normal(0, 1, n), rng.normal(5, 1.2, n)), digits)


def survey(n=400, seed=0):
    "Rows of a survey: the upper group was asked half as often, so it weighs twice as much."
    rng = np.random.default_rng(seed + 1)
    values = two_groups(n, seed)
    return values, np.where(values > 2.5, 2.0, 1.0) * rng.lognormal(0, 0.5, n)


def sampling(values, weights, **more):
    return em.Sample(values, weights, weights_are="sampling", **more)


def alike(one, other, rel=1e-9):
    "Whether two fits say the same."
    assert one.status is other.status
    assert one.loglik == pytest.approx(other.loglik, rel=rel)
    for mine, theirs in zip(one.mixture.parameters, other.mixture.parameters, strict=True):
        assert mine == pytest.approx(theirs, rel=rel, abs=rel)
    for mine, theirs in zip(one.standard_errors(), other.standard_errors(), strict=True):
        assert mine == pytest.approx(theirs, rel=rel, abs=rel)
    return True


# ---- a value of weight zero ----


@pytest.fixture(params=["counts", "shares", "sampling"])
def with_and_without(request):
    "A weighted sample, and the same with absurd values of weight zero among the others."
    values, weights = survey()
    options = {"weights_are": request.param}
    if request.param == "shares":
        options["total"] = 1000
    padded = np.insert(values, [0, 7, 100, 400], ABSURD)
    nothing = np.insert(weights, [0, 7, 100, 400], 0.0)
    return em.Sample(padded, nothing, **options), em.Sample(values, weights, **options)


def test_a_value_of_weight_zero_changes_nothing_that_a_sample_knows(with_and_without):
    "Not its number, range, ties, step, moments, distinct values, nodes or distribution."
    padded, plain = with_and_without
    for name in ("n", "mean", "sd", "lowest", "highest", "resolution", "step", "effective_n"):
        assert getattr(padded, name) == getattr(plain, name), name
    places = [-5.0, 0.0, 3.3, 1e10]
    assert padded.below(places).tolist() == plain.below(places).tolist()
    for make in (lambda one: one, em.Sample.collapse, em.Sample.squash):
        one, other = make(padded), make(plain)
        assert one.values.tolist() == other.values.tolist()
        assert one.weights.tolist() == other.weights.tolist()
    assert repr(padded) == repr(plain)


def test_a_value_of_weight_zero_changes_no_fit(with_and_without):
    "Neither estimates nor standard errors nor intervals, on the data or on nodes."
    padded, plain = with_and_without
    for squash, settings in ((None, {}), (True, {"method": "wald"})):
        one, other = (em.fit(sample, 2, squash=squash, n_starts=2) for sample in (padded, plain))
        assert one.loglik == other.loglik
        assert one.mixture == other.mixture
        ends = (fit.conf_int(**settings) for fit in (one, other))
        for mine, theirs in zip(*ends, strict=True):
            assert mine.tolist() == theirs.tolist()


def test_a_value_of_weight_zero_need_not_lie_on_the_step_of_the_others():
    "What was never seen was not rounded either."
    values = np.round(two_groups(), 0)
    padded = em.Sample(np.append(values, 0.25), np.append(np.ones(values.size), 0.0), 1.0)
    assert padded.rounding == 1.0
    alike(em.fit(padded, start=GROUPS), em.fit(values, rounding=1.0, start=GROUPS))


def test_a_value_of_weight_zero_is_not_digested():
    "Not in a piece with others, nor in one of its own."
    values, weights = survey()
    padded, plain = em.Digest(), em.Digest()
    padded.add(np.append(values, ABSURD), np.append(weights, np.zeros(4)))
    padded.add(ABSURD, np.zeros(4))
    plain.add(values, weights)
    one, other = padded.state(), plain.state()
    assert one.keys() == other.keys()
    for name, column in other.items():
        assert one[name].tolist() == column.tolist(), name


def test_a_weight_that_is_nothing_beside_the_others_counts_as_zero():
    "1e-320 beside 1: its square is no number, and no sum of doubles would notice it."
    values = two_groups()
    for nothing in (1e-320, 1e-120):
        padded = em.Sample(np.append(values, 1e9), np.append(np.ones(values.size), nothing))
        assert padded.highest == values.max()
        assert padded.n == values.size


# ---- shares ----


@pytest.mark.parametrize("unit", [1.0, 100.0, 1e16, 1e35, 1e140, 1e-300])
def test_shares_of_a_number_of_values_are_counts(unit):
    "However they are scaled, and printed to eight digits."
    values, counts = np.unique(two_groups(600), return_counts=True)
    shares = np.round(counts / 600, 8) * unit
    sample = em.Sample(values, shares, weights_are="shares", total=600)
    assert sample.weights.tolist() == counts.tolist()
    assert sample.weights_are == "counts"
    if unit in {1.0, 1e-300}:  # what is fitted is the same for all
        alike(em.fit(sample, start=GROUPS), em.fit(em.Sample(values, counts), start=GROUPS))


def test_shares_known_too_roughly_for_counts_stay_what_they_are():
    "A tenth of a percent of 600 values is no whole number of them; the sum is right all the same."
    sample = em.Sample([1.0, 2.0, 3.0], [33.3, 33.4, 33.3], weights_are="shares", total=600)
    assert sample.weights == pytest.approx([199.8, 200.4, 199.8], rel=1e-12)
    assert sample.n == pytest.approx(600, rel=1e-15)


def test_shares_in_pieces_are_scaled_when_all_were_seen(monkeypatch):
    "A digest of shares becomes one of counts, of values as they are and of cells."
    rng = np.random.default_rng(2)
    for values, exact in ((np.round(rng.normal(size=5000), 1), True), (rng.normal(size=9000), 0)):
        monkeypatch.setattr(em.data.sketch, "MOST_POINTS", 600)
        by_shares, by_counts = em.Digest(), em.Digest()
        for piece in np.array_split(values, 3):
            by_shares.add(piece, np.full(piece.size, 0.125 / values.size))
            by_counts.add(piece)
        scaled = by_shares.scaled(values.size)
        assert scaled.is_exact == by_counts.is_exact == exact
        one, other = scaled.sample(), by_counts.sample()
        assert one.n == other.n
        assert one.values == pytest.approx(other.values, rel=1e-9, abs=1e-12)
        assert one.weights == pytest.approx(other.weights, rel=1e-9)
    assert by_shares.n == pytest.approx(0.125)


def test_a_digest_is_scaled_only_where_there_is_something_to_scale():
    "Neither nothing, nor what has lost its digits, nor to nothing."
    digest, lost = em.Digest(), em.Digest()
    with pytest.raises(ValueError, match="got none with a weight above zero"):
        digest.scaled(10)
    digest.add([1.0, 2.0])
    with pytest.raises(ValueError, match="expected a total above zero, got -1"):
        digest.scaled(-1)
    lost.add([1.0, 2.0], [1e-320, 1e-320])
    with pytest.raises(ValueError, match="multiply them by any number"):
        lost.scaled(10)


# ---- what weights cannot be ----


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"weights_are": "percent"}, ValueError, ['"counts", "shares" or "sampling"', "'percent'"]),
        ({"weights_are": None}, ValueError, ['"counts", "shares" or "sampling"', "None"]),
        ({"weights_are": "shares"}, ValueError, ["total=", "total=600"]),
        ({"weights_are": "shares", "total": 0}, ValueError, ["total above zero", "0"]),
        ({"weights_are": "shares", "total": np.inf}, ValueError, ["total above zero", "inf"]),
        ({"weights_are": "shares", "total": "600"}, TypeError, ["total", "number", "'600'"]),
        ({"total": 600}, ValueError, ['weights_are="shares"', "total=600"]),
        ({"weights_are": "sampling", "total": 5}, ValueError, ['"sampling"', "total=5"]),
    ],
    ids=str,
)
def test_what_is_said_of_weights_must_fit_together(options, error, words):
    "One line says what was expected and what to try."
    with pytest.raises(error) as caught:
        em.Sample([1.0, 2.0], [1.0, 2.0], **options)
    assert all(word in str(caught.value) for word in words)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "options", [{"weights_are": "shares", "total": 9}, {"weights_are": "sampling"}]
)
def test_shares_and_sampling_weights_must_be_given(options):
    "Values alone are counted once each."
    with pytest.raises(ValueError, match="got none; pass weights="):
        em.Sample([1.0, 2.0], **options)


ASK = [
    lambda sample: em.fit(sample, 2),
    lambda sample: em.fit(sample, 1),
    lambda sample: em.fit(sample.squash(), 2),
    lambda sample: em.select(sample, [1, 2, 3]),
    em.em_test,
]


@pytest.mark.parametrize("made", ASK)
@pytest.mark.parametrize("scale", [1.0, 1.02, 1e-320])
def test_counts_that_sum_to_one_or_hardly_more_are_asked_about(made, scale):
    "In one line with the options that decide; no collapse of 1.0 values."
    values, counts = np.unique(two_groups(600), return_counts=True)
    with pytest.raises(ValueError, match="say what the weights are") as caught:
        made(em.Sample(values, counts / 600 * scale))
    for word in ('weights_are="shares", total=N', 'weights_are="sampling"', f"{values.size} diff"):
        assert word in str(caught.value)


@pytest.mark.parametrize("weight", [1e16, 1e35, 1e140])
def test_more_than_doubles_can_count_is_refused_in_one_line(weight):
    "Beyond 2^53 one more makes no difference. As sampling weights they are as good as any."
    values = two_groups()
    large = np.full(values.size, weight)
    with pytest.raises(ValueError, match=r"sum of at most 9\.01e\+15, got .*shares.*sampling"):
        em.fit(em.Sample(values, large), 2)
    one, other = (sampling(values, weights) for weights in (large, np.ones(values.size)))
    alike(em.fit(one, start=GROUPS), em.fit(other, start=GROUPS))


def test_many_counts_are_fine():
    "A hundred million million values: the estimates of a hundred, and standard errors for so many."
    values = two_groups()
    many, few = em.fit(em.Sample(values, np.full(400, 1e12)), 2), em.fit(values, 2)
    assert many.mixture.means == pytest.approx(few.mixture.means, rel=1e-9)
    assert many.standard_errors().means == pytest.approx(1e-6 * few.standard_errors().means)
    assert np.isfinite(many.conf_int().means).all()


def test_weights_below_one_may_be_counts_all_the_same():
    "The responsibilities of a group sum to fewer than there are values, and fit that group."
    values = two_groups(600, digits=6)
    fit = em.fit(values, 2)
    soft = em.Sample(values, fit.mixture.responsibilities(values)[:, 0])
    assert soft.n < 0.5 * values.size
    alone = em.fit(soft, 1).mixture
    assert alone.means[0] == pytest.approx(fit.mixture.means[0], abs=1e-9)
    assert alone.sds[0] == pytest.approx(fit.mixture.sds[0], abs=1e-9)
    require_counts(soft.collapse(), 4, 2)


def test_a_selection_leaves_out_what_the_counts_are_too_few_for():
    "As it does where distinct values are too few."
    sample = em.Sample(np.random.default_rng(0).normal(size=36), np.full(36, 3.0 / 36))
    tried = em.select(sample, [1, 2]).fits
    assert [(one.n_components, one.equal_sds) for one in tried] == [(1, False), (2, True)]


# ---- sampling weights ----


def test_sampling_weights_say_no_more_than_their_ratios():
    "They are scaled to sum to the number of rows that count, in any unit and at any size."
    values, weights = survey()
    first = sampling(values, weights)
    assert first.n == 400
    assert first.weights.sum() == pytest.approx(400, rel=1e-14)
    for factor in (1e-300, 3.0, 1e35):
        other = sampling(np.append(values, 7.0), np.append(weights * factor, 0.0))
        assert other.n == 400
        assert other.weights == pytest.approx(first.weights, rel=1e-12)
    tiny = sampling(values, np.full(400, 1e-320))
    assert tiny.weights.tolist() == [1.0] * 400


def test_kish_says_what_weighted_rows_are_worth():
    "(sum w)^2 / sum w^2, whether tied rows are counted together or not; n for counts."
    values, weights = survey()
    worth = weights.sum() ** 2 / (weights**2).sum()
    sample = sampling(values, weights)
    for one in (sample, sample.collapse(), sample.squash()):
        assert one.effective_n == pytest.approx(worth, rel=1e-9)
        assert one.n == 400
    assert em.Sample(values, weights).effective_n == pytest.approx(weights.sum())


def test_equal_sampling_weights_are_none():
    "Estimates and sandwich of the rows themselves."
    values = two_groups()
    survey_of = sampling(values, np.full(400, 7.0))
    fit, plain = (em.fit(data, start=GROUPS) for data in (survey_of, values))
    assert fit.loglik == pytest.approx(plain.loglik, rel=1e-13)
    for mine, theirs in zip(fit.standard_errors(), plain.standard_errors("sandwich"), strict=True):
        assert mine == pytest.approx(theirs, rel=1e-9)


def by_differences(values, weights, mixture, step=1e-4):
    "The sandwich in (logit weight, means, log sds) by finite differences, row by row."
    first, second = mixture.weights
    at = np.array([np.log(first / second), *mixture.means, *np.log(mixture.sds)])
    shifts = step * np.eye(5)

    def rows(point):
        weight = 1 / (1 + np.exp(-point[0]))
        sds = np.exp(point[3:])
        z = (values[:, None] - point[1:3]) / sds
        return np.log((np.array([weight, 1 - weight]) / sds * np.exp(-0.5 * z**2)).sum(axis=1))

    scores = np.stack([(rows(at + one) - rows(at - one)) / (2 * step) for one in shifts])
    second = np.array(
        [
            [
                weights
                @ (rows(at + a + b) - rows(at + a - b) - rows(at - a + b) + rows(at - a - b))
                for b in shifts
            ]
            for a in shifts
        ]
    ) / (4 * step**2)
    bread = np.linalg.inv(-second)
    return bread @ (scores * weights**2) @ scores.T @ bread


@pytest.mark.parametrize("squash", [False, True])
def test_standard_errors_of_a_survey_are_the_sandwich_of_its_rows(squash):
    "By finite differences over the rows: tied rows share a score, but not their weight."
    values, weights = survey(2500, seed=4)
    sample = sampling(values, weights)
    assert len(sample.collapse()) < 200
    fit = em.fit(sample, start=GROUPS, squash=squash)
    mixture, errors = fit.mixture, fit.standard_errors()
    found = np.sqrt(np.diag(by_differences(sample.values, sample.weights, mixture)))
    assert errors.weights == pytest.approx(found[0] * mixture.weights.prod(), rel=1e-5)
    assert errors.means == pytest.approx(found[1:3], rel=1e-5)
    assert errors.sds == pytest.approx(found[3:] * mixture.sds, rel=1e-5)
    assert np.diag(fit.cov_params()) == pytest.approx(np.concatenate(errors) ** 2, rel=1e-12)
    # Counts of as much weight would have a smaller meat: w for each value, not the sum of w^2.
    naive = em.fit(em.Sample(values, sample.weights), start=GROUPS).standard_errors("sandwich")
    assert (np.abs(np.log(errors.means / naive.means)) > 0.05).all()


def test_the_sandwich_of_rounded_rows_is_that_of_their_intervals():
    "The mean of one group by hand: the square root of sum w^2 (x - m)^2 over sum w."
    rng = np.random.default_rng(3)
    values, weights = np.round(rng.normal(50, 20, 500)), rng.lognormal(0, 0.7, 500)
    fit = em.fit(sampling(values, weights, rounding=1.0), 1)
    weights /= weights.mean()
    by_hand = np.sqrt((weights**2 * (values - fit.mixture.means) ** 2).sum()) / 500
    assert fit.standard_errors().means[0] == pytest.approx(by_hand, rel=1e-3)


@pytest.mark.study
def test_intervals_of_a_survey_hold_the_population_as_often_as_they_say():
    "200 samples drawn with unequal probabilities: the sandwich's intervals, not those of counts."
    population = two_groups(20_000, seed=9, digits=2)
    truth = em.fit(population, 2).mixture
    rng = np.random.default_rng(10)
    chance = np.where(population > 2.5, 1.0, 4.0) * rng.lognormal(0, 0.6, population.size)
    chance *= 1000 / chance.sum()
    true = np.concatenate(truth.parameters)
    held, naively = [], []
    for _ in range(200):
        taken = rng.random(population.size) < chance
        sample = sampling(population[taken], 1 / chance[taken])
        counts = em.Sample(sample.values, sample.weights)
        for found, data in ((held, sample), (naively, counts)):
            low, high = np.concatenate(em.fit(data, 2, start=truth).conf_int(method="wald")).T
            found.append((low <= true) & (true <= high))
    # Three standard errors of a share of 0.95 in 200.
    assert (np.mean(held, axis=0) > 0.904).all()
    assert (np.mean(naively, axis=0) < 0.85).sum() >= 2


def test_a_survey_has_no_criteria_tests_profiles_or_bootstrap():
    "Each is refused in one line, or is no number."
    sample = sampling(*survey())
    fit = em.fit(sample, 2)
    assert fit.is_pseudo
    assert np.isnan([fit.aic, fit.bic, fit.icl]).all()
    selection = em.select(sample, [1, 2])
    for ask in (
        lambda: em.lr_test(sample),
        lambda: em.em_test(sample),
        lambda: em.bootstrap(fit),
        lambda: fit.conf_int(method="profile"),
        lambda: fit.conf_int(method="bootstrap", n_refits=20),
        lambda: selection.best("aic"),
    ):
        with pytest.raises(ValueError, match=r"^expected counts for .*, got sampling weights"):
            ask()
    assert str(selection).endswith("of sampling weights there is a pseudo-likelihood only")
    assert "*" not in str(selection)
    wald = fit.conf_int(method="wald")
    for mine, theirs in zip(fit.conf_int(), wald, strict=True):
        assert mine.tolist() == theirs.tolist()


def test_the_summary_of_a_survey_says_what_it_is():
    "Sampling weights, the effective n, and Wald intervals from the sandwich; no criteria."
    fit = em.fit(sampling(*survey()), 2)
    text = fit.summary()
    assert "sampling" in text
    assert f"Effective n (Kish):{fit.sample.effective_n:>18.6g}" in text
    assert "95% Wald interval, sandwich" in text
    assert "Pseudo-log-lik." in text
    for word in ("AIC", "BIC", "ICL", "nan", "profile"):
        assert word not in text
        assert word not in fit._repr_html_()


def test_a_weight_above_one_is_no_tie_in_a_survey():
    "Ties are rows of one value; weights of counts above one are ties too."
    values = np.random.default_rng(1).normal(size=300)
    weights = np.linspace(0.5, 3, 300)
    assert sampling(values, weights).recording.values.size == 0
    counted = em.Sample(values, weights).recording
    ordered = weights[np.argsort(values)]
    assert counted.counts.tolist() == ordered[ordered > 1].tolist()
    tied = sampling(np.append(values, values[0]), np.append(weights, 1.0))
    assert tied.recording.values.tolist() == [values[0]]
    assert tied.recorded.tolist() == [1.0] * 301
    assert sorted(tied.collapse().recorded) == [1.0] * 299 + [2.0]


def pickled(sample):
    return pickle.loads(pickle.dumps(sample))  # noqa: S301 - our own


@pytest.mark.parametrize("make", [lambda s: s, em.Sample.collapse, em.Sample.squash])
@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, pickled])
def test_copies_of_a_survey_know_their_rows(make, way):
    "Rows, squares and number survive, whatever was made of them; so do they another rounding."
    values, weights = survey(3000)
    sample = make(sampling(values, weights))
    twin = way(sample)
    assert twin.weights_are == "sampling"
    assert (twin.n, twin.effective_n) == (sample.n, sample.effective_n)
    assert twin.recorded.tolist() == sample.recorded.tolist()
    one, other = (em.fit(each, 1).standard_errors() for each in (twin, sample))
    assert one.means.tolist() == other.means.tolist()
    if sample.bins is None:
        rounded = em.as_sample(twin, 0.1)
        assert (rounded.rounding, rounded.weights_are) == (0.1, "sampling")
        assert rounded.effective_n == pytest.approx(sample.effective_n)


# ---- tiny and huge values ----


@pytest.mark.parametrize(
    ("factor", "squash"),
    [(1e-160, True), (1e-290, False), (1e-290, True), (1e140, False), (1e149, True)],
)
def test_a_fit_of_tiny_or_huge_values_is_that_of_plain_ones(factor, squash):
    "No square underflows or overflows: estimates, standard errors and intervals scale."
    values = two_groups(3000, digits=8)
    plain, scaled = (em.fit(v, 2, squash=squash) for v in (values, values * factor))
    assert scaled.status is plain.status is em.Status.CONVERGED
    assert scaled.mixture.weights == pytest.approx(plain.mixture.weights, rel=1e-9)
    assert scaled.mixture.sd / factor == pytest.approx(plain.mixture.sd, rel=1e-9)
    assert scaled.sample.sd / factor == pytest.approx(plain.sample.sd, rel=1e-12)
    for one, other in (
        (scaled.mixture.parameters, plain.mixture.parameters),
        (scaled.standard_errors(), plain.standard_errors()),
        (scaled.standard_errors("sandwich"), plain.standard_errors("sandwich")),
        (scaled.conf_int(method="wald"), plain.conf_int(method="wald")),
        (scaled.conf_int(), plain.conf_int()),
    ):
        assert one.means / factor == pytest.approx(other.means, rel=1e-7, abs=1e-9)
        assert one.sds / factor == pytest.approx(other.sds, rel=1e-7)
    assert scaled.correlation() == pytest.approx(plain.correlation(), abs=1e-7)
    shown = scaled.summary().partition("CONVERGED")[2]
    assert shown == plain.summary().partition("CONVERGED")[2]


@pytest.mark.parametrize("factor", [1e-200, 1e140])
def test_steps_and_refits_of_tiny_or_huge_values_scale(factor):
    "The two steps of EM, a bootstrap and a digest of values whose squares are no numbers."
    values = two_groups(400, digits=8)

    def told(data):
        fit = em.fit(data, 2)
        sample, digest = em.Sample(data), em.Digest()
        digest.add(data)
        step = em.m_step(sample, em.e_step(sample, fit.mixture).responsibilities)
        errors = em.bootstrap(fit, 20).standard_errors()
        return [step.means, step.sds, errors.means, errors.sds, digest.sample().standardised]

    *plain, standard = told(values)
    *scaled, again = told(values * factor)
    for one, other in zip(scaled, plain, strict=True):
        assert one / factor == pytest.approx(other, rel=1e-6)
    assert again == pytest.approx(standard, rel=1e-9, abs=1e-9)


def test_values_that_are_all_one_are_constant_however_small():
    "The message is kept for what it is true of."
    with pytest.raises(ValueError, match="got a constant sample of 1e-200"):
        em.fit(np.full(50, 1e-200), 2)
