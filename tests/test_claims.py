"""Every claim can be met, refuted, left open, and found untestable: on data made for it."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import nbformat
import numpy as np
import pytest
import xarray as xr
from claims_data import ERROR, IDEAL, divided, ideal

import mtlpaper
from mtlpaper.companion.claims import (
    BADGES,
    SYMBOLS,
    Claim,
    Verdict,
    all_claims,
    by_document,
    experiments,
    explain,
    judge_all,
    sections,
)
from mtlpaper.companion.registry import chapters, documents

ROOT = Path(mtlpaper.__file__).parents[1]

refutable = pytest.mark.parametrize(
    "claim",
    [pytest.param(claim, id=name) for name, claim in all_claims().items() if claim.statistic],
)
directed = pytest.mark.parametrize(
    "claim",
    [pytest.param(claim, id=name) for name, claim in all_claims().items() if claim.range.strict],
)
every = pytest.mark.parametrize(
    "claim", [pytest.param(claim, id=name) for name, claim in all_claims().items()]
)


# ------------------------------------------------------------------------------- what data can do


@refutable
def test_what_the_paper_says_is_reproduced_where_it_is_true(claim: Claim):
    finding = claim.judge(ideal(claim))
    assert finding.verdict == "reproduced"
    assert finding.held == finding.total > 0
    assert finding.failing == finding.undecided == ()
    assert explain(claim, finding) == ()
    assert finding.low <= finding.effect <= finding.high
    assert finding.weakest or finding.total == 1
    assert finding.total > 1 or "partly" not in claim.explained  # which one part cannot be


@refutable
def test_data_that_must_refute_a_claim_do(claim: Claim):
    assert claim.control is not None
    data = ideal(claim)
    before = data.copy(deep=True)
    finding = claim.judge(claim.control(data))
    assert finding.verdict == "not reproduced"
    assert finding.held == 0
    assert explain(claim, finding)
    assert data.identical(before)


@refutable
def test_data_that_cannot_tell_leave_a_claim_open(claim: Claim):
    finding = claim.judge(divided(claim))
    assert finding.verdict == ("partly" if finding.against else "undecided")
    assert finding.failing
    assert finding.low < finding.high or finding.held > 0
    assert explain(claim, finding)


@directed
def test_a_direction_is_not_found_where_there_is_none(claim: Claim):
    data = ideal(claim)
    nothing = data.assign({name: data[name] * 0.0 for name in data.data_vars})
    assert claim.judge(nothing).verdict == "not reproduced"


@refutable
def test_without_its_variables_a_claim_is_not_testable(claim: Claim):
    data = ideal(claim)
    used = []
    for name in data.data_vars:
        finding = claim.judge(data.drop_vars(str(name)))
        assert finding.verdict in ("reproduced", "not testable")
        if finding.verdict == "not testable":
            used.append(name)
            assert "not in these data" in finding.reason
            assert f"`{name}`" in finding.reason
    assert used
    assert claim.judge(xr.Dataset()).verdict == "not testable"


@refutable
def test_without_its_coordinates_a_claim_is_not_testable(claim: Claim):
    """Labels that nobody asks for, or none: a claim says so instead of failing."""
    data, seen = ideal(claim), set()
    for name, values in data.coords.items():
        # Students that are not linear count as deep, whatever they are called.
        word = "linear" if name == "student" else "strange"
        strange = np.full(values.shape, word if values.dtype.kind == "U" else np.nan)
        for changed in (data.assign_coords({name: (name, strange)}), data.drop_vars(str(name))):
            finding = claim.judge(changed)
            assert finding.verdict in ("reproduced", "not testable")
            seen.add(finding.verdict)
    assert "not testable" in seen or claim.name in {"figure1-range"}


@refutable
def test_a_number_that_is_missing_is_no_evidence(claim: Claim):
    data = ideal(claim)
    lost = {name: values * np.nan for name, values in data.items() if values.dtype.kind == "f"}
    assert claim.judge(data.assign(lost)).verdict == "not testable"


# ------------------------------------------------------------------------------------- the ledger


def test_names_are_anchors_and_unique():
    listed = [claim.name for claims in sections().values() for claim in claims]
    assert len(set(listed)) == len(listed) == len(all_claims())
    assert list(all_claims()) == listed
    for name in listed:
        assert name == name.lower()
        assert name.replace("-", "").isalnum()


#: Published names: a link to the scorecard, and `results/verdicts.json`, hold on to them.
STABLE = """
figure1-2-classes figure1-20-classes figure1-range initial-conditions others-suppressed finite-size
high-snr-teacher low-snr-bulk row-a row-a-aligned row-b row-c-grows row-c-harms row-d eq5-soft
eq5-argmax eq5-tight high-snr-sign complex-networks up-with-relatedness up-with-snr-related
down-with-snr-unrelated unrelated-harm unrelated-noisy-ignored no-gain-noisy-main no-gain-100
gain-past-200 vanishing-3200 auxiliary-data-help auxiliary-data-harm depth-trends depth-shift
rank-three computed-analytically axis-figure2-left axis-figure2-right axis-figure3-left
axis-figure3-right
"""


def test_no_published_name_is_lost():
    assert set(STABLE.split()) <= set(all_claims())


@every
def test_a_claim_says_all_that_its_row_shows(claim: Claim):
    for text in (claim.where, claim.says, claim.expected, claim.reason, claim.settings):
        assert text == text.strip()
        assert text
    assert claim.says.endswith(".")
    assert set(claim.explained) <= set(SYMBOLS) - {"reproduced"}
    tests = (claim.statistic, claim.control, claim.experiment, claim.figure)
    assert all(tests) or not any(tests)
    assert len(set(claim.sources)) == len(claim.sources)
    assert claim.sources or not claim.differs


@refutable
def test_a_claim_rests_on_an_experiment_that_can_be_run(claim: Claim):
    assert claim.experiment in chapters()
    assert claim.experiment in IDEAL


@refutable
def test_a_claims_figure_is_in_its_notebook(claim: Claim):
    path = ROOT / "notebooks" / f"{claim.experiment}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    labels = {cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in cells}
    assert claim.figure in labels


def test_every_abstract_rests_on_claims_on_its_document():
    assert len(documents()) > 1
    for name, document in documents().items():
        known = {claim.name for claim in by_document().get(name, ())}
        for sentence in document.abstract:
            assert sentence.claims
            assert set(sentence.claims) <= known


def test_every_claim_is_on_one_document():
    names = [claim.name for claims in by_document().values() for claim in claims]
    assert names == list(all_claims())


def test_the_claims_that_cannot_be_tested_say_why():
    untested = [claim for claim in all_claims().values() if claim.statistic is None]
    assert untested
    for claim in untested:
        finding = claim.judge(xr.Dataset())
        assert (finding.verdict, finding.reason) == ("not testable", claim.reason)
        assert np.isnan([finding.effect, finding.low, finding.high]).all()


def test_the_scorecard_knows_every_verdict():
    assert set(SYMBOLS) == set(BADGES) == set(get_args(Verdict))
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)


def unexplained(claims: Mapping[str, Claim], published: Mapping[str, Any]) -> list[str]:
    """Claims of which sources are published with different verdicts, and nothing says why."""
    verdicts = {
        name: {source["verdict"] for source in one.get("sources", {}).values()} - {"not testable"}
        for name, one in published.items()
    }
    return [name for name, said in verdicts.items() if len(said) > 1 and not claims[name].differs]


def test_a_published_difference_between_sources_is_explained():
    published = json.loads((ROOT / "results" / "verdicts.json").read_text())
    assert unexplained(all_claims(), published) == []
    (name, claim), *_ = all_claims().items()
    sources = {"text": {"verdict": "partly"}, "ours": {"verdict": "reproduced"}}
    assert unexplained({name: claim}, {name: {"sources": sources}}) == [name]
    told = dataclasses.replace(claim, differs="Theirs train for longer.")
    assert unexplained({name: told}, {name: {"sources": sources}}) == []


def test_each_dataset_is_asked_for_once():
    asked = []

    def load(name: str) -> xr.Dataset:
        asked.append(name)
        return IDEAL[name]()

    findings = judge_all(load)
    assert list(findings) == list(all_claims())
    assert asked == experiments()
    assert sorted(asked) == sorted(IDEAL)


# ------------------------------------------------------------------------- statistics with a twist


def test_the_finite_size_claim_is_judged_at_as_many_inputs_as_points():
    """A gap at twice as many inputs says nothing of it."""
    data = IDEAL["finite_data"]()
    far = data["gap"].where(data["N1"] != 200, 0.5)
    assert all_claims()["finite-size"].judge(data.assign(gap=far)).verdict == "reproduced"
    near = data["gap"].where(data["N1"] != 100, 0.5)
    assert all_claims()["finite-size"].judge(data.assign(gap=near)).verdict == "not reproduced"
    other = data.assign_attrs(parameters=json.dumps({"n_train": 150}))
    assert all_claims()["finite-size"].judge(other).reason.endswith("`gap` has no N1 = 150")


def test_gaps_are_told_in_per_cent():
    finding = all_claims()["figure1-2-classes"].judge(IDEAL["figure1"]())
    assert finding.effect == pytest.approx(1.0)
    assert finding.high - finding.effect == pytest.approx(100 * ERROR)


def test_figure_1_ends_with_the_standard_error_of_its_seeds():
    """Ends 1.6, 1.62, 1.58, 1.6: mean 1.6, standard error sqrt(8e-4 / 3) / 2."""
    finding = all_claims()["figure1-range"].judge(IDEAL["figure1"]())
    error = 1.96 * np.sqrt(8e-4 / 3) / 2
    assert finding.effect == pytest.approx(1.6)
    assert (finding.low, finding.high) == pytest.approx((1.6 - error, 1.6 + error))
    alone = IDEAL["figure1"]().isel(seed=[0])
    assert "one seed" in all_claims()["figure1-range"].judge(alone).reason


@pytest.mark.parametrize(
    ("first", "last", "kind", "holds"),
    [
        (1.0, 0.5, "exponential", True),
        (1.0, 0.49, "slower than exponential", False),
        (1.0, 1.0, "not suppressed", False),
        (-1.0, -1.0, "exponential", False),  # it grows
        (0.0, 0.0, "exponential", False),
    ],
)
def test_a_decay_lasts_if_it_keeps_half_its_rate(first, last, kind, holds):
    data = IDEAL["spectrum"]()
    rate = data["rate"].copy()
    rate.loc[{"window": "first fifth"}], rate.loc[{"window": "last fifth"}] = first, last
    data = data.assign(rate=rate, kind=data["kind"].astype("U30").where(False, kind))
    finding = all_claims()["others-suppressed"].judge(data)
    assert finding.verdict == ("reproduced" if holds else "not reproduced")


@pytest.mark.parametrize(("end", "label"), [(0, "lowest"), (-1, "highest")])
def test_an_axis_is_missed_at_the_end_that_lies_off(end, label):
    data = IDEAL["figure2"]()
    values = data["MT_left"].transpose("bound", "source", ...).copy(deep=True)
    flat = values.values.reshape(3, values.sizes["source"], -1)
    flat[..., end] += -0.05 if end == 0 else 0.05  # a quarter of the axis, outwards
    finding = all_claims()["axis-figure2-left"].judge(data.assign(MT_left=values))
    assert (finding.verdict, finding.failing) == ("partly", (label,))
    assert abs(finding.effect) == pytest.approx(0.05 / 0.21)


def test_a_trend_that_turns_is_named():
    data = IDEAL["depth"]()
    values = data["effect_right"].copy()
    values.loc[{"student": "3 ReLU", "effect": "high minus low S_B, unrelated"}] *= -1
    finding = all_claims()["depth-trends"].judge(data.assign(effect_right=values))
    assert finding.verdict == "partly"
    assert (finding.held, finding.total) == (5, 6)
    assert finding.failing == ("down with S_B, unrelated, 3 ReLU",)
    assert finding.undecided == ()
