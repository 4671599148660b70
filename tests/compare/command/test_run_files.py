"""The command reads files of any size: bad ones cost one line, an interruption costs seconds."""

import gzip
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from compare import run
from compare.command.options import parse
from compare.data import passes, reading
from compare.data.origins import Column, Dropped, Weighted
from compare.data.progress import Progress
from compare.tables import formats
from compare.tables.kinds import text as text_files
from compare.tables.sources import Place

ROOT = Path(run.__file__).parents[1]

SLOW = """
import sys, time
from compare.tables import formats
from compare.tables.kinds import parquet
from compare.data import passes
from compare.data import reading
from compare import run

reading.IN_MEMORY, passes.SAVE_EVERY, parquet.ROWS = 0, 0.0, 1000

def slowly(*arguments):
    for piece in formats.pieces(*arguments):
        time.sleep(0.05)
        yield piece

passes.pieces = slowly
sys.exit(run.main(sys.argv[1:]))
"""
"""The command, with every part a slow one."""


@pytest.fixture
def folder(tmp_path):
    "Forty files of a thousand rows."
    inside = tmp_path / "trips"
    inside.mkdir()
    rng = np.random.default_rng(1)
    for i in range(40):
        x = np.concatenate([rng.normal(0, 1, 400), rng.normal(5, 2, 600)])
        pq.write_table(pa.table({"x": x}), inside / f"part-{i}.parquet")
    return inside


def cases(*arguments):
    return run._cases(parse(list(map(str, arguments))), Progress())


def test_an_interrupted_pass_is_taken_up_and_gives_the_same_bits(folder, tmp_path, monkeypatch):
    "One line, the status of the signal, one hidden file; the next run reads only the rest."
    out = tmp_path / "out"
    arguments = ["--data", folder, "--column", "x", "--out", out]
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    kept = out / ".trips.partial.npz"
    until = time.monotonic() + 60
    while not kept.exists() and time.monotonic() < until:
        time.sleep(0.01)
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    said, complaint = process.communicate(timeout=60)
    assert time.monotonic() - begin < 5
    assert process.returncode == 128 + signal.SIGTERM
    assert said == ""
    assert complaint.startswith("compare.run: stopped by ")
    assert complaint.count("\n") == 1
    assert [path.name for path in out.iterdir()] == [kept.name]

    monkeypatch.setattr(reading, "IN_MEMORY", 0)
    monkeypatch.setattr(passes, "SAVE_EVERY", 0.0)
    read = []
    digest_part = passes.digest_part
    monkeypatch.setattr(
        passes,
        "digest_part",
        lambda part, **options: read.append(1) or digest_part(part, **options),
    )
    ((case,), checkpoint) = cases(*arguments)
    assert 0 < len(read) < 40
    ((whole,), _) = cases(*arguments, "--fresh")
    state, expected = case.sample.digest.state(), whole.sample.digest.state()
    assert case.sample.n == 40_000
    assert state.keys() == expected.keys()
    assert all(state[name].tobytes() == expected[name].tobytes() for name in state)
    checkpoint.remove()


@pytest.mark.parametrize(
    ("spoil", "arguments", "expected"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "", "'part-17.parquet' is damaged"),
        (
            lambda path: pq.write_table(pa.table({"x": ["one"]}), path),
            "",
            "'part-17.parquet': expected numbers in column 'x', got the type 'string'",
        ),
        (
            lambda path: pq.write_table(pa.table({"x": [1.0, None]}), path),
            "",
            "'part-17.parquet': column 'x' has no value in 1 of 2 rows, the first of them row 2;",
        ),
        (
            lambda path: pq.write_table(pa.table({"x": [1.0, np.inf]}), path),
            "--missing drop",
            "'part-17.parquet': expected finite numbers in column 'x', got inf in row 2",
        ),
        (
            lambda path: pq.write_table(pa.table({"x": [1.5]}), path),
            "--rounding 1",
            "column 'x' of",
        ),
        (lambda path: path.unlink(), "--by x", "--column and --by both name 'x'"),
        (lambda path: path.unlink(), "--by y", "has no column 'y', only 'x'"),
    ],
)
@pytest.mark.parametrize("in_memory", [True, False])
def test_bad_files_cost_one_line_and_touch_nothing(
    folder, tmp_path, capsys, monkeypatch, spoil, arguments, expected, in_memory
):
    "Status 2, whether the data would have been kept or not."
    if not in_memory:
        monkeypatch.setattr(reading, "IN_MEMORY", 0)
    spoil(folder / "part-17.parquet")
    line = ["--data", str(folder), "--column", "x", "--out", str(tmp_path / "out")]
    assert run.main([*line, *arguments.split()]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("compare.run: error: ")
    assert said.err.count("\n") == 1
    assert said.err[:-1].isprintable()
    assert expected in said.err
    assert not (tmp_path / "out").exists()


def test_a_report_never_replaces_one_of_the_files_it_reads(tmp_path, capsys):
    "Whichever of them it is, and before any is read."
    for i in range(3):
        (tmp_path / f"part-{i}.csv").write_text("x\n1\n2\n3\n4\n")
    (tmp_path / "part.md").symlink_to(tmp_path / "part-2.csv")
    line = ["--data", str(tmp_path / "part-*.csv"), "--out", str(tmp_path)]
    assert run.main(line) == 2
    assert "would overwrite its data" in capsys.readouterr().err


def test_without_pyarrow_text_is_read_and_parquet_says_what_is_missing(
    tmp_path, capsys, monkeypatch
):
    "One line with the command that installs it."
    for module in (formats, text_files):
        monkeypatch.setattr(module, "find_spec", lambda _: None)
    values = list(range(20_000))
    (tmp_path / "ages.csv").write_text("x\n" + "".join(f"{value}\n" for value in values))
    ((case,), _) = cases("--data", tmp_path / "ages.csv")
    assert case.sample.values.tolist() == values
    pq.write_table(pa.table({"x": [1.0]}), tmp_path / "ages.parquet")
    assert run.main(["--data", str(tmp_path / "ages.parquet"), "--out", str(tmp_path)]) == 2
    assert "not installed: pyarrow" in capsys.readouterr().err


def test_small_files_of_every_kind_are_kept_as_they_are(tmp_path):
    "One CSV file, a zipped one, a folder of them and Parquet give the same sample and no pass."
    x = np.random.default_rng(1).normal(170, 9, 1000).round(2)
    text = ("x\n" + "".join(f"{value}\n" for value in x)).encode()
    (tmp_path / "a.csv").write_bytes(text)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text))
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "1.csv").write_bytes(b"\n".join(text.split(b"\n")[:501]))
    (tmp_path / "many" / "2.csv").write_bytes(b"x\n" + b"\n".join(text.split(b"\n")[501:]))
    pq.write_table(pa.table({"x": x}), tmp_path / "a.parquet")
    for data in ("a.csv", "a.csv.gz", "many", "a.parquet"):
        ((case,), checkpoint) = cases("--data", tmp_path / data)
        np.testing.assert_array_equal(case.sample.values, x)
        assert checkpoint is None
        assert [piece is case.sample for piece in case.pieces()] == [True]


def test_options_of_files_reach_the_sample(tmp_path):
    "Rounding, weights, gaps and groups of one small file."
    (tmp_path / "a.csv").write_text("v,n,g\n1,2,b\n2,3,a10\n,1,a9\n4,1,a9\n5,,b\n3,1,\n")
    arguments = "--column v --weights n --by g --rounding 1 --missing drop --unit cm".split()
    found, _ = cases("--data", tmp_path / "a.csv", *arguments)
    assert [case.group for case in found] == ["a9", "a10", "b"]
    assert [case.sample.values.tolist() for case in found] == [[4.0], [2.0], [1.0]]
    assert [case.sample.weights.tolist() for case in found] == [[1.0], [3.0], [2.0]]
    assert {(case.by, case.dropped, case.unit, case.name) for case in found} == {
        ("g", 3, "cm", "a")
    }
    assert all(case.sample.rounding == 1.0 for case in found)
    assert found[0].source == Column(
        "v", Place("file", "a.csv"), Weighted("n", None, None), ("g", "a9"), Dropped(3, 6, (), 0)
    )


def test_values_that_are_left_out_are_counted_in_each_group(tmp_path):
    "Of each group those that it has; the rest is kept as it came."
    (tmp_path / "a.csv").write_text("v,g\n0,a\n0,a\n5,a\n6,a\n0,b\n7,b\n9,b\n4,c\n3,c\n")
    asked = ["--data", tmp_path / "a.csv", "--column", "v", "--leave-out", "0"]
    (all_of_them,), _ = cases(*asked)
    assert all_of_them.sample.values.tolist() == [5.0, 6.0, 7.0, 9.0, 4.0, 3.0]
    assert [(one.count, one.share) for one in all_of_them.sample.left_out] == [(3, 3 / 9)]
    found, _ = cases(*asked, "--leave-out", "9", "--by", "g")
    assert [case.sample.values.tolist() for case in found] == [[5.0, 6.0], [7.0], [4.0, 3.0]]
    assert [[one.value for one in case.sample.left_out] for case in found] == [[0], [0, 9], []]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--leave-out 8", "no value equals 8, which --leave-out names; leave that out"),
        ("--leave-out 5 --leave-out 6 --leave-out 0", "those that are left out, got none"),
        ("--leave-out 5 --leave-out 6", "is constant: every value that counts is 0"),
    ],
)
def test_what_cannot_be_left_out_costs_one_line(tmp_path, capsys, arguments, expected):
    "A value that does not occur, or so many that nothing can be fitted."
    (tmp_path / "a.csv").write_text("v\n0\n0\n5\n6\n")
    line = ["--data", str(tmp_path / "a.csv"), "--out", str(tmp_path / "out")]
    assert run.main([*line, *arguments.split()]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert expected in said.err


def test_rows_that_are_not_kept_cannot_be_left_out(folder, tmp_path, capsys, monkeypatch):
    "They are seen once, and only their digests remain."
    monkeypatch.setattr(reading, "IN_MEMORY", 0)
    line = ["--data", str(folder), "--column", "x", "--out", str(tmp_path / "out")]
    assert run.main([*line, "--leave-out", "0"]) == 2
    assert "--leave-out needs all rows in memory, 0 at the most" in capsys.readouterr().err


@pytest.mark.parametrize("n_bytes", [2, 7, 12, 22])
def test_the_beginning_of_a_zipped_file_is_called_damaged(tmp_path, capsys, n_bytes):
    "However little of it there is."
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"x\n1\n2\n3\n4\n")[:n_bytes])
    assert run.main(["--data", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "'a.csv.gz' is a damaged gzip file" in capsys.readouterr().err


def test_a_zipped_file_that_is_large_inside_is_not_taken_into_memory(tmp_path, monkeypatch):
    "What counts is how many rows there are; nobody believes what the end of the file says."
    monkeypatch.setattr(reading, "IN_MEMORY", 20_000)
    path = tmp_path / "a.csv.gz"
    for n, is_kept in ((10_000, True), (60_000, False)):
        path.write_bytes(gzip.compress(b"x\n" + b"1\n2\n" * (n // 2)))
        ((case,), _) = cases("--data", path)
        assert case.sample.n == n
        assert (case.again is None) == is_kept
