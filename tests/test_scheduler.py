"""The pass on a Dask cluster: the same bits, one line where the cluster fails, no trace of us."""

import os
import socket
import sys
import time

import pytest
from clusters import cluster, pids, wait_for

from compare import scheduler
from compare.errors import InputError

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def running():
    with cluster() as made:
        yield made


@pytest.fixture
def silent():
    "A port on the loopback where something listens and never says a word."
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


def connected(running, files=None):
    return scheduler.connect(running.scheduler_address, {} if files is None else files)


def known(running):
    "How many tasks the scheduler knows of."
    return len(running.scheduler.tasks)


# ---- calls ----


def test_functions_are_called_by_workers(running):
    "Results and exceptions come back, of calls with and without names, in other processes."
    with connected(running) as executor:
        assert executor.ahead == 3 * 3 + 4
        assert executor.submit(divmod, 17, 5).result(30) == (3, 2)
        assert executor.submit(int, "ff", base=16).result(30) == 255
        assert list(executor.map(abs, [-1, 2, -3])) == [1, 2, 3]
        assert executor.submit(os.getpid).result(30) in pids(running)
        with pytest.raises(ValueError, match="invalid literal"):
            executor.submit(int, "x").result(30)
        with pytest.raises(FileNotFoundError):
            executor.submit(os.stat, "/no/such/file").result(30)


def test_the_same_call_is_made_again(running):
    "Dask may answer a call that it has seen from memory; the file may have changed since."
    with connected(running) as executor:
        first, second = (executor.submit(time.monotonic_ns) for _ in range(2))
        assert first.result(30) != second.result(30)


def test_nothing_is_left_on_the_cluster(running):
    "What is cancelled, and what is under way when the block ends, is withdrawn."
    with connected(running) as executor:
        calls = [executor.submit(time.sleep, 1.0) for _ in range(20)]
        wait_for(lambda: known(running) >= 18)
        for call in calls[5:]:
            assert call.cancel()
        wait_for(lambda: known(running) <= 5)
    assert all(call.done() for call in calls)
    wait_for(lambda: known(running) == 0)
    assert len(pids(running)) == 3
    with pytest.raises(RuntimeError, match="after shutdown"):
        executor.submit(abs, 1)


def test_shutdown_waits_if_it_is_asked_to(running):
    "As any executor does."
    with connected(running) as executor:
        call = executor.submit(time.sleep, 0.2)
        executor.shutdown(wait=True)
        assert call.done()
        assert call.exception() is None


# ---- what can be wrong ----


def test_nobody_listens(silent, monkeypatch):
    "One line within seconds, where nothing listens and where something else does."
    monkeypatch.setattr(scheduler, "ANSWER", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    for address in (closed, silent):
        begin = time.monotonic()
        with (
            pytest.raises(InputError, match=f"no Dask scheduler answers at .{address}"),
            scheduler.connect(address, {}),
        ):
            pass
        assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    "address", ["nowhere", "tcp://host", "ftp://127.0.0.1:1", "tcp://127.0.0.1:x"]
)
def test_an_address_that_is_none(address, monkeypatch):
    "One line that shows what one looks like."
    monkeypatch.setattr(scheduler, "ANSWER", 1.0)
    with (
        pytest.raises(
            InputError,
            match=r"expected the address of a Dask scheduler, such as tcp://host:8786, got .*",
        ) as caught,
        scheduler.connect(address, {}),
    ):
        pass
    assert "\n" not in str(caught.value)


def test_workers_lack_something(running, monkeypatch, tmp_path):
    "Another version of the package, no pyarrow, or files that they do not see as they are here."
    there = tmp_path / "part.csv"
    there.write_text("x\n1\n")
    for files in ({str(tmp_path / "none.csv"): 4}, {str(there): 5}):
        with (
            pytest.raises(InputError, match=r"worker tcp://.* does not see .*\.csv' as it is here"),
            connected(running, files),
        ):
            pass
    with connected(running, {str(there): 4}):
        pass
    with monkeypatch.context() as patch:
        patch.setattr(scheduler, "READER", "no-such-package")
        with pytest.raises(InputError, match="has no no-such-package"), connected(running):
            pass
    monkeypatch.setattr("em.dask_pass._version", lambda: "99.0")
    with (
        pytest.raises(InputError, match=r"expected em-vs-bayes 99\.0 on every worker"),
        connected(running),
    ):
        pass


def test_without_distributed_the_extra_is_named(monkeypatch):
    "What to install, in one line."
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r"pip install 'em-vs-bayes\[scale\]'"),
        scheduler.connect("tcp://127.0.0.1:1", {}),
    ):
        pass


def test_workers_and_scheduler_go_away(monkeypatch):
    "No workers at the start, none left, and the scheduler gone: each is said, nothing hangs."
    monkeypatch.setattr(scheduler, "WORKERS", 0.3)
    monkeypatch.setattr(scheduler, "PATIENCE", 1.0)
    with cluster(n_workers=0) as made:
        with pytest.raises(InputError, match="has no workers; start some"), connected(made):
            pass
        monkeypatch.setattr(scheduler, "WORKERS", 30.0)
        made.scale(1)
        with connected(made) as executor:
            assert executor.submit(abs, -1).result(30) == 1
            made.scale(0)
            wait_for(lambda: not made.scheduler.workers)
            call = executor.submit(abs, -1)
            with pytest.raises(InputError, match=r"has no workers left; .* the same command again"):
                call.result(30)
            call = executor.submit(abs, -1)
            made.close()
            with pytest.raises(InputError, match=r"was lost|no workers left"):
                call.result(30)
