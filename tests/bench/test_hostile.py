"""Made tables, whole and damaged, through the real reading: nothing silent, nothing unanswered."""

import json

import numpy as np
from benchmarks.reading import hostile
from benchmarks.reading.made import Table


def test_hundreds_of_tables_are_read_right_or_refused_in_a_line(tmp_path, capsys):
    "The same as `make hostile`, which tries ten thousand."
    assert hostile.main(["--n", "250", "--seed", "1", "--out", str(tmp_path)]) == 0
    found = json.loads((tmp_path / "hostile.json").read_text())
    counts = found["counts"]
    assert sum(sum(kind.values()) for kind in counts.values()) == 250
    assert counts["whole"]["right"] > 0.9 * sum(counts["whole"].values())
    assert counts["damaged"]["refused"] > 10
    assert "| read, every number as it was written |" in (tmp_path / "hostile.md").read_text()
    assert capsys.readouterr().out.count("\n") == 1


def test_what_is_silent_or_unanswered_is_seen(tmp_path, monkeypatch):
    "A judge that lets everything pass would prove nothing."
    wrong = Table("a.csv", b"x\n1\n2\n", None, (1.0, 3.0))
    assert hostile.judged(wrong, tmp_path)[0] == "SILENT"
    assert hostile.judged(Table("a.csv", b"x\n1\n2\n", None, None), tmp_path)[0] == "SILENT"

    def fails(*_):
        raise RuntimeError

    monkeypatch.setattr(hostile, "read_cases", fails)
    assert hostile.judged(wrong, tmp_path)[0] == "TRACEBACK"


def test_tables_repeat_with_their_seed():
    "So that a number leads to the table."
    one, two = (hostile.table(np.random.default_rng([0, 3])) for _ in range(2))
    assert one == two
