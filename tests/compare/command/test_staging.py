"""A kill at any moment, a second run and a full disk lose nothing and leave nothing behind."""

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import compare
from compare.command import files, staging
from compare.command.seal import sealed, torn
from compare.data.hidden import HIDDEN, put

ROOT = Path(compare.__file__).parents[1]

KILLED = """
import itertools, os, shutil, signal, sys
from pathlib import Path
from compare.command import files
from compare.command.seal import sealed, torn

os.fsync = lambda handle: None  # for power cuts, and slow
root = Path(sys.argv[1])
OLD = {"a/fit.png": b"old", "a/path.png": b"old", "a.md": b"a/fit.png a/path.png", "a.html": b"old"}
NEW = {"a/fit.png": b"new", "a/loss.png": b"new", "a.md": b"a/fit.png a/loss.png", "a.html": b"new"}

def write(folder, contents, run):
    json = {"a.json": lambda path: path.write_bytes(sealed("{}", run, path.parent, contents))}
    files.write_together(folder, "a", contents | json)

def found(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*") if path.is_file()
    }

def is_whole(folder, contents):
    there = found(folder)
    there.pop("a.json")
    return there == contents and not torn(folder / "a.json")

ended, is_news = [], []
sys.addaudithook(lambda event, args: steps and event in EVENTS and next(steps))
EVENTS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "fcntl.flock", "shutil.rmtree"}
steps = None

def until(last):
    yield from range(last)
    os.kill(os.getpid(), signal.SIGKILL)

for last in itertools.count():
    folder = root / str(last)
    folder.mkdir()
    write(folder, OLD, "old")
    child = os.fork()
    if child == 0:
        steps = until(last)
        write(folder, NEW, "new")
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    visible = {name: x for name, x in found(folder).items() if not name.startswith(".")}
    seal = visible.pop("a.json")
    # Who reads it now, before anybody has cleaned up, can tell whether it is whole.
    ended.append("torn" if torn(folder / "a.json") else "new" if b'"new"' in seal else "old")
    if ended[-1] == "old":
        assert visible == OLD, (last, visible)
    files.prepare_folder(folder)
    now = found(folder)
    assert not [name for name in now if name.startswith(".")], (last, now)
    # Between the last file that was made and the first that is moved, the old one is to go.
    is_new = is_whole(folder, NEW)
    assert is_new or (ended[-1] == "old" and is_whole(folder, OLD)), (last, now)
    assert is_new or not any(is_news), last
    is_news.append(is_new)
    assert sorted(path.name for path in folder.iterdir()) == ["a", "a.html", "a.json", "a.md"]
    shutil.rmtree(folder)
    if status == 0:
        break
print(last, *dict.fromkeys(ended))
"""


def test_a_kill_at_any_step_leaves_the_old_report_or_the_new_one(tmp_path):
    "Each file that is opened, moved or removed, and each lock, is the last one in turn."
    done = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    steps, *ended = done.stdout.split()
    assert int(steps) > 40
    assert ended == ["old", "torn", "new"]


FULL = """
import subprocess, sys
from pathlib import Path
from compare import run
from test_run import Pages, outcome, tree

def save(path, run):
    path.write_bytes(bytes(400_000))

for size in (500, 900, 1100):
    out = Path(sys.argv[1], str(size))
    out.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", out], check=True)
    for html in (1_000, 800_000):
        run.analyse = lambda *_: outcome(pages=Pages(html="x" * html), save=save)
        before = tree(out)
        status = run.main(["--out", str(out)])
        assert status == (0 if html < 300_000 else 2)
        assert status == 0 or tree(out) == before
"""


def test_a_full_disk_ends_in_one_line_and_leaves_the_old_report(tmp_path):
    "Real ones, too small in three ways: the old report is whole, and nothing else is there."
    own = ["unshare", "-rm", sys.executable, "-c", FULL, tmp_path]
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)])
    ask = {"env": os.environ | {"PYTHONPATH": path}, "capture_output": True, "text": True}
    try:
        done = subprocess.run(own, **ask, timeout=60, check=False)
    except FileNotFoundError:
        pytest.skip("no unshare here to mount a small disk with")
    if "unshare" in done.stderr or "CalledProcessError" in done.stderr:
        pytest.skip("mounting a small disk is not allowed here")
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert line.startswith("compare.run: error: the report cannot be written to ")
        assert line.endswith("No space left on device; earlier reports are as they were")


def test_what_a_reader_cannot_know_is_in_the_seal(tmp_path):
    "The run, and of each file name, size and SHA-256; one that is changed or missing is named."
    (tmp_path / "a").mkdir()
    for name in ("a/fit.png", "a.nc", "a.md"):
        (tmp_path / name).write_bytes(b"new")
    names = ("a/fit.png", "a.nc", "a.md")
    (tmp_path / "a.json").write_bytes(sealed('{"schema": 1, "x": 0.1}', "r", tmp_path, names))
    document = json.loads((tmp_path / "a.json").read_text())
    assert list(document) == ["schema", "x", "run", "files"]
    assert document["run"] == "r"
    assert document["files"][0] == {
        "name": "a/fit.png",
        "bytes": 3,
        "sha256": "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437",
    }
    assert torn(tmp_path / "a.json") == ()
    (tmp_path / "a.md").write_bytes(b"old")
    (tmp_path / "a.nc").unlink()
    assert torn(tmp_path / "a.json") == ("a.nc", "a.md")


def test_runs_that_write_the_same_report_wait_for_each_other(tmp_path, monkeypatch):
    "The second begins when the first is done; after a while it says that it waits, once."
    monkeypatch.setattr(staging, "WORTH_A_LINE", 0.0)
    told, begun = [], threading.Event()

    def slowly(path):
        begun.set()
        while not told:
            time.sleep(0.01)
        time.sleep(0.1)
        assert (tmp_path / "a.html").read_bytes() == b"old"
        path.write_bytes(b"first")

    (tmp_path / "a.html").write_bytes(b"old")
    contents = {"a.html": slowly, "a.md": b"first"}
    first = threading.Thread(target=files.write_together, args=(tmp_path, "a", contents))
    first.start()
    begun.wait(10)
    # A report of another name has nothing to wait for, and leaves the first alone.
    files.prepare_folder(tmp_path)
    files.write_together(tmp_path, "b", {"b.md": b"other"}, pytest.fail)

    def second(path):
        assert (tmp_path / "a.md").read_bytes() == b"first"
        path.write_bytes(b"second")

    files.write_together(tmp_path, "a", {"a.html": second}, lambda: told.append(1))
    first.join()
    assert told == [1]
    assert (tmp_path / "a.html").read_bytes() == b"second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.md", "b.md"]


def test_what_is_not_ours_to_take_is_left_alone(tmp_path):
    "A planted link is not followed, a file that changed since a kill is not replaced."
    aim = tmp_path / "aim"
    aim.mkdir()
    (aim / "dear").write_bytes(b"")
    out = tmp_path / "out"
    out.mkdir()
    files.write_together(out, "a", {"a.md": b"old"})

    def seen(path):
        own.append(path.parent.parent)
        path.write_bytes(b"")

    own = []
    files.write_together(out, "a", {"a.md": seen})
    assert own[0].name.startswith(HIDDEN)
    own[0].symlink_to(aim)
    files.prepare_folder(out)
    with pytest.raises(PermissionError, match="is not one's own; remove it"):
        files.write_together(out, "a", {"a.md": b"new"})
    assert [path.name for path in aim.iterdir()] == ["dear"]
    own[0].unlink()

    (own[0] / "files").mkdir(parents=True)
    (own[0] / "lock").touch()
    for name in ("a.md", "a.html"):
        (own[0] / "files" / name).write_bytes(b"late")
    (own[0] / "moves.json").write_text('{"move": ["a.md", "a.html"], "remove": []}')
    os.utime(own[0] / "moves.json", (1e9, 1e9))
    files.prepare_folder(out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        "a.md": b"",
        "a.html": b"late",
    }


def test_a_file_system_without_locks_will_do(tmp_path, monkeypatch):
    "Then runs do not wait, and nothing of others is swept away."

    def refuse(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)
    for content in (b"one", b"two"):
        files.prepare_folder(tmp_path)
        files.write_together(tmp_path, "a", {"a/fit.png": content})
        assert (tmp_path / "a" / "fit.png").read_bytes() == content
    left = [path for path in tmp_path.rglob(".*") if path.is_file() and path.name != "lock"]
    assert left == []


def test_moving_that_fails_is_done_by_the_next_run(tmp_path, monkeypatch):
    "As after a kill: the error says so, and what is complete is not lost."
    replace = Path.replace

    def fail(path, target):
        if path.name == "a.html":
            raise OSError(5, "Input/output error")
        return replace(path, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="Input/output error") as caught:
            files.write_together(tmp_path, "a", {"a.md": b"new", "a.html": b"new"})
    assert caught.value.__notes__ == [
        "a part of the report is in its place, and the next run into that folder moves the rest"
    ]
    assert (tmp_path / "a.md").exists()
    assert not (tmp_path / "a.html").exists()
    files.prepare_folder(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.md"]


def test_a_hidden_file_follows_no_planted_link_and_is_swept_when_its_run_is_gone(
    tmp_path, monkeypatch
):
    "Whoever knows the name cannot use it; as long as the file is locked, nobody removes it."
    dear = tmp_path / "dear"
    dear.write_bytes(b"dear")
    monkeypatch.setattr("secrets.token_hex", lambda _: "known")
    planted = tmp_path / f"{HIDDEN}known"
    planted.symlink_to(dear)
    with pytest.raises(FileExistsError):
        put(b"new", tmp_path / "kept.npz")
    assert dear.read_bytes() == b"dear"
    assert not (tmp_path / "kept.npz").exists()
    left = tmp_path / f"{HIDDEN}left"
    left.write_bytes(b"half")
    with left.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        files.prepare_folder(tmp_path)
        assert left.exists()
    files.prepare_folder(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dear"]
