"""Dask clusters of real processes on this machine, for the tests of what runs on a cluster."""

import os
import signal
import time
from contextlib import contextmanager


@contextmanager
def cluster(n_workers=3):
    "A scheduler and workers, each a process with one thread, reached on the loopback alone."
    import dask
    from distributed import LocalCluster

    quiet = {
        # A worker that is killed on purpose need not be reported.
        "logging.distributed": "critical",
        "distributed.worker.profile.enabled": False,
        "distributed.admin.system-monitor.disk": False,
    }
    with (
        dask.config.set(quiet),
        LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            silence_logs=60,
            memory_limit=0,
        ) as made,
    ):
        yield made


def pids(running):
    "The processes of the workers, not of the nannies that start a worker anew when it dies."
    return [nanny.pid for nanny in running.workers.values()]


def kill(pid):
    "End a process the way a machine that loses power does."
    os.kill(pid, signal.SIGKILL)


def wait_for(happens, seconds=20.0):
    "Wait until something is true, and fail if it does not become so."
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)
