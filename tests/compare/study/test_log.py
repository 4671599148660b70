"""The log: a study that was killed anywhere goes on, and nothing else is taken for one."""

import gzip
import itertools
import json
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest

from compare.study import HEIGHTS, Cell, Design
from compare.study.log import Log, LogError, packed, read, unpack
from compare.study.methods import Estimate, Interval
from compare.study.running import settings
from compare.study.trials import Job, Trial

DESIGN = Design((Cell(40), Cell(50)))
SETTINGS = settings(DESIGN)


def trial(cell, number, task="fits"):
    ends = {"wald": Interval(np.array([[-1.0, np.inf], [np.nan, 2.0]]), 0.125)}
    return Trial(
        Job(cell, task, number), {"maximum": Estimate(np.array([number + 0.5]), "", 0.5, ends)}
    )


TRIALS = [trial(1, 0), trial(0, 1, "bootstrap"), trial(0, 1)]


def made(path, trials=TRIALS):
    log = Log(path, SETTINGS)
    for one in trials:
        log.append(one)
    return log


def test_killed_at_any_byte_the_log_goes_on_and_ends_the_same(tmp_path):
    "In the first line, within a trial, at the end of one: what was whole is kept, nothing more."
    path = tmp_path / "trials.jsonl"
    content = made(path).content()
    whole = path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == 10]
    for at in range(len(whole) + 1):
        path.write_bytes(whole[:at])
        log = Log(path, SETTINGS)
        kept = sum(end <= at for end in ends)
        assert len(log.trials) == max(kept - 1, 0)
        assert path.read_bytes() == whole[: ends[max(kept - 1, 0)]]
        if at % 7 and at not in ends:
            continue  # it has come to what another place comes to
        for one in TRIALS:
            if one.job not in log.trials:
                log.append(one)
        assert log.content() == content
        assert path.read_bytes() == whole


def test_the_content_is_in_order_whatever_the_file_has(tmp_path):
    "Jobs come as they are done; the content has them by cell, task and number."
    contents = set()
    for number, order in enumerate(itertools.permutations(TRIALS)):
        contents.add(made(tmp_path / f"{number}.jsonl", order).content())
    (content,) = contents
    first, *rest = map(json.loads, content.splitlines())
    assert first == {"settings": json.loads(json.dumps(SETTINGS))}
    places = [(one["cell"], one["task"], one["number"]) for one in rest]
    assert places == [(0, "bootstrap", 1), (0, "fits", 1), (1, "fits", 0)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (replace(DESIGN, draws=7), "draws 3000 (now 7)"),
        (replace(DESIGN, level=0.9), "level 0.95 (now 0.9)"),
        (replace(DESIGN, cells=(Cell(41), Cell(50))), "cells[0].n 40 (now 41)"),
        (replace(DESIGN, cells=(Cell(40), Cell(51))), "cells[1].n 50 (now 51)"),
        (replace(DESIGN, cells=(Cell(40),)), "cells[1].n 50 (now none)"),
        (
            replace(DESIGN, cells=(Cell(40, replace(HEIGHTS, means=(163.0, 176.0))), Cell(50))),
            "cells[0].population.means[0] 164.0 (now 163.0)",
        ),
        (replace(DESIGN, seed=2, draws=1, tune=3, chains=9), "seed 1 (now 2)"),
    ],
)
def test_other_settings_are_refused_in_one_line_that_names_them(tmp_path, changed, said):
    "And the file is left as it is."
    path = tmp_path / "trials.jsonl"
    made(path)
    before = path.read_bytes()
    with pytest.raises(LogError) as caught:
        Log(path, settings(changed))
    told = str(caught.value)
    assert said in told
    assert "\n" not in told
    assert "holds 3 trials" in told
    assert "--fresh" in told
    assert ("and 1 more" in told) == (changed.seed == 2)
    assert path.read_bytes() == before


def test_a_study_may_grow_by_cells_behind_the_others(tmp_path):
    "The trials stay, the file is as if it had been begun that way, and there is no way back."
    path, kept = tmp_path / "trials.jsonl", tmp_path / "kept.gz"
    kept.write_bytes(packed(made(path).content()))
    more = settings(replace(DESIGN, cells=(*DESIGN.cells, Cell(60))))
    log = Log(path, more)
    assert set(log.trials) == {one.job for one in TRIALS}
    log.append(trial(2, 0))
    whole = Log(tmp_path / "other.jsonl", more)
    for one in (*TRIALS, trial(2, 0)):
        whole.append(one)
    assert Log(path, more).content() == whole.content()
    assert [one.name for one in tmp_path.glob("*.part")] == []
    unpack(kept, tmp_path / "unpacked.jsonl", more)
    assert len(Log(tmp_path / "unpacked.jsonl", more).trials) == 3
    with pytest.raises(LogError, match=r"cells\[2\].n 60 \(now none\)"):
        Log(path, SETTINGS)


def test_a_fresh_start_forgets_what_was_there(tmp_path):
    "Whatever it was."
    path = tmp_path / "trials.jsonl"
    made(path)
    assert not Log(path, settings(replace(DESIGN, seed=2)), fresh=True).trials
    path.write_text("my diary\n")
    log = Log(path, SETTINGS, fresh=True)
    log.append(TRIALS[0])
    assert list(Log(path, SETTINGS).trials) == [TRIALS[0].job]
    assert not Log(tmp_path / "new.jsonl", SETTINGS, fresh=True).trials


FOREIGN = [
    b"my diary",
    b"my diary\n",
    b"\nmy diary",
    b'{"cells": 3}\n',
    b'{"settings": 3}\n',
    b'["settings"]\n',
    b"\xff\xfe\x00\n",
    b'{"settings":{}}\n7\n',
    b'{"settings":{}}\n{"cell":0,"task":"fits","number":0,"found":[]}\n',
    b'{"settings":{}}\n\n{}\n',
]


@pytest.mark.parametrize("content", FOREIGN)
def test_a_file_of_something_else_is_left_alone(tmp_path, content):
    "It may be dear to somebody: one line says so, and nothing is written."
    path = tmp_path / "trials.jsonl"
    path.write_bytes(content)
    with pytest.raises(LogError, match="expected the trials of a study") as caught:
        Log(path, SETTINGS)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content
    with pytest.raises(LogError, match="expected the log of a study"):
        read(path)


def test_a_compressed_log_has_the_same_bytes_twice_and_comes_back(tmp_path):
    "Also where it was not compressed."
    content = made(tmp_path / "trials.jsonl").content()
    first, second = tmp_path / "first.gz", tmp_path / "second.gz"
    first.write_bytes(packed(content))
    with mock.patch("time.time", return_value=2e9):  # gzip would write the hour down
        second.write_bytes(packed(content))
    assert first.read_bytes() == second.read_bytes()
    assert gzip.decompress(first.read_bytes()) == content
    plain = tmp_path / "plain.jsonl"
    plain.write_bytes(content)
    for path in (first, plain):
        stored, trials = read(path)
        assert stored == json.loads(json.dumps(SETTINGS))
        assert Design.from_dict(stored["design"]) == DESIGN
        assert [one.job for one in trials] == sorted(one.job for one in TRIALS)
        again = Log(tmp_path / "again.jsonl", stored, fresh=True)
        for one in trials:
            again.append(one)
        assert again.content() == content


def test_a_damaged_compressed_log_is_refused_in_words(tmp_path):
    "Cut off, or with a byte changed, wherever that is: never an error of another kind."
    path = tmp_path / "log.gz"
    path.write_bytes(packed(made(tmp_path / "trials.jsonl").content()))
    whole = path.read_bytes()
    for cut in (2, 9, 30, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(LogError, match="expected the log of a study"):
            read(path)
    for at in range(10, len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        with pytest.raises(LogError, match="expected the log of a study"):
            read(path)
