"""Workers: processes, or those of a Dask cluster, that do the jobs of a study side by side.

A job depends on its design and on itself alone, so that it does not matter who does it, or when.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import cache, partial
from multiprocessing.process import BaseProcess

from compare.study.design import Design
from compare.study.trials import Job, Trial, run

__all__ = ["done", "pool"]

AHEAD = 3
"""Jobs that each worker has before it, so that it never waits, and little is lost at the end."""

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def pool(workers: int | None = None) -> Iterator[Executor | None]:
    """Processes to work in; None where the work is to be done here.

    Parameters
    ----------
    workers : int, optional
        As many as there are cores by default; 1 for this process.
    """
    count = (os.process_cpu_count() or 1) if hasattr(os, "process_cpu_count") else os.cpu_count()
    wanted = (count or 1) if workers is None else workers
    if wanted <= 1:
        yield None
        return
    # There is a process for each core: threads of the linear algebra would wait for each other.
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    # A fork would copy the threads' locks of what has been imported.
    executor = ProcessPoolExecutor(wanted, multiprocessing.get_context("spawn"), _tied)
    others = set(multiprocessing.active_children())
    # Processes inherit what is blocked: Ctrl-C is for the one that begins them, from their start.
    unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    for _ in range(wanted):
        executor.submit(int)
    signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
    try:
        yield executor
    except BaseException:
        # Nobody waits for what is under way: whoever goes on does it again.
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _tied() -> None:
    """End with the process that began this one, even if that is killed."""
    threading.Thread(target=_end_with, args=[multiprocessing.parent_process()], daemon=True).start()


def _end_with(parent: BaseProcess | None) -> None:
    if parent is not None:
        parent.join()
        os._exit(1)


def done(
    design: Design, jobs: Sequence[Job], executor: Executor | None, ahead: int | None = None
) -> Iterator[Trial]:
    """Do jobs, and give their trials as they come.

    Parameters
    ----------
    design : Design
    jobs : sequence of Job
    executor : concurrent.futures.Executor, optional
        Who does them; this process by default.
    ahead : int, optional
        How many jobs are given out at a time.

    Yields
    ------
    Trial
    """
    if executor is None:
        yield from (run(design, job) for job in jobs)
        return
    work = partial(_run, design)
    left = iter(jobs)
    most = AHEAD * (os.cpu_count() or 1) if ahead is None else ahead
    under_way: set[Future[Trial]] = set()
    while True:
        for job in left:
            under_way.add(executor.submit(work, job))
            if len(under_way) >= most:
                break
        if not under_way:
            return
        finished, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        for future in finished:
            yield future.result()


def _run(design: Design, job: Job) -> Trial:
    return run(_kept(design), job)


@cache
def _kept(design: Design) -> Design:
    """The same design, with what it found out about its priors."""
    return design
