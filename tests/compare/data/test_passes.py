"""A pass over many parts says what one look at all data says, and can be taken up again."""

import json
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import em
from compare.data import passes, reading
from compare.data.checkpoint import Checkpoint
from compare.data.merged import Merged
from compare.data.origins import Column, Dropped
from compare.data.passes import Again, digest_part, digest_parts
from compare.data.progress import Progress
from compare.data.reading import Reading, read_cases
from compare.tables.errors import InputError
from compare.tables.formats import pieces
from compare.tables.kinds import parquet
from compare.tables.parts import Wanted
from compare.tables.sources import Place, find
from em import Digest, Sample


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    "Few rows are many here: nothing is kept in memory, and every part is worth keeping."
    monkeypatch.setattr(reading, "IN_MEMORY", 0)
    monkeypatch.setattr(passes, "SAVE_EVERY", 0.0)
    monkeypatch.setattr(parquet, "ROWS", 1000)
    monkeypatch.setattr(em.data.sketch, "MOST_POINTS", 600)


@pytest.fixture
def folder(tmp_path):
    "Six files of 2,000 rows each, in two parts each."
    inside = tmp_path / "trips"
    inside.mkdir()
    rng = np.random.default_rng(1)
    for i in range(6):
        table = pa.table(
            {
                "x": rng.normal(10 * (i % 2), 1 + i, 2000),
                "w": rng.integers(0, 3, 2000),
                "g": rng.choice(["north", "south", "east"], 2000),
            }
        )
        pq.write_table(table, inside / f"part-{i + 7}.parquet", row_group_size=500)
    return inside


def read(data, **options):
    options.setdefault("keep", None)
    return read_cases(Reading(find(data), "x", **options), Progress())


def bits(case):
    "All that a case of a pass knows of its data."
    digest, sample = case.sample.digest, case.sample
    state = {"values": sample.values, "weights": sample.weights} | (
        digest.state() if digest else {}
    )
    return {name: array.tobytes() for name, array in state.items()}


def whole(folder, column):
    return np.concatenate(
        [pq.read_table(file.path)[column].to_numpy() for file in find(folder).files]
    )


# ---- what a pass finds ----


def test_a_pass_says_what_all_the_data_say(folder):
    "Number, range, mean and sd are those of the values in one piece."
    ((case,), _) = read(folder)
    x = Sample(whole(folder, "x"))
    assert (case.sample.n, case.sample.lowest, case.sample.highest) == (x.n, x.lowest, x.highest)
    assert case.sample.mean == pytest.approx(x.mean, rel=1e-13)
    assert case.sample.sd == pytest.approx(x.sd, rel=1e-10)
    assert (case.name, case.variable) == ("trips", "x")
    assert case.source == Column("x", Place("folder", "trips", 6))


def test_a_second_look_brings_exactly_the_same_values(folder):
    "Case.pieces gives every value that counts with its weight, group by group, in order."
    cases, _ = read(folder, weights="w", by="g")
    x, w, g = (whole(folder, name) for name in "xwg")
    assert [case.group for case in cases] == ["east", "north", "south"]
    for case in cases:
        shown = []
        progress = Progress()
        progress.show = lambda *what, shown=shown: shown.append(what)
        some = list(case.pieces(progress))
        assert shown[-1][:2] == (1.0, 12_000)
        own = (g == case.group) & (w > 0)
        np.testing.assert_array_equal(np.concatenate([p.values for p in some]), x[own])
        np.testing.assert_array_equal(np.concatenate([p.weights for p in some]), w[own])
        assert case.by == "g"


def test_groups_are_what_a_pass_over_each_alone_would_find(folder, tmp_path):
    "The same bits as of files that hold one group only."
    cases, _ = read(folder, by="g")
    for case in cases:
        alone = tmp_path / case.group
        alone.mkdir()
        for file in find(folder).files:
            table = pq.read_table(file.path)
            # The parts must be the same, since the digests of parts are added up.
            groups = [table.slice(1000 * i, 1000) for i in range(2)]
            kept = [t.filter(pa.compute.equal(t["g"], case.group)) for t in groups]
            for i, rows in enumerate(kept):
                pq.write_table(rows, alone / f"{file.path.stem}.{i}.parquet")
        ((only,), _) = read(alone)
        assert bits(only) == bits(case)


@pytest.mark.parametrize("kind", ["one thread", "four threads", "processes"])
def test_whoever_reads_the_parts_finds_the_same_bits(folder, kind):
    "Parts add up in their order, whichever is done first and wherever."
    wanted = Wanted("x", "w", "g")
    found = [p for file in find(folder).files for p in parquet.parts(file, wanted)]
    one = Merged()
    for part in found:
        one = one.plus(part, digest_part(part, wanted), wanted)
    makers = {
        "one thread": lambda: ThreadPoolExecutor(1),
        "four threads": lambda: ThreadPoolExecutor(4),
        "processes": lambda: ProcessPoolExecutor(1, mp_context=get_context("spawn")),
    }
    with makers[kind]() as executor:
        many = digest_parts(found, partial(digest_part, wanted=wanted), executor, wanted)
    assert list(many.digests) == list(one.digests)
    assert many.done == len(found) == 12
    for group, digest in one.digests.items():
        state = many.digests[group].state()
        assert {k: v.tobytes() for k, v in state.items()} == {
            k: v.tobytes() for k, v in digest.state().items()
        }


def test_no_more_parts_are_under_way_than_allowed(folder):
    "A slow first part does not make the others pile up."
    wanted = Wanted("x")
    found = [p for file in find(folder).files for p in parquet.parts(file, wanted)]
    submitted, most = 0, 0

    class Counting(ThreadPoolExecutor):
        def submit(self, *arguments):
            nonlocal submitted
            submitted += 1
            return super().submit(*arguments)

    merged = 0

    def told(*_):
        nonlocal merged, most
        merged += 1
        most = max(most, submitted - merged + 1)

    with Counting(2) as executor:
        read_one = partial(digest_part, wanted=wanted)
        digest_parts(found, read_one, executor, wanted, told=told, ahead=3)
    assert (submitted, merged, most) == (12, 12, 3)


def test_rounded_values_are_counted_and_must_lie_on_their_steps(tmp_path):
    "Across files too: halves in one and quarters past in another are on no common steps."
    for i, shift in enumerate([0.0, 0.0]):
        x = np.round(np.random.default_rng(i).normal(0, 3, 3000)) / 2 + shift
        pq.write_table(pa.table({"x": x}), tmp_path / f"{i}.parquet")
    ((case,), _) = read(tmp_path, rounding=0.5)
    assert case.sample.rounding == 0.5
    assert case.sample.n == 6000
    pq.write_table(pa.table({"x": x + 0.25}), tmp_path / "2.parquet")
    with pytest.raises(InputError, match=r"column 'x' of '2.parquet' and the files before it: exp"):
        read(tmp_path, rounding=0.5)
    pq.write_table(pa.table({"x": x + np.linspace(0, 1, x.size)}), tmp_path / "2.parquet")
    with pytest.raises(InputError, match=r"column 'x' of '2.parquet': expected values that are wh"):
        read(tmp_path, rounding=0.5)


def test_rows_without_a_value_are_counted_by_file(folder):
    "The report says how many of how many, and where most of them are."
    for i, count in ((7, 3), (9, 50)):
        path = folder / f"part-{i}.parquet"
        table = pq.read_table(path)
        x = table["x"].to_numpy().copy()
        x[:count] = np.nan
        pq.write_table(table.set_column(0, "x", pa.array(x)), path, row_group_size=500)
    with pytest.raises(InputError, match=r"'part-7.parquet': .* no value in 3 of 1,000 rows"):
        read(folder)
    ((case,), _) = read(folder, missing="drop")
    assert (case.dropped, case.sample.n) == (53, 12_000 - 53)
    files = (("part-9.parquet", 50), ("part-7.parquet", 3))
    assert case.source.dropped == Dropped(53, 12_000, files, more=0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"x": ["a"] * 5}, "expected numbers in column 'x', got the type 'string'"),
        ({"y": [1.0] * 5}, "has no column 'x', only 'y'"),
        ({"x": [1.0, np.inf]}, "got inf in row 2"),
    ],
)
def test_a_file_unlike_the_others_is_named(folder, change, expected):
    "Types may differ between files as long as all are numbers."
    pq.write_table(pa.table({"x": pa.array([1, 2], pa.int32())}), folder / "part-8.5.parquet")
    read(folder)
    pq.write_table(pa.table(change), folder / "part-8.5.parquet")
    with pytest.raises(InputError) as caught:
        read(folder)
    assert str(caught.value).startswith("'part-8.5.parquet'")
    assert expected in str(caught.value)


def test_files_of_both_kinds_add_up_and_empty_ones_add_nothing(folder):
    "CSV beside Parquet, a file without rows, a header alone, a file of no bytes."
    (folder / "more.csv").write_text("g,x\nnorth,1.5\nsouth,2.5\n")
    (folder / "header.csv").write_text("g,x\n")
    (folder / "nothing.csv").write_bytes(b"")
    pq.write_table(pa.table({"x": pa.array([], pa.float64())}), folder / "none.parquet")
    ((case,), _) = read(folder)
    assert case.sample.n == 12_002


def test_no_rows_at_all_and_no_weight_at_all_are_told_apart(tmp_path):
    "Each in one line, in memory as in a pass."
    pq.write_table(pa.table({"x": pa.array([], pa.float64())}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"there are no rows in 'a.parquet'; expected"):
        read(tmp_path / "a.parquet")
    pq.write_table(pa.table({"x": [1.0, 2.0], "w": [0, 0]}), tmp_path / "a.parquet")
    for _ in range(2):
        with pytest.raises(InputError, match="the weights are all zero"):
            read(tmp_path / "a.parquet", weights="w")
        reading.IN_MEMORY = 10
    pq.write_table(pa.table({"x": pa.array([None, None], pa.float64())}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"no rows in 'a.parquet' but the 2 without a value"):
        read(tmp_path / "a.parquet", missing="drop")


def test_constant_data_are_refused_and_constant_groups_are_left_to_their_fits(tmp_path):
    "One bad group must not cost the others their report."
    pq.write_table(pa.table({"x": [1.0] * 9, "g": ["a"] * 9}), tmp_path / "a.parquet")
    for _ in range(2):
        with pytest.raises(InputError, match="is constant: every value that counts is 1"):
            read(tmp_path / "a.parquet")
        ((case,), _) = read(tmp_path / "a.parquet", by="g")
        with pytest.raises(InputError, match="at least 4 distinct values, got 1"):
            case.require(2)
        reading.IN_MEMORY = 100


def test_more_groups_than_a_report_can_hold_are_refused(tmp_path):
    "Fifty are taken; the one too many may come in any file."
    for i in range(51):
        pq.write_table(pa.table({"x": [1.0, 2.0], "g": [i, i]}), tmp_path / f"{i}.parquet")
    with pytest.raises(InputError, match=r"'50.parquet': column 'g' has 51 different values or mo"):
        read(tmp_path, by="g")
    (tmp_path / "50.parquet").unlink()
    assert [case.group for case in read(tmp_path, by="g")[0]] == [str(i) for i in range(50)]


# ---- what is kept of an interrupted pass ----


def damage(path):
    "Spoil a page in the second part of a file."
    about = pq.ParquetFile(path).metadata.row_group(2).column(0)
    content = bytearray(path.read_bytes())
    begin = about.dictionary_page_offset or about.data_page_offset
    content[begin : begin + 30] = b"\xff" * 30
    path.write_bytes(bytes(content))


@pytest.fixture
def count(monkeypatch):
    "How many parts were read."
    read_parts = []

    def counted(part, *arguments):
        read_parts.append(part)
        return pieces(part, *arguments)

    monkeypatch.setattr(passes, "pieces", counted)
    return read_parts


@pytest.mark.parametrize("missing", ["refuse", "drop"])
def test_a_mended_file_goes_on_where_the_pass_stopped(folder, tmp_path, count, missing):
    "The parts before it are not read again, and the answer is that of an uninterrupted pass."
    out = tmp_path / "out"
    untouched, _ = read(folder, by="g", weights="w")
    bad = folder / "part-10.parquet"
    good = bad.read_bytes()
    damage(bad)
    with pytest.raises(InputError) as caught:
        read(folder, by="g", weights="w", keep=out)
    assert str(caught.value).startswith("'part-10.parquet' is damaged in rows 1,001 to 2,000")
    assert "what was read before is kept: run the same command again" in str(caught.value)
    assert [path.name for path in out.iterdir()] == [".trips.partial.npz"]
    count.clear()
    bad.write_bytes(good)
    again, checkpoint = read(folder, by="g", weights="w", keep=out, missing=missing)
    # Of the file that was bad, the half that could be read is read again: it is another file now.
    assert len(count) == 12 - 6
    assert [bits(case) for case in again] == [bits(case) for case in untouched]
    checkpoint.remove()
    assert not list(out.iterdir())


def test_a_bad_file_may_be_taken_away_as_well(folder, tmp_path, count):
    "What comes after it is added to what came before."
    damage(folder / "part-10.parquet")
    with pytest.raises(InputError, match="is kept"):
        read(folder, keep=tmp_path)
    (folder / "part-10.parquet").unlink()
    count.clear()
    ((again,), _) = read(folder, keep=tmp_path)
    assert len(count) == 12 - 6 - 2
    ((fresh,), _) = read(folder)
    assert bits(again) == bits(fresh)


def test_a_finished_pass_is_not_read_again_until_its_report_is_written(folder, tmp_path, count):
    "A crash of what follows costs nothing; --fresh reads all the same."
    ((first,), _) = read(folder, keep=tmp_path)
    count.clear()
    ((second,), checkpoint) = read(folder, keep=tmp_path)
    assert (count, bits(second)) == ([], bits(first))
    read(folder, keep=tmp_path, fresh=True)
    assert len(count) == 12
    checkpoint.remove()
    count.clear()
    read(folder, keep=tmp_path)
    assert len(count) == 12


def test_short_passes_keep_nothing(folder, tmp_path, monkeypatch):
    "Nor do they touch the folder when they fail."
    monkeypatch.setattr(passes, "SAVE_EVERY", 1000.0)
    damage(folder / "part-10.parquet")
    with pytest.raises(InputError) as caught:
        read(folder, keep=tmp_path / "out")
    assert "kept" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda folder, _: (folder / "part-7.parquet").touch(), "files were changed"),
        (lambda folder, _: (folder / "part-7.parquet").unlink(), "files were changed"),
        (lambda _, options: options.update(weights="w"), "other columns or options"),
        (lambda _, options: options.update(by="g"), "other columns or options"),
    ],
)
def test_what_was_kept_of_another_pass_is_not_used(folder, tmp_path, count, change, reason):
    "All is read again, and somebody who watches hears why."
    read(folder, keep=tmp_path)
    options = {}
    change(folder, options)
    notes = []
    progress = Progress()
    progress.note = notes.append
    count.clear()
    read_cases(Reading(find(folder), "x", keep=tmp_path, **options), progress)
    assert len(count) == len(list(folder.iterdir())) * 2
    assert len(notes) == 1
    assert reason in notes[0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"noise" * 100, None, "cut", "other"])
def test_a_damaged_checkpoint_is_left_out_and_never_a_reason_to_fail(folder, tmp_path, content):
    "Cut off, foreign, or with other arrays in it."
    _, checkpoint = read(folder, keep=tmp_path)
    if content is None:
        checkpoint.path.unlink()
        checkpoint.path.mkdir()
    elif content == "cut":
        checkpoint.path.write_bytes(checkpoint.path.read_bytes()[:-3000])
    elif content == "other":
        with checkpoint.path.open("wb") as file:
            np.savez(file, about=np.frombuffer(json.dumps({"format": 1}).encode(), np.uint8))
    else:
        checkpoint.path.write_bytes(content)
    ((case,), checkpoint) = read(folder, keep=tmp_path)
    assert case.sample.n == 12_000
    checkpoint.remove()
    assert checkpoint.path.exists() == (content is None)


def test_gaps_left_out_before_are_refused_where_that_is_asked_for(folder, tmp_path):
    "What was kept has no place for them."
    path = folder / "part-7.parquet"
    table = pq.read_table(path)
    x = table["x"].to_numpy().copy()
    x[5] = np.nan
    pq.write_table(table.set_column(0, "x", pa.array(x)), path, row_group_size=500)
    read(folder, keep=tmp_path, missing="drop")
    with pytest.raises(InputError, match="no value in 1 of"):
        read(folder, keep=tmp_path)


def test_a_full_disk_does_not_end_a_pass(folder, tmp_path, monkeypatch):
    "What was kept before stays as it is."

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("compare.data.checkpoint.put", full)
    ((case,), _) = read(folder, keep=tmp_path)
    assert case.sample.n == 12_000
    assert not list(tmp_path.glob(".*"))


def test_a_file_that_changes_after_it_was_found_is_noticed(folder, tmp_path):
    "By the pass and by a second look."
    wanted = Wanted("x")
    found = [p for file in find(folder).files for p in parquet.parts(file, wanted)]
    (folder / "part-7.parquet").touch()
    with pytest.raises(InputError, match=r"'part-7.parquet' was changed while it was read"):
        Merged().plus(found[0], digest_part(found[0], wanted), wanted)
    with pytest.raises(InputError, match=r"'part-7.parquet' was changed after it was read"):
        next(Again(tuple(found), wanted).pieces())
    checkpoint = Checkpoint(tmp_path / "none.npz", wanted, 0.0)
    assert checkpoint.load(found) == (None, "")


def test_what_was_merged_stays_as_it_was_when_more_is_added(folder):
    "So Ctrl-C can come at any time."
    wanted = Wanted("x")
    found = [p for file in find(folder).files for p in parquet.parts(file, wanted)]
    one = Merged().plus(found[0], digest_part(found[0], wanted), wanted)
    before = {name: array.copy() for name, array in one.digests[""].state().items()}
    two = one.plus(found[1], digest_part(found[1], wanted), wanted)
    assert (one.done, two.done) == (1, 2)
    after = one.digests[""].state()
    assert all(np.array_equal(after[name], before[name]) for name in before)
    assert isinstance(two.digests[""], Digest)
