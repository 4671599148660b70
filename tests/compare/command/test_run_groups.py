"""The command with --by: one report on all groups, whose parts are what each would have alone."""

import csv
import json

import numpy as np
import pytest
from grouped import HOSTILE
from handmade import normals, posterior
from pages import Page, markdown

import bayes
from bayes import Posterior
from compare import run
from compare.comparison.criticism import criticise
from compare.page import group_sections

SMALL = ["--unit", "cm", "--draws", "200", "--tune", "150", "--chains", "2"]

GROUPS = {
    "north": normals((60, 160, 4), (140, 180, 5), seed=1),
    HOSTILE: normals((120, 160, 4), (80, 180, 5), seed=2),
    "tiny": np.array([170.0, 171.5]),
    "flat": np.full(9, 170.0),
}


def write(path, groups):
    "The rows of all groups, mixed."
    rows = [(repr(float(value)), name) for name, values in groups.items() for value in values]
    np.random.default_rng(0).shuffle(rows)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("height", "region"), *rows])
    return rows


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """What a run leaves, and how it asked for posteriors, which nobody samples here.

    To save time the fit is the only figure, and one group is not criticised.
    """
    folder = tmp_path_factory.mktemp("groups")
    rows = write(folder / "heights.csv", GROUPS)
    with (folder / "alone.csv").open("w", newline="") as file:
        alone = [(value,) for value, name in rows if name == "north"]
        csv.writer(file).writerows([("height",), *alone])
    ask = ["--out", str(folder / "out"), *SMALL]
    asked = []

    def pretend(sample, k, *, start, draws, chains, seed, **more):
        asked.append({"n": sample.n, "k": k, "seed": seed, "start": start.data is sample, **more})
        return posterior(sample, start.mixture, draws=draws, chains=chains, spread=seed / 20)

    def partly(fit, *of, **settings):
        hostile = fit.mixture.mean < GROUPS["north"].mean() - 1
        return None if hostile else criticise(fit, *of, **settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group_sections, "LEVELS", ())
        patch.setattr(bayes, "fit", pretend)
        patch.setattr("compare.comparison.criticism.criticise", partly)
        data = ["--data", str(folder / "heights.csv"), "--column", "height", "--by", "region"]
        assert run.main([*data, *ask]) == 0
        patch.setattr("compare.figures.figures.draw", lambda *_, **__: ())
        assert run.main(["--data", str(folder / "alone.csv"), *ask]) == 0
    return folder / "out", asked


@pytest.fixture
def folder(ran):
    return ran[0]


def test_each_posterior_is_asked_for_as_the_options_say(ran):
    "From the fit by EM on the data that it saw, with the seed of all that is random."
    usual = {"k": 2, "seed": 1, "start": True, "sampler": "nutpie", "tune": 150, "progress": False}
    assert ran[1] == [{"n": 200, **usual}] * 3


def test_a_run_leaves_one_report_and_the_draws_of_each_part(folder):
    "Pages, numbers, and in the folder what belongs to each part; every posterior can be read."
    assert {path.name for path in folder.glob("heights*")} == {
        "heights", "heights.html", "heights.json", "heights.md",
    }  # fmt: skip
    assert {path.name for path in (folder / "heights").iterdir()} == {
        "overview.png", "north-fit.png", "north.nc",
        "img-src-x-onerror-1-fit.png", "img-src-x-onerror-1.nc",
    }  # fmt: skip
    for path in (folder / "heights").glob("*.nc"):
        chains, _, components = Posterior.load(path).means.shape
        assert (chains, components) == (2, 2)
        assert f"heights/{path.name}" in Page((folder / "heights.html").read_text()).text


def test_a_part_has_the_numbers_of_a_run_on_its_rows_alone(folder):
    "All of them, to the last bit; only where they come from and how long it took is told apart."
    together = json.loads((folder / "heights.json").read_text())
    ours = next(part for part in together["groups"] if part["group"] == "north")
    alone = json.loads((folder / "alone.json").read_text())
    for document in (ours, alone):
        document.pop("seconds")
        for name in ("run", "files", "column"):
            document.pop(name, None)  # of a report on all parts, once
        for name in ("name", "source"):
            document["case"].pop(name)
    assert ours.pop("slug") == "north"
    assert ours.pop("group") == "north"
    assert ours == alone


def test_groups_that_cannot_be_fitted_are_told_with_their_reason(folder):
    "Too few values, or all the same."
    told = json.loads((folder / "heights.json").read_text())
    assert [one["group"] for one in told["skipped"]] == ["flat", "tiny"]
    assert [one["reason"].partition(", ")[2][:5] for one in told["skipped"]] == ["got 1", "got 2"]
    assert "Not fitted: flat and tiny" in Page((folder / "heights.html").read_text()).text


def test_the_pages_of_a_run_hold_together(folder):
    "Ids are unique, links resolve, names are text, pictures are there."
    html = (folder / "heights.html").read_text()
    page = Page(html)
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(set(ids)) == len(ids)
    assert {attrs["href"] for attrs in page.all("a")} <= {f"#{one}" for one in ids}
    assert "<img" not in html
    assert HOSTILE in page.text
    images = [t for t in markdown((folder / "heights.md").read_text()) if t.type == "image"]
    assert len(images) == 3
    for image in images:
        assert (folder / image.attrs["src"]).is_file()


# ---- without fits ----


class Pages:
    "A report with nothing in it."

    html, json, run, figures = (
        "<p></p>",
        "{}",
        "0123456789abcdef",
        {"overview.png": b"x", "north-fit.png": b"x"},
    )
    markdown = "![](heights/overview.png) ![](heights/north-fit.png) heights/north.nc"


@pytest.fixture
def analysed(monkeypatch):
    "Lets the command run without fits."

    def replace(*, trusted):
        outcome = run.Outcome(
            report=Pages(),
            save_posterior=None,
            headline="They differ.",
            verdict="All can be believed.",
            trusted=trusted,
            save_groups={"north.nc": lambda path, **_: path.write_bytes(b"draws")},
        )
        monkeypatch.setattr(run, "analyse_groups", lambda *_: outcome)

    return replace


def test_strict_is_about_every_group(tmp_path, capsys, analysed):
    "Status 3 if one fails; the files are written all the same, and the command says which."
    write(tmp_path / "heights.csv", GROUPS)
    ask = ["--data", str(tmp_path / "heights.csv"), "--column", "height", "--by", "region"]
    ask += ["--out", str(tmp_path), "--strict"]
    analysed(trusted=True)
    assert run.main(ask) == 0
    analysed(trusted=False)
    assert run.main(ask) == 3
    said = capsys.readouterr().out.splitlines()[-4:]
    assert said == [
        str(tmp_path / name)
        for name in ("heights.html", "heights/north.nc", "heights.json", "heights.md")
    ]


def test_what_an_earlier_report_left_goes(tmp_path, analysed):
    "The draws of one on all rows, and of groups that are no longer there; not the user's files."
    write(tmp_path / "heights.csv", GROUPS)
    (tmp_path / "heights").mkdir()
    for name in ("heights.nc", "heights/west.nc", "heights/west-fit.png", "heights/mine.nc"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "heights.md").write_text(
        "the draws are in heights.nc; west in heights/west.nc ![](heights/west-fit.png)"
    )
    analysed(trusted=True)
    ask = ["--data", str(tmp_path / "heights.csv"), "--column", "height", "--by", "region"]
    assert run.main([*ask, "--out", str(tmp_path)]) == 0
    assert not (tmp_path / "heights.nc").exists()
    assert {path.name for path in (tmp_path / "heights").iterdir()} == {
        "overview.png", "north-fit.png", "north.nc", "mine.nc",
    }  # fmt: skip


def test_where_no_group_can_be_fitted_nothing_is_written(tmp_path, capsys):
    "One line with the first reason, before anything slow is loaded."
    write(tmp_path / "heights.csv", {name: GROUPS[name] for name in ("tiny", "flat")})
    ask = ["--data", str(tmp_path / "heights.csv"), "--column", "height", "--by", "region"]
    assert run.main([*ask, "--out", str(tmp_path / "out")]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert "none of 2 groups can be fitted" in said
    assert "got 1; ask for fewer components" in said
    assert not (tmp_path / "out").exists()
