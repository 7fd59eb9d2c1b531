"""Findings on the front page: what they say and draw is what the published data hold."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from mtlpaper.companion.registry import chapters
from mtlpaper.companion.results import load

ROOT = Path(__file__).parents[1]
INDEX = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
NAMES = re.findall(r"_generated/finding-(\w+)\.md", INDEX)


def answer(name, data):
    """The text of a finding: what its picture shows, and what it answers."""
    text = chapters()[name].fragments[f"finding-{name}.md"](data)
    match = re.fullmatch(
        rf"!\[(.+)\]\(/book/_generated/finding-{name}\.svg\)\n\n"
        rf"\*\*(.+\?)\*\* (.+) {{doc}}`More. </notebooks/{name}>`\n",
        text,
    )
    shown, _, said = match.groups()
    return shown, said


@pytest.mark.parametrize("name", NAMES)
def test_a_finding_has_an_answer_and_a_small_picture(name):
    data = load(ROOT / "results" / f"{name}.nc")
    shown, said = answer(name, data)
    assert not re.search(r"\bnan\b|\binf\b", f"{shown} {said}")
    picture = chapters()[name].fragments[f"finding-{name}.svg"](data)
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert len(picture) < 40_000


def test_every_finding_is_on_the_front_page_the_multitask_one_first():
    known = [f"finding-{name}" for name in chapters()]
    made = {one for chapter in chapters().values() for one in chapter.fragments}
    assert {f"finding-{name}" for name in NAMES} == {
        one.removesuffix(".md") for one in made if one.removesuffix(".md") in known
    }
    assert NAMES[0] == "interactions"
    assert len(NAMES) == 3


def test_clean_tasks_are_counted_where_the_interval_excludes_zero():
    data = load(ROOT / "results" / "interactions.nc")
    clean = data["MT"].transpose("bound", "r_AB", "n_train", "S_A", "S_B").values
    clean = clean[:, :, :, data["S_A"] >= 0.5][..., data["S_B"] >= 0.5]
    low, high = (clean[list(data["bound"].values).index(bound)] for bound in ("low", "high"))
    counts = [np.sum(one, axis=(1, 2, 3)) for one in (low > 0, high < 0)]
    _, said = answer("interactions", data)
    assert said.startswith(f"Of {clean[0, 0].size} combinations")
    assert f"in {counts[0][-1]} at $r_{{AB}}$ = 1 and in {counts[0][-2]} at" in said
    assert f"harms in {counts[1][0]} at $r_{{AB}}$ = 0" in said


def test_gaps_are_at_the_least_and_the_most_input_dimensions():
    data = load(ROOT / "results" / "finite_data.nc")
    gap = 100 * data["gap"].sel(bound="estimate", N3=2)
    _, said = answer("finite_data", data)
    eq3 = gap.sel(theory="eq3").values
    assert (
        f"{eq3[0]:.1f} % at an input dimension of {data['N1'].values[0]} and by {eq3[-1]:.0f} %"
        in said
    )
    assert f"off by {gap.sel(theory='T7a').values.max():.1f} % at most" in said


def test_a_benefit_is_told_as_what_the_error_falls_by():
    data = load(ROOT / "results" / "wide_benefit.nc")
    benefit = data["benefit"].sel(bound="estimate", relation="shared").values
    falls = 100 * (1 - np.exp(-benefit))  # the benefit is the logarithm of the errors' ratio
    _, said = answer("wide_benefit", data)
    assert (
        f"falls by {falls.min():+.0f} to {falls.max():+.0f} % beside a task with the same" in said
    )
