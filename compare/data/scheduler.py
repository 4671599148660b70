"""The pass over the files on a Dask cluster, and what can be wrong with a cluster, in one line."""

from __future__ import annotations

import logging
import threading
import time
import warnings
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.tables.errors import InputError, one_line, quoted
from em.data.dask_pass import check_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["ClusterError", "ClusterExecutor", "connect"]

ANSWER = 5.0
"""Seconds in which a scheduler must answer."""
WORKERS = 10.0
"""Seconds in which the first worker must appear."""
PATIENCE = 30.0
"""Seconds without any worker, after which nobody waits for one: a killed one is back sooner."""

RETRIES = 3
"""How often a call is made anew whose result was lost with the worker that had it."""

READER = "pyarrow"
"""What workers need besides em-vs-bayes itself."""

AGAIN = "see to it that it runs, and give the same command again"

NOISY = ("distributed", "tornado", "asyncio")
"""Loggers of Dask that write to standard error what the one line says."""


class ClusterError(InputError):
    """The cluster failed, and not a part of the data."""


class ClusterExecutor(Executor):
    """Runs functions on the workers of a cluster, as `concurrent.futures` has it.

    What Dask's own (`distributed.Client.get_executor`) lacks: it ends when no worker is left, and
    says in one line what happened to the cluster. A worker that dies is Dask's affair: what it
    was to do is done by others.

    Parameters
    ----------
    client : distributed.Client
    address : str
        The scheduler, for messages.
    patience : float
        Seconds to wait for a worker where none is left.
    """

    def __init__(self, client: Any, address: str, patience: float = PATIENCE) -> None:
        self._client = client
        self._where = f"the Dask cluster at {quoted(address)}"
        self._patience = patience
        self._pending: dict[Future[Any], Any] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._watcher = threading.Thread(
            target=self._watch, name="em-vs-bayes-workers", daemon=True
        )
        self._watcher.start()

    @property
    def ahead(self) -> int:
        """How many calls keep all workers busy while the first one is waited for."""
        threads: dict[str, int] = self._client.nthreads()
        return 3 * sum(threads.values()) + 4

    def submit[T](self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a function called by a worker.

        Parameters
        ----------
        fn : callable
            Importable on the workers, with arguments and a result that can be pickled.
        *args, **kwargs
            What it is called with.

        Returns
        -------
        concurrent.futures.Future
            Its exception is what the function raised, or `ClusterError` if the cluster failed.
            Cancelling it takes the task from the cluster.
        """
        if self._closed.is_set():
            raise RuntimeError("cannot call functions on a cluster after shutdown")
        outer: Future[T] = Future()
        outer.add_done_callback(self._forget)
        self._ask(outer, partial(fn, *args, **kwargs), RETRIES)
        return outer

    def _ask(self, outer: Future[Any], call: Callable[[], Any], retries: int) -> None:
        """Give a call to the cluster; `retries` is how often it may be given once more."""
        # Files may have changed since a function was called with the same arguments: not pure.
        inner = self._client.submit(call, pure=False)
        with self._lock:
            self._pending[outer] = inner
        inner.add_done_callback(partial(self._take, outer, call, retries))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the work.

        Parameters
        ----------
        wait : bool
            Whether to wait for what is under way.
        cancel_futures : bool
            Whether to drop it before.
        """
        with self._lock:
            pending = list(self._pending)
        if cancel_futures:
            for outer in pending:
                outer.cancel()
        if wait:
            for outer in pending:
                with suppress(CancelledError):
                    outer.exception()
        self._closed.set()

    def _forget(self, outer: Future[Any]) -> None:
        with self._lock:
            inner = self._pending.pop(outer, None)
        if inner is not None:
            # The scheduler drops what nobody wants.
            inner.release()

    def _take(self, outer: Future[Any], call: Callable[[], Any], retries: int, inner: Any) -> None:
        """Hand on what a worker has done; called in a thread of the client."""
        from distributed import KilledWorker

        # All calls share one thread, which must not wait for what nobody wants or nobody brings.
        if outer.done():
            return
        try:
            if inner.status == "lost":
                raise TimeoutError  # noqa: TRY301 - the worker died that had the result
            if inner.status == "cancelled":
                raise CancelledError  # noqa: TRY301 - Dask says it so
            if inner.status == "error":
                error = inner.exception(timeout=ANSWER)
            else:
                result = inner.result(timeout=ANSWER)
                with suppress(InvalidStateError):
                    outer.set_result(result)
                return
        except (CancelledError, TimeoutError, OSError) as lost:
            if retries and not isinstance(lost, CancelledError):
                with suppress(Exception):  # else the scheduler is gone, too
                    self._ask(outer, call, retries - 1)
                    return
            error = ClusterError(f"{self._where} was lost; {AGAIN}")
        if isinstance(error, KilledWorker):
            error = ClusterError(
                f"several workers of {self._where} died over the same part of the data; give each "
                "more memory, or fewer threads"
            )
        self._fail(outer, error)

    @staticmethod
    def _fail(outer: Future[Any], error: BaseException) -> None:
        # It may have been cancelled, or given up, at this very moment.
        with suppress(InvalidStateError):
            outer.set_exception(error)

    def _watch(self) -> None:
        """End the waiting where no worker is left; runs in a thread of its own."""
        last = time.monotonic()
        while not self._closed.wait(min(1.0, self._patience / 4)):
            what = "has no workers left"
            try:
                # As `nthreads` of the client does, which would wait for a lost scheduler for long.
                there = self._client.sync(self._client.scheduler.ncores, callback_timeout=ANSWER)
            except Exception:  # noqa: BLE001 - whatever it is, nobody answers
                there, what = {}, "was lost"
            if there:
                last = time.monotonic()
            elif time.monotonic() - last >= self._patience:
                with self._lock:
                    pending = list(self._pending)
                for outer in pending:
                    self._fail(outer, ClusterError(f"{self._where} {what}; {AGAIN}"))


@contextmanager
def connect(address: str, files: Mapping[str, int]) -> Iterator[ClusterExecutor]:
    """Use a Dask cluster for the pass.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://127.0.0.1:8786``.
    files : mapping of str to int
        The absolute paths of the files that will be read, with their sizes in bytes: the workers
        must see the same files.

    Yields
    ------
    ClusterExecutor
        At the end, whatever the reason, tasks are withdrawn and the cluster goes on without us.

    Raises
    ------
    InputError
        A `ValueError` of one line, if nobody answers, if there are no workers, or if they lack
        em-vs-bayes, pyarrow or the files.
    """
    try:
        import distributed
    except ImportError:
        raise InputError(
            "not installed: distributed; pip install 'em-vs-bayes[scale]' brings what --scheduler "
            "needs"
        ) from None
    with _silenced():
        client = _client(address, distributed)
        try:
            _check(client, address, files)
            executor = ClusterExecutor(client, address, PATIENCE)
            try:
                yield executor
            finally:
                executor.shutdown(wait=False, cancel_futures=True)
        finally:
            with suppress(OSError, TimeoutError):
                client.close(timeout=ANSWER)


def _client(address: str, distributed: Any) -> Any:
    try:
        distributed.comm.get_address_host_port(address, strict=True)
    except ValueError as error:
        raise InputError(
            "expected the address of a Dask scheduler, such as tcp://host:8786, got "
            f"{quoted(address)} ({one_line(str(error))})"
        ) from None
    answer: Future[Any] = Future()

    def ask() -> None:
        try:
            made = distributed.Client(address, timeout=ANSWER, set_as_default=False)
        except Exception as error:  # noqa: BLE001 - it is looked at below
            with suppress(InvalidStateError):
                answer.set_exception(error)
            return
        if not answer.set_running_or_notify_cancel():
            made.close()  # too late
            return
        answer.set_result(made)

    with warnings.catch_warnings():
        # Versions of Dask that differ are Dask's affair; ours are checked.
        warnings.simplefilter("ignore")
        # Where something listens that is no scheduler, Dask waits for its first word for ever.
        threading.Thread(target=ask, daemon=True).start()
        try:
            return answer.result(timeout=ANSWER + 1.0)
        except Exception:  # noqa: BLE001 - there are as many as there are other servers
            answer.cancel()
            raise InputError(
                f"no Dask scheduler answers at {quoted(address)}; is it running there, and "
                "reachable from here? It shows its address when it starts (dask scheduler)"
            ) from None


def _check(client: Any, address: str, files: Mapping[str, int]) -> None:
    """Make sure that the workers can do what they will be asked to do."""
    try:
        client.wait_for_workers(1, timeout=WORKERS)
        check_workers(client)
        for worker, found in client.run(metadata.version, READER, on_error="return").items():
            if isinstance(found, metadata.PackageNotFoundError):
                raise InputError(
                    f"worker {worker} has no {READER} to read the files with; "
                    "pip install 'em-vs-bayes[scale]' there"
                )
        for worker, unseen in client.run(first_unseen, dict(files), on_error="ignore").items():
            if unseen is not None:
                raise InputError(
                    f"worker {worker} does not see {quoted(unseen, 200)} as it is here; the files "
                    "must lie where all workers find them under the same path"
                )
    except TimeoutError:
        raise InputError(
            f"the Dask cluster at {quoted(address)} has no workers; start some with "
            f"dask worker {one_line(address)}"
        ) from None
    except RuntimeError as error:
        raise InputError(one_line(str(error))) from None
    except OSError:
        raise InputError(f"the Dask cluster at {quoted(address)} was lost; {AGAIN}") from None


def first_unseen(files: Mapping[str, int]) -> str | None:
    """The first file that is not there or has another size; None if all are as they should be.

    Parameters
    ----------
    files : mapping of str to int
        Paths, with sizes in bytes.

    Returns
    -------
    str or None
    """
    for path, size in files.items():
        try:
            if Path(path).stat().st_size != size:
                return path
        except OSError:
            return path
    return None


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep Dask's loggers from writing beside the one line."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in NOISY]
    levels = {name: logging.getLogger(name).level for name in {*names, *NOISY}}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
