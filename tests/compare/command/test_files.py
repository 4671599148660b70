"""Files appear whole and together, or not at all."""

import os
import signal
import stat
import threading
from pathlib import Path

import pytest

from compare.command import files
from compare.tables.errors import InputError


def tree(folder):
    "Everything in a folder, hidden files and staging included, with its content."
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_all_files_are_written_with_their_content(tmp_path):
    "Bytes are written as they are, a callable writes to the path it gets, nothing else is left."
    files.write_together(
        tmp_path,
        "a",
        {
            "a/fit.png": b"png",
            "a.nc": lambda path: path.write_bytes(b"draws"),
            "a.html": b"<p>\xe8\xba\xab",
        },
    )
    assert tree(tmp_path) == {
        "a": None,
        "a/fit.png": b"png",
        "a.nc": b"draws",
        "a.html": b"<p>\xe8\xba\xab",
    }


def test_earlier_files_are_replaced_and_stale_ones_removed(tmp_path):
    "What the new report has replaces the old, what it no longer has goes, the rest stays."
    (tmp_path / "a").mkdir()
    for name in ("a/fit.png", "a/old.png", "a/mine.txt", "a.html"):
        (tmp_path / name).write_bytes(b"old")
    (tmp_path / "a.md").write_text("![](a/fit.png) ![](a/old.png) ![](a/never.png)")
    new = {"a/fit.png": b"new", "a.html": b"new", "a.md": b"new"}
    files.write_together(tmp_path, "a", new)
    assert tree(tmp_path) == {"a": None, "a/mine.txt": b"old", **new}


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_permissions_are_those_of_any_new_file(tmp_path, mask):
    "The umask decides, for files and for the folder of the figures, also when replacing."
    before = os.umask(mask)
    try:
        for _ in range(2):
            files.write_together(
                tmp_path, "a", {"a/fit.png": b"", "a.nc": lambda path: path.write_bytes(b"")}
            )
            for name in ("a/fit.png", "a.nc"):
                assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o666 & ~mask
            assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o777 & ~mask
    finally:
        os.umask(before)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("new", [True, False])
def test_nothing_changes_when_a_file_cannot_be_completed(tmp_path, error, new):
    "An error or an interrupt in the last file leaves the first ones as they were, too."
    if not new:
        (tmp_path / "a.json").write_bytes(b"old")
        (tmp_path / "old.png").write_bytes(b"old")
    before = tree(tmp_path)

    def fail(path):
        path.write_bytes(b"half")
        raise error

    with pytest.raises(type(error)):
        files.write_together(tmp_path, "a", {"a/fit.png": b"new", "a.json": b"new", "a.nc": fail})
    assert tree(tmp_path) == before


def test_signals_wait_until_all_files_are_in_place(tmp_path, monkeypatch):
    "A signal between two moves is delivered after the last one."
    replace = Path.replace

    def interrupted(path, target):
        if path.name == "a.json":
            signal.raise_signal(signal.SIGINT)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    contents = {"a/fit.png": b"new", "a.json": b"new", "a.html": b"new"}
    with pytest.raises(KeyboardInterrupt):
        files.write_together(tmp_path, "a", contents)
    assert tree(tmp_path) == {"a": None, **contents}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_files_can_be_written_from_any_thread(tmp_path):
    "Only the main thread may handle signals; another one does without."
    worker = threading.Thread(target=files.write_together, args=(tmp_path, "a", {"a.html": b"new"}))
    worker.start()
    worker.join()
    assert tree(tmp_path) == {"a.html": b"new"}


def test_only_files_that_the_earlier_page_names_count_as_earlier(tmp_path):
    "A picture or a text that the user keeps in a folder of that name is left alone."
    assert files.earlier_files(tmp_path, "a") == set()
    (tmp_path / "a").mkdir()
    for name in ("fit.png", "mine.png", "old.svg", "notes.txt"):
        (tmp_path / "a" / name).write_bytes(b"")
    assert files.earlier_files(tmp_path, "a") == set()
    (tmp_path / "a.md").write_text("![The fit](a/fit.png) ![](a/old.svg) [](a/notes.txt)")
    assert files.earlier_files(tmp_path, "a") == {"a/fit.png", "a/old.svg"}


def test_targets_that_can_be_written_pass_without_a_trace(tmp_path):
    "Checking makes nothing, neither for a new folder nor for an existing report."
    (tmp_path / "a").mkdir()
    (tmp_path / "a.html").write_bytes(b"old")
    before = tree(tmp_path)
    files.check_targets(tmp_path, ["a/", "a.html"], data=tmp_path / "a.html.csv")
    files.check_targets(tmp_path / "new" / "deep", ["a/", "a.html"])
    assert tree(tmp_path) == before


def test_targets_in_the_way_are_refused(tmp_path):
    "A folder in the place of a file, a file in that of a folder, and the data themselves."
    (tmp_path / "a").write_bytes(b"file")
    (tmp_path / "a.html").mkdir()
    (tmp_path / "a.json").write_bytes(b"age\n1\n2\n")
    (tmp_path / "link.csv").symlink_to("a.json")
    with pytest.raises(InputError, match=r"a file, .*a', has the place of the report"):
        files.check_targets(tmp_path, ["a/"])
    with pytest.raises(InputError, match=r"a folder, .*a\.html', has the place of the report"):
        files.check_targets(tmp_path, ["a.html"])
    for data in ("a.json", "link.csv"):
        with pytest.raises(InputError, match="overwrite its data"):
            files.check_targets(tmp_path, ["a.json"], data=tmp_path / data)
    with pytest.raises(InputError, match="File name too long"):
        files.check_targets(tmp_path, ["x" * 255 + ".html"])


def test_a_folder_that_cannot_be_made_is_refused(tmp_path, monkeypatch):
    "A file in the way, a dangling link, or no permission: before anything is computed."
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to("nowhere")
    for out in ("file", "file/below", "link", "link/below"):
        with pytest.raises(InputError, match="is not a folder; choose another with --out"):
            files.check_targets(tmp_path / out, [])
        with pytest.raises(InputError, match="choose another with --out"):
            files.prepare_folder(tmp_path / out)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="cannot be written to"):
        files.check_targets(tmp_path, [])


def test_a_folder_is_proved_to_be_writable(tmp_path, monkeypatch):
    "A folder is made with those above it; one in which no file can be made is refused."
    files.prepare_folder(tmp_path / "new" / "deep")
    assert tree(tmp_path) == {"new": None, "new/deep": None}

    def refuse(**_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(InputError, match="Read-only file system"):
        files.prepare_folder(tmp_path)
