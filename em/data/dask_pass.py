"""Data that Dask holds: every partition becomes a sketch where it lies, and the sketches add up.

They are merged in the order of the partitions, so the answer is the same to the last bit on one
machine and on many, whichever worker is done first, and when one is lost on the way.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from contextlib import closing
from importlib import metadata
from itertools import batched, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from em.data.sketch import Sketch

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["check_workers", "digest"]

PACKAGE = "em-vs-bayes"

BATCH = 16
"""Partitions asked for at a time: one at a time would take as many messages."""


def digest(collection: Any, weights: Any = None, rounding: float = 0.0) -> Sketch:
    """Digest a Dask collection in one pass, with a bounded number of partitions at a time.

    Parameters
    ----------
    collection : dask.array.Array, dask.dataframe.Series or dask.bag.Bag
        As `Sample.from_dask` takes it.
    weights : the same, optional
        With as many partitions of the same lengths.
    rounding : float
        The step to which the values were rounded, see `Sample`.

    Returns
    -------
    Sketch

    Raises
    ------
    ImportError
        If Dask is missing.
    RuntimeError
        If there is a distributed client, and its workers have another em-vs-bayes than this one.
    TypeError, ValueError
        As `Sample.from_dask` does.
    """
    try:
        import dask
    except ImportError as error:
        raise ImportError(
            "data of Dask need Dask, which is not installed; "
            "pip install 'em-vs-bayes[scale]' brings it"
        ) from error
    total = Sketch(rounding)
    values = _partitions(collection, "values")
    mass = [None] * len(values) if weights is None else _partitions(weights, "weights")
    if len(mass) != len(values):
        raise ValueError(
            f"expected weights in the {len(values)} partitions of the values, got {len(mass)} "
            "partitions; .rechunk(...) or .repartition(...) one like the other"
        )
    digested = dask.delayed(_digested, pure=False, traverse=False)
    tasks = [digested(*pair, total.rounding) for pair in zip(values, mass, strict=True)]
    client = _client()
    found = _locally(tasks) if client is None else _on_cluster(tasks, client)
    # Closed here: an exception keeps what it passed through, and with it would keep the work going.
    with closing(found):
        for place, part in enumerate(found):
            try:
                if isinstance(part, Exception):
                    raise part
                total.merge(part)
            except (TypeError, ValueError) as error:
                kind = TypeError if isinstance(error, TypeError) else ValueError
                raise kind(f"partition {place} (the first is 0): {error}") from None
    return total


def check_workers(client: Any) -> None:
    """Make sure that the workers of a cluster can digest what they are sent.

    Parameters
    ----------
    client : distributed.Client

    Raises
    ------
    RuntimeError
        If the version of em-vs-bayes on one of them is not the one here.
    """
    here = _version()
    # A function of the standard library can be sent to workers that have nothing else.
    there = client.run(metadata.version, PACKAGE, on_error="return")
    for worker, version in there.items():
        missing = isinstance(version, metadata.PackageNotFoundError)
        if (missing and here is not None) or (isinstance(version, str) and version != here):
            got = "none" if missing else version
            raise RuntimeError(
                f"expected {PACKAGE} {here or 'as here, which is not installed,'} on every worker, "
                f"got {got} on {worker}; install the same version there, and what it needs"
            )


def _version() -> str | None:
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return None


def _partitions(collection: Any, what: str) -> list[Any]:
    """The partitions in their order, each a `Delayed` with no more than its own tasks."""
    from dask.delayed import Delayed
    from dask.optimization import cull

    kind = f"{type(collection).__module__.partition('.')[0]} {type(collection).__name__}"
    # A Delayed claims to have every attribute, and gives another Delayed.
    if not isinstance(getattr(collection, "npartitions", None), int):
        raise TypeError(
            f"expected {what} as a dask array, a series of a dask dataframe or a dask bag, got "
            f"a {kind}; what is in memory goes into em.Sample itself"
        )
    n_dimensions = getattr(collection, "ndim", 1)
    if n_dimensions == 2 and hasattr(collection, "columns"):
        raise ValueError(
            f"expected {what} as one column, got a dataframe with {len(collection.columns)}; "
            "pass one, as in frame['height']"
        )
    if n_dimensions != 1:
        raise ValueError(
            f"expected {what} as a dask array of one dimension, got {n_dimensions}; "
            "pass one column, for example x[:, 0] or x.ravel()"
        )
    parts = list(np.ravel(np.asarray(collection.to_delayed(), dtype=object)))
    # All have the graph of the whole collection, and a cluster would be sent it with every batch.
    graph = dict(parts[0].dask) if parts else {}
    return [Delayed(part.key, cull(graph, [part.key])[0]) for part in parts]


def _digested(values: Any, weights: Any, rounding: float) -> Sketch | Exception:
    """Digest one partition, where it lies.

    What is wrong with the data is handed back, not raised: a worker that raises writes a traceback
    into its log, and the first bad partition to be found need not be the first.
    """
    try:
        column, mass = _column(values), None if weights is None else _column(weights)
        own = Sketch(rounding)
        own.add(column, mass)
    except (TypeError, ValueError) as error:
        return error
    # What is empty, or weighs nothing, adds nothing to a digest, but must match all the same.
    if mass is not None and np.shape(mass) != np.shape(column):
        return ValueError(
            f"expected one weight for each of the {np.size(column)} values, got "
            f"{np.size(mass)} weights; both need the same partitions"
        )
    return own


def _column(part: Any) -> Any:
    """What `Sample` takes, of a chunk of an array, a piece of a series or a part of a bag."""
    if not hasattr(part, "dtype"):
        return np.asarray(list(part))
    if not isinstance(part.dtype, np.dtype) and part.dtype.kind in "iuf":
        # NumPy would make objects of the numbers of pandas' own types where one is missing.
        return part.to_numpy(dtype=np.float64, na_value=np.nan)
    return part


def _client() -> Any:
    """The client that Dask itself would use; None where it would compute in this process."""
    import dask

    if dask.config.get("scheduler", None) not in {None, "distributed", "dask.distributed"}:
        return None
    if "distributed" not in sys.modules:
        return None  # who has a client has imported it
    from distributed import get_client

    try:
        return get_client()
    except ValueError:
        return None


def _locally(tasks: list[Any]) -> Generator[Any]:
    """The results in order, by threads unless Dask is configured to do otherwise."""
    import dask

    for batch in batched(tasks, max(BATCH, 4 * (os.cpu_count() or 1))):
        yield from dask.compute(*batch)


def _on_cluster(tasks: list[Any], client: Any) -> Generator[Any]:
    """The results in order; a few for every thread of the cluster are under way."""
    check_workers(client)
    waiting = batched(tasks, BATCH)
    under_way: deque[list[Any]] = deque()
    try:
        while True:
            # Results stay with their workers until it is their turn, so none pile up here.
            wanted = 3 * sum(client.nthreads().values()) + BATCH
            for batch in islice(waiting, max(0, -(-wanted // BATCH) - len(under_way))):
                under_way.append(client.compute(list(batch)))
            if not under_way:
                return
            yield from client.gather(under_way[0])
            _release(under_way.popleft())
    finally:
        # After an error or Ctrl-C nobody wants the rest, and the scheduler drops it.
        for futures in under_way:
            _release(futures)


def _release(futures: list[Any]) -> None:
    for future in futures:
        future.release()
