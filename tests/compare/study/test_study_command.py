"""The command of the studies: what is asked for, what is written, and what is gone on with."""

import gzip
import json
import re
from html.parser import HTMLParser

import pytest

from compare.study.__main__ import main
from compare.study.design import around_heights
from compare.study.options import parse
from compare.study.population import HEIGHTS
from compare.tables.errors import InputError
from compare.tables.sources import find

QUICK = "--n 60 --draws 150 --tune 100 --workers 1".split()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    "A study of two samples in a folder of its own, and then one of three."
    out = tmp_path_factory.mktemp("study")
    assert main([*QUICK, "--replicates", "2", "--out", str(out)]) == 0
    first = gzip.decompress((out / "study.jsonl.gz").read_bytes())
    assert main([*QUICK, "--replicates", "3", "--posteriors", "2", "--out", str(out)]) == 0
    return out, first


def test_the_files_are_written_and_nothing_is_left_beside_them(folder):
    out, _ = folder
    names = {"study", "study.html", "study.md", "study.json", "study.jsonl.gz"}
    assert {path.name for path in out.iterdir()} == names
    figures = {f"study/{path.name}" for path in (out / "study").iterdir()}
    assert figures == {"study/length.png", "study/zip.png"}
    assert figures == set(re.findall(r"\]\((.*?\.png)\)", (out / "study.md").read_text()))
    document = json.loads((out / "study.json").read_text())
    assert [row["n"] for row in document["errors"] if row["estimand"] == "means[0]"][:1] == [3]
    assert {row["method"] for row in document["intervals"]} >= {"wald", "profile", "credible"}


def test_more_replicates_go_on_from_a_finished_study(folder):
    "Every trial of the first is kept to the last byte, its seconds too."
    out, first = folder
    second = gzip.decompress((out / "study.jsonl.gz").read_bytes())
    assert set(first.splitlines()) < set(second.splitlines())
    assert len(second.splitlines()) == len(first.splitlines()) + 1


def test_a_study_of_another_design_is_not_overwritten(folder, capsys):
    out, _ = folder
    before = (out / "study.jsonl.gz").read_bytes()
    assert main([*QUICK, "--replicates", "2", "--seed", "5", "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "seed 1 (now 5)" in said
    assert "--fresh" in said
    assert said.count("\n") == 1
    assert (out / "study.jsonl.gz").read_bytes() == before


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, _):
        self.seen.append(tag)


def test_the_page_says_what_the_numbers_say_and_loads_nothing(folder):
    out, _ = folder
    html, markdown = ((out / f"study.{kind}").read_text() for kind in ("html", "md"))
    reader = Tags()
    reader.feed(html)
    ids = re.findall(r'<section id="(\w+)">', html)
    # One number of values says nothing on how many are enough, nor one design on where it matters.
    assert ids == ["errors", "coverage", "costs", "plan", "again"]
    assert reader.seen.count("svg") == 2
    assert not {"script", "link", "img", "iframe"} & set(reader.seen)
    assert "3 samples of 60 values from the heights were fitted by EM and 2 of them" in html
    document = json.loads((out / "study.json").read_text())
    gain = document["sides"][0]["gain"][0]
    assert f"{gain:.1f}" in markdown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("--weights 0.5,0.5", "--weights, --means and --sds together"),
        ("--around --n 50", "--around alone"),
        ("--prior --around", "one truth, got --prior and --around"),
        ("--column height", "--like FILE with --column"),
        ("--replicates 3 --posteriors 4", "at most as many"),
        ("--level 1", "between 0 and 1"),
        ("--n 3", "at least 4 values"),
        ("--n many", "whole number"),
        ("--weights a --means 1 --sds 1", "numbers with commas"),
        ("--weights 0.5,0.5 --means 1,2 --sds 0,1", "sds"),
        ("--step -1", "step of 0 or more"),
        ("--like nowhere.csv", "nowhere.csv"),
        ("--shape square", "invalid choice"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(given, said, capsys):
    with pytest.raises(InputError, match=r".") as error:
        parse(given.split())
    assert said in str(error.value)
    assert main(given.split()) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_designs_are_those_that_were_asked_for():
    asked = parse("--n 100,200 --separations 1,2 --replicates 9".split())
    assert [cell.n for cell in asked.design.cells] == [100, 200, 100, 200]
    found = [cell.population.separation for cell in asked.design.cells]
    assert found == pytest.approx([1, 1, 2, 2])
    assert asked.replicates == ({"fits": 9, "bootstrap": 0, "posterior": 4},) * 4
    around = parse("--around --replicates 1000 --posteriors 500 --bootstraps 1000".split())
    assert around.design.cells == around_heights()
    assert around.design.cells[0].population == HEIGHTS
    assert around.replicates[0] == {"fits": 1000, "bootstrap": 1000, "posterior": 500}
    assert around.replicates[1] == {"fits": 300, "posterior": 100}
    one = parse("--weights 1 --means 5 --sds 2 --n 30".split())
    assert one.design.n_components == 1


def test_a_study_can_be_like_a_table(tmp_path):
    table = tmp_path / "<b>waits.csv"
    values = [*range(50, 60), *range(80, 95)] * 4
    table.write_text("wait\n" + "".join(f"{v + i / 100}\n" for i, v in enumerate(values)))
    cell = parse(["--like", str(table), "--column", "wait"]).design.cells[0]
    assert cell.name == "like <b>waits"
    assert cell.population.means == pytest.approx((55.0, 87.5), abs=1.0)


def test_a_table_may_not_have_the_name_of_the_study(tmp_path):
    path = tmp_path / "Study.csv"
    path.write_text("x\n1\n")
    with pytest.raises(InputError, match="rename the file"):
        find(path)
