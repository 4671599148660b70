"""What an interrupted pass has read is believed only where all in it agrees."""

import gc
import json
import os
import signal
import sys
import zipfile

import numpy as np
import pytest

from compare.data import checkpoint as module
from compare.data.checkpoint import Checkpoint
from compare.data.hidden import HIDDEN
from compare.data.merged import Merged
from compare.tables.parts import Hints, Part, Wanted
from em import Digest

PARTS = [Part(f"/data/{i}", "parquet", 10, 20, (i,), rows=4) for i in range(3)]


def merged(*, weights=None, n=8, dropped=0):
    "Two parts of four rows, in one group with cells and one without."
    rng = np.random.default_rng(1)
    some, many = Digest(), Digest()
    some.add([1.0, 2.5, 2.5], weights)
    many.add(rng.normal(size=n - 3 - dropped))
    return Merged({"a": some, "b": many}, 8, {"/data/1": dropped} if dropped else {}, 2)


def kept(path, wanted=None, **made):
    checkpoint = Checkpoint(path / ".a.partial.npz", wanted or Wanted("x"), 0.0)
    assert checkpoint.save(PARTS, merged(**made))
    return checkpoint


def state(of):
    return {
        (group, name): array.tobytes()
        for group, digest in of.digests.items()
        for name, array in digest.state().items()
    }


@pytest.mark.parametrize(
    ("wanted", "made"),
    [
        (Wanted("x"), {}),
        (Wanted("x", missing="drop"), {"dropped": 1}),
        (Wanted("x", weights="w"), {"weights": [0.5, 2.0, 1e-3]}),
    ],
)
def test_what_was_kept_comes_back_to_the_last_bit(tmp_path, wanted, made):
    "With gaps and weights too; beside it nothing else is left."
    checkpoint = kept(tmp_path, wanted, **made)
    back, reason = checkpoint.load(PARTS)
    assert reason == ""
    assert (back.rows, back.done, back.dropped) == (8, 2, merged(**made).dropped)
    assert state(back) == state(merged(**made))
    assert [path.name for path in tmp_path.iterdir()] == [".a.partial.npz"]


class Stop(BaseException):
    "What a signal raises."


def test_a_signal_leaves_no_archive_half_written(tmp_path, monkeypatch):
    "It comes as the first array is written; the archive is finished before it is passed on."
    write, written = np.lib.format.write_array, []

    def signalled(*args, **told):
        if not written:
            signal.raise_signal(signal.SIGUSR1)
        write(*args, **told)
        written.append(args[1])

    def stop(*_):
        raise Stop

    before = signal.signal(signal.SIGUSR1, stop)
    monkeypatch.setattr("numpy.lib._npyio_impl.format.write_array", signalled)
    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    try:
        with pytest.raises(Stop):
            kept(tmp_path)
    finally:
        signal.signal(signal.SIGUSR1, before)
    gc.collect()
    assert len(written) == len(state(merged())) + 2  # with what was asked for, and the checksum
    assert complaints == []
    assert list(tmp_path.iterdir()) == []
    kept(tmp_path)


def changed(checkpoint, change, *, honest):
    "Change what is kept; `honest` is whether the checksum is made anew."
    with np.load(checkpoint.path) as stored:
        arrays = {name: array.copy() for name, array in stored.items()}
    about = json.loads(arrays["about"].tobytes())
    change(arrays, about)
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    if honest:
        arrays.pop("sum")
        arrays["sum"] = module._sum(arrays)
    with checkpoint.path.open("wb") as file:
        np.savez(file, **arrays)


CHANGES = {
    "another value": lambda arrays, _: arrays["0/points"].__setitem__(0, 1.5),
    "another count": lambda arrays, _: arrays["0/masses"].__setitem__(0, 5.0),
    "another n": lambda arrays, _: arrays["0/numbers"].__setitem__(2, 4.0),
    "more rows": lambda _, about: about.update(rows=9),
    "rows left out": lambda _, about: about.update(dropped={"/data/0": 1}),
    "of no part": lambda _, about: about.update(dropped={"/data/7": 0}),
    "fewer parts": lambda _, about: about.update(parts=about["parts"][:1]),
    "a group less": lambda _, about: about.update(groups=["a"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_agree_is_not_believed(tmp_path, change):
    "By its checksum; and where that was made anew, by rows, counts and sums."
    wanted = Wanted("x", missing="drop")
    checkpoint = kept(tmp_path, wanted)
    changed(checkpoint, CHANGES[change], honest=False)
    assert checkpoint.load(PARTS) == (None, "it is damaged")
    checkpoint = kept(tmp_path, wanted)
    changed(checkpoint, CHANGES[change], honest=True)
    back, reason = checkpoint.load(PARTS)
    # A value that is changed together with the checksum is another value.
    assert (back is None) is (change != "another value")
    assert reason == ("" if back else "it is damaged")


def test_a_weighted_pass_is_held_against_its_own_sums(tmp_path):
    "There rows say nothing of weights, but what cells hold adds up to the total."
    checkpoint = kept(tmp_path, Wanted("x", weights="w"), weights=[0.5, 2.0, 1e-3])
    changed(checkpoint, CHANGES["another n"], honest=True)
    assert checkpoint.load(PARTS) == (None, "it is damaged")


@pytest.mark.parametrize("place", [0, 10, 200, -40])
def test_a_file_that_is_cut_or_flipped_is_damaged(tmp_path, place):
    "Wherever: one line, and the pass begins again."
    checkpoint = kept(tmp_path)
    whole = checkpoint.path.read_bytes()
    checkpoint.path.write_bytes(whole[:place])
    assert checkpoint.load(PARTS) == (None, "it is damaged")
    spoiled = bytearray(whole)
    spoiled[place] ^= 0xFF
    checkpoint.path.write_bytes(spoiled)
    back, _ = checkpoint.load(PARTS)
    assert back is None or state(back) == state(merged())


def test_what_is_no_checkpoint_is_damaged(tmp_path):
    "A zip file of something else, pickles, JSON without an end to its depth."
    checkpoint = kept(tmp_path)
    with zipfile.ZipFile(checkpoint.path, "w") as archive:
        archive.writestr("about.npy", b"x")
    assert checkpoint.load(PARTS) == (None, "it is damaged")
    for about in (np.array([{}]), np.frombuffer(b"[" * 100_000, dtype=np.uint8)):
        with checkpoint.path.open("wb") as file:
            np.savez(file, about=about)
        assert checkpoint.load(PARTS) == (None, "it is damaged")


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("y"),
        Wanted("x", weights="w"),
        Wanted("x", codes=frozenset({"-9"})),
        Wanted("x", hints=Hints(decimal=",")),
    ],
)
def test_another_question_has_another_answer(tmp_path, wanted):
    "Columns, what says that there is no value, and how numbers are written."
    path = kept(tmp_path).path
    assert Checkpoint(path, wanted, 0.0).load(PARTS) == (
        None,
        "it is of other columns or options",
    )


def test_parts_that_are_no_longer_the_same_are_noticed(tmp_path):
    "By size and time, in their order."
    checkpoint = kept(tmp_path)
    reason = "files were changed, added or taken away since"
    assert checkpoint.load(PARTS[1:]) == (None, reason)
    assert checkpoint.load(PARTS[:1]) == (None, reason)
    assert checkpoint.load(PARTS[:2])[1] == ""


def test_no_planted_link_leads_the_writing_elsewhere(tmp_path, monkeypatch):
    "Neither one with the name of the file nor one with that it has while it is made."
    dear = tmp_path / "dear"
    dear.write_bytes(b"dear")
    out = tmp_path / "out"
    out.mkdir()
    (out / ".a.partial.npz").symlink_to(dear)
    (out / f".a.partial.npz.{os.getpid()}").symlink_to(dear)
    monkeypatch.setattr("secrets.token_hex", lambda _: "known")
    (out / f"{HIDDEN}known").symlink_to(dear)
    checkpoint = Checkpoint(out / ".a.partial.npz", Wanted("x"), 0.0)
    assert not checkpoint.save(PARTS, merged())
    assert dear.read_bytes() == b"dear"
    (out / f"{HIDDEN}known").unlink(missing_ok=True)
    assert checkpoint.save(PARTS, merged())
    assert dear.read_bytes() == b"dear"
    assert not checkpoint.path.is_symlink()
    assert checkpoint.load(PARTS)[1] == ""
