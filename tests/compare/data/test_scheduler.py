"""The pass on a Dask cluster: the same bits, one line where the cluster fails, no trace of us."""

import os
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from clusters import cluster, kill, pids, wait_for

from compare import run
from compare.data import reading, scheduler
from compare.data.passes import digest_part, digest_parts
from compare.tables.errors import InputError
from compare.tables.kinds import parquet as parquet_files
from compare.tables.parts import Wanted
from compare.tables.sources import find

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def running():
    with cluster(n_workers=2) as made:
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
        assert executor.ahead == 3 * 2 + 4
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
        calls = [executor.submit(time.sleep, 0.5) for _ in range(20)]
        wait_for(lambda: known(running) >= 18)
        for call in calls[5:]:
            assert call.cancel()
        wait_for(lambda: known(running) <= 5)
    assert all(call.done() for call in calls)
    wait_for(lambda: known(running) == 0)
    assert len(pids(running)) == 2
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
    monkeypatch.setattr(scheduler, "ANSWER", 0.3)
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
    monkeypatch.setattr("em.data.dask_pass._version", lambda: "99.0")
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
            with pytest.raises(
                scheduler.ClusterError, match=r"has no workers left; .* the same command again"
            ):
                call.result(30)
            call = executor.submit(abs, -1)
            made.close()
            with pytest.raises(scheduler.ClusterError, match=r"was lost|no workers left"):
                call.result(30)


# ---- the pass ----


@pytest.fixture
def folder(tmp_path):
    "Forty files of two groups of heights."
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rng = np.random.default_rng(11)
    for place in range(40):
        upper = rng.random(4000) < 0.6
        heights = np.where(upper, rng.normal(176, 8, 4000), rng.normal(164, 6, 4000))
        parquet.write_table(pa.table({"height": heights}), tmp_path / f"part-{place}.parquet")
    return tmp_path


def merged(folder, executor, told=None):
    "All files of the folder, read by an executor."
    wanted = Wanted("height")
    files = find(str(folder / "part-*.parquet")).files
    parts = [part for file in files for part in parquet_files.parts(file, wanted)]
    read = partial(digest_part, wanted=wanted)
    return digest_parts(parts, read, executor, wanted, told=told, ahead=20).digests[""]


def test_a_killed_worker_changes_nothing(running, folder):
    "Killed when the first parts have arrived and most have not: the same bits as with a thread."
    victim = pids(running)[0]
    told = []

    def strike(part, _):
        told.append(part)
        if len(told) == 5:
            kill(victim)

    with connected(running) as executor:
        there = merged(folder, executor, strike).state()
    wait_for(lambda: victim not in pids(running))
    with ThreadPoolExecutor(1) as executor:
        here = merged(folder, executor).state()
    assert len(told) == 40
    assert here.keys() == there.keys()
    for name, array in here.items():
        np.testing.assert_array_equal(array, there[name], strict=True)


@pytest.fixture
def command(folder, monkeypatch):
    "Runs the command on the folder as if it were too large for memory, without the fits."
    seen = []
    monkeypatch.setattr(reading, "IN_MEMORY", 1000)

    def require(cases, _):
        seen.extend(case.sample for case in cases)
        raise InputError("that was the pass")

    monkeypatch.setattr(run, "require_one", require)

    def start(*more):
        data = str(folder / "part-*.parquet")
        status = run.main(["--data", data, "--out", str(folder / "out"), *more])
        return status, seen.pop() if seen else None

    return start


def test_the_command_reads_the_same_data_on_a_cluster(running, command, capfd):
    "The sample is that of a local run, and Dask writes nothing of its own."
    status, there = command("--scheduler", running.scheduler_address)
    assert status == 2
    assert "that was the pass" in capfd.readouterr().err.splitlines()[0]
    _, here = command()
    np.testing.assert_array_equal(there.values, here.values)
    np.testing.assert_array_equal(there.weights, here.weights)


def test_ctrl_c_leaves_the_cluster_in_peace(running, command, monkeypatch, capfd):
    "Status 130 and one line; tasks are withdrawn, and the workers go on."
    before = sorted(pids(running))

    def interrupted(self, fn, /, *args, **kwargs):
        if len(self._pending) == 5:
            signal.raise_signal(signal.SIGINT)
        return submit(self, fn, *args, **kwargs)

    submit = scheduler.ClusterExecutor.submit
    monkeypatch.setattr(scheduler.ClusterExecutor, "submit", interrupted)
    assert command("--scheduler", running.scheduler_address) == (130, None)
    assert capfd.readouterr().err == "compare.run: stopped by Ctrl-C\n"
    wait_for(lambda: known(running) == 0)
    assert sorted(pids(running)) == before


class Lossy:
    "A client of a cluster whose workers die with their results, so many times."

    def __init__(self, losses):
        self.calls, self.losses = 0, losses

    def submit(self, call, *, pure):
        assert pure is False
        self.calls += 1
        return Held(call, lost=self.calls <= self.losses)


class Held:
    def __init__(self, call, *, lost):
        self.call, self.status = call, "lost" if lost else "finished"

    def add_done_callback(self, tell):
        tell(self)

    def result(self, timeout):
        assert timeout < 10  # all calls wait for it
        return self.call()

    def release(self):
        pass


@pytest.mark.parametrize(("losses", "calls"), [(0, 1), (2, 3), (scheduler.RETRIES, 4)])
def test_a_result_that_is_lost_with_its_worker_is_made_anew(losses, calls):
    client = Lossy(losses)
    executor = scheduler.ClusterExecutor(client, "tcp://here", patience=1e6)
    assert executor.submit(divmod, 7, 2).result(timeout=5) == (3, 1)
    assert client.calls == calls
    executor.shutdown()


def test_results_that_are_lost_again_and_again_end_the_work_in_one_line():
    executor = scheduler.ClusterExecutor(Lossy(100), "tcp://here", patience=1e6)
    with pytest.raises(scheduler.ClusterError, match="was lost; see to it that it runs"):
        executor.submit(divmod, 7, 2).result(timeout=5)
    executor.shutdown()
