"""Data that Dask holds give the digest of their partitions, whoever does the work."""

import threading

import numpy as np
import pytest
from clusters import cluster, kill, pids, wait_for

import em
from em.data import dask_pass

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
bag = pytest.importorskip("dask.bag")
frames = pytest.importorskip("dask.dataframe")
pandas = pytest.importorskip("pandas")
distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def running():
    with cluster(n_workers=2) as made:
        yield made


def pieces(n_pieces=12, size=10_000):
    "Two groups of values, in pieces that differ, as a mixture in no particular order."
    rng = np.random.default_rng(5)
    group = rng.random((n_pieces, size)) < 0.6
    return list(np.where(group, rng.normal(176, 8, group.shape), rng.normal(164, 6, group.shape)))


def held(parts):
    "A dask array whose chunks are made by whoever does the work, of lengths it does not know."
    made = [da.from_delayed(dask.delayed(part), (np.nan,), float) for part in parts]
    return da.concatenate(made, allow_unknown_chunksizes=True)


def digested(parts, weights=None, rounding=0.0):
    "The digest of the pieces, one after the other, without Dask."
    total = em.Digest(rounding)
    for place, part in enumerate(parts):
        total.add(part, None if weights is None else weights[place])
    return total


def assert_same_bits(one, other):
    "The arrays of two digests, or of two samples' digests, are equal."
    first, second = one.state(), other.state()
    assert first.keys() == second.keys()
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name], strict=True)


@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_partitions_add_up_to_the_digest_of_the_pieces(scheduler):
    "To the last bit, whatever scheduler of Dask's own does the work."
    parts = pieces()
    with dask.config.set(scheduler=scheduler):
        assert_same_bits(dask_pass.digest(held(parts)), digested(parts))
        sample = em.Sample.from_dask(held(parts))
    np.testing.assert_array_equal(sample.values, digested(parts).sample().values)
    np.testing.assert_array_equal(sample.weights, digested(parts).sample().weights)


def test_the_fit_is_that_of_all_the_data():
    "To 1e-9 of the log-likelihood, and the exact pass over the data agrees."
    values = np.concatenate(pieces())
    fit = em.fit(em.Sample.from_dask(held(pieces())), 2, rng=1)
    whole = em.fit(values, 2, rng=1)
    assert fit.loglik == pytest.approx(whole.loglik, rel=1e-9)
    assert fit.certify(values).ok


@pytest.mark.parametrize("kind", ["array", "series", "nullable", "index", "bag"])
def test_every_kind_of_collection_is_the_same_data(kind):
    "An array, a series of NumPy's or pandas' own numbers, an index, and a bag."
    values = np.round(pieces(1, 300)[0], 1)
    series = pandas.Series(values, index=values)
    collection = {
        "array": lambda: da.from_array(values, chunks=100),
        "series": lambda: frames.from_pandas(series, npartitions=3, sort=False),
        "nullable": lambda: frames.from_pandas(series.astype("Float64"), npartitions=3, sort=False),
        "index": lambda: frames.from_pandas(series, npartitions=3, sort=False).index,
        "bag": lambda: bag.from_sequence(values.tolist(), npartitions=3).map(float),
    }[kind]()
    with dask.config.set(scheduler="synchronous"):
        sample = em.Sample.from_dask(collection, rounding=0.1)
    expected = em.Sample(values, rounding=0.1).collapse()
    np.testing.assert_array_equal(sample.values, expected.values)
    np.testing.assert_array_equal(sample.weights, expected.weights)
    assert sample.rounding == 0.1


def test_weights_belong_to_values_by_position():
    "Weights of another kind of collection, with the same partitions, one of them empty."
    parts = [np.array([1.0, 2.0]), np.zeros(0), np.array([2.0, 4.0, 5.0])]
    weights = [np.array([1.0, 3.0]), np.zeros(0), np.array([2.0, 0.0, 1.0])]
    delayed = [dask.delayed(list)(weight) for weight in weights]
    sample = em.Sample.from_dask(held(parts), bag.from_delayed(delayed))
    assert sample.values.tolist() == [1.0, 2.0, 5.0]
    assert sample.weights.tolist() == [1.0, 5.0, 1.0]


@pytest.mark.parametrize(
    ("bad", "error", "said"),
    [
        ([1.0, np.nan], ValueError, r"partition 1 \(the first is 0\).*1 missing \(NaN\).*drop"),
        ([1.0, -np.inf], ValueError, r"partition 1 .*1 infinite"),
        (["tall", "short"], TypeError, "partition 1 .*real numbers.*<U5"),
        ([True, False], TypeError, "partition 1 .*array of bool"),
        ([[1.0, 2.0]], ValueError, r"partition 1 .*shape \(1, 2\)"),
    ],
)
def test_a_bad_partition_is_named(bad, error, said):
    "One line with the number of the first bad partition, though later ones are bad too."
    bad = np.array(bad)
    with pytest.raises(error, match=said) as caught:
        em.Sample.from_dask(held([np.array([3.0, 4.0]), bad, bad]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("collection", "error", "said"),
    [
        (lambda: np.ones(3), TypeError, r"numpy ndarray; what is in memory goes into em\.Sample"),
        (lambda: dask.delayed(np.ones(3)), TypeError, "got a dask Delayed"),
        (lambda: bag.from_sequence([1, 2]).sum(), TypeError, "got a dask Item"),
        (lambda: da.ones((4, 2), chunks=2), ValueError, r"one dimension, got 2; .*x\[:, 0\]"),
        (
            lambda: frames.from_pandas(pandas.DataFrame({"height": [1.0]}), npartitions=1),
            ValueError,
            r"a dataframe with 1; pass one, as in frame\['height'\]",
        ),
        (lambda: held([np.zeros(0), np.zeros(0)]), ValueError, "expected some data, got none"),
    ],
)
def test_what_is_no_column_is_refused(collection, error, said):
    "With what came and what to try, before anything is computed where that can be."
    with pytest.raises(error, match=said):
        em.Sample.from_dask(collection())


def test_weights_must_have_the_partitions_of_the_values():
    "Other numbers of partitions are refused at once, other lengths with the partition."
    ones = da.ones(4, chunks=2)
    with pytest.raises(ValueError, match=r"in the 2 partitions of the values, got 1 .*rechunk"):
        em.Sample.from_dask(ones, da.ones(4, chunks=4))
    with pytest.raises(ValueError, match=r"partition 0 .*each of the 2 values, got 1"):
        em.Sample.from_dask(ones, da.ones(4, chunks=((1, 3),)))
    with pytest.raises(ValueError, match=r"partition 1 .*each of the 0 values, got 2"):
        em.Sample.from_dask(held([np.ones(2), np.zeros(0)]), da.zeros(4, chunks=2))


def test_values_between_the_steps_are_refused_with_their_partition():
    "Whether the partition has two lattices, or another one than those before."
    with pytest.raises(ValueError, match=r"partition 1 .*whole steps of 1 apart, got 3 and 3\.5"):
        em.Sample.from_dask(held([np.array([1.0, 2.0]), np.array([3.0, 3.5])]), rounding=1.0)
    with pytest.raises(ValueError, match=r"partition 1 .*whole steps of 1 apart"):
        em.Sample.from_dask(held([np.array([1.0, 2.0]), np.array([3.5, 4.5])]), rounding=1.0)


def test_without_dask_the_extra_is_named(monkeypatch):
    "What to install, in one line."
    monkeypatch.setitem(__import__("sys").modules, "dask", None)
    with pytest.raises(ImportError, match=r"pip install 'em-vs-bayes\[scale\]'"):
        em.Sample.from_dask(np.ones(3))


def test_a_cluster_gives_the_same_bits_though_a_worker_is_killed(running, tmp_path):
    "Three processes do the work, one of them dies with results nobody has fetched yet."

    def slow(part, place):
        import time
        from pathlib import Path

        Path(tmp_path, str(place)).touch()
        time.sleep(0.1)
        return part

    parts = pieces(30, 4000)
    made = [dask.delayed(slow)(part, place) for place, part in enumerate(parts)]
    delayed = [da.from_delayed(part, (np.nan,), float) for part in made]
    collection = da.concatenate(delayed, allow_unknown_chunksizes=True)
    victim = pids(running)[0]
    killed = []

    def strike():
        wait_for(lambda: len(list(tmp_path.iterdir())) >= 8)
        killed.append(len(list(tmp_path.iterdir())))
        kill(victim)

    with distributed.Client(running):
        killer = threading.Thread(target=strike)
        killer.start()
        digest = dask_pass.digest(collection)
        killer.join()
        wait_for(lambda: victim not in pids(running))
    assert 8 <= killed[0] < len(parts)
    assert_same_bits(digest, digested(parts))


def test_a_bad_partition_on_a_cluster_is_named_and_leaves_nothing_behind(running):
    "The same message as without one; the scheduler is asked for nothing more."
    parts = [np.ones(2), np.array([np.nan]), *[np.ones(2)] * 40]
    with distributed.Client(running) as client:
        with pytest.raises(ValueError, match=r"partition 1 \(the first is 0\).*missing"):
            em.Sample.from_dask(held(parts))
        wait_for(
            lambda: client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)) == 0
        )


def test_workers_with_another_version_are_refused(running, monkeypatch):
    "Before anything is computed, with both versions and the worker."
    with distributed.Client(running):
        monkeypatch.setattr(dask_pass, "_version", lambda: "99.0")
        with pytest.raises(RuntimeError, match=r"em-vs-bayes 99\.0 on every worker, got .* tcp://"):
            em.Sample.from_dask(da.ones(3))
        monkeypatch.setattr(dask_pass, "PACKAGE", "em-vs-bayes-elsewhere")
        with pytest.raises(RuntimeError, match=r"got none on tcp://127\.0\.0\.1:\d+; install"):
            em.Sample.from_dask(da.ones(3))
