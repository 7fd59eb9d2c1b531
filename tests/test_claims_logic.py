"""From numbers to a verdict and to words, on cases made by hand."""

import dataclasses
import json
import math

import numpy as np
import pytest
import xarray as xr

from mtlpaper.companion.claims import (
    Claim,
    Finding,
    MissingDataError,
    Parts,
    Range,
    as_json,
    differences,
    effect_text,
    explain,
    found_text,
    judge_all,
    parts_of,
    range_text,
    read_published,
    source_texts,
    take,
    tally_sources,
)
from mtlpaper.companion.claims.claim import NEGATIVE, POSITIVE
from mtlpaper.companion.claims.controls import both, negated, replaced, shifted
from mtlpaper.companion.claims.parts import joined, over, parameter
from mtlpaper.companion.results import ResultError

INF = math.inf


def parts(*intervals: tuple[float, float, float]) -> Parts:
    """(low, estimate, high) of parts called a, b, …"""
    low, estimate, high = np.array(intervals).T
    return Parts(tuple("abcdefgh"[: len(intervals)]), estimate, low, high)


def claim(within: Range, *intervals: tuple[float, float, float], **fields) -> Claim:
    given = {"name": "c", "section": "s", "where": "here", "says": "It is so.", "expected": "> 0"}
    given |= {"settings": "stated", "reason": "because", "experiment": "toy"}
    return Claim(**given | fields, statistic=lambda _: parts(*intervals), range=within)


# ------------------------------------------------------------------------------------------ range


@pytest.mark.parametrize(
    ("within", "interval", "holds", "fails"),
    [
        (Range(0.0, 1.0), (0.2, 0.5, 0.8), True, False),
        (Range(0.0, 1.0), (0.0, 0.5, 1.0), True, False),  # the ends belong to it
        (Range(0.0, 1.0), (-0.1, 0.5, 0.8), False, False),
        (Range(0.0, 1.0), (0.5, 0.9, 1.1), False, False),
        (Range(0.0, 1.0), (-1.0, 0.5, 2.0), False, False),
        (Range(0.0, 1.0), (1.1, 1.2, 1.3), False, True),
        (Range(0.0, 1.0), (-0.3, -0.2, -0.1), False, True),
        (Range(high=0.0), (0.0, 0.0, 0.0), True, False),
        (Range(high=0.0), (-INF, -5.0, 0.0), True, False),
        (POSITIVE, (0.1, 0.2, 0.3), True, False),
        (POSITIVE, (0.0, 0.2, 0.3), False, False),  # nothing is no increase
        (POSITIVE, (0.0, 0.0, 0.0), False, True),
        (POSITIVE, (-0.2, -0.1, 0.0), False, True),
        (NEGATIVE, (-0.2, -0.1, 0.0), False, False),
        (NEGATIVE, (-0.2, -0.1, -0.05), True, False),
        (NEGATIVE, (0.0, 0.0, 0.0), False, True),
    ],
)
def test_a_range_holds_and_fails_with_whole_intervals(within, interval, holds, fails):
    one = parts(interval)
    assert (within.holds(one).tolist(), within.fails(one).tolist()) == ([holds], [fails])


def test_the_margin_is_the_distance_to_the_nearer_end():
    effects = np.array([-0.5, 0.0, 0.25, 0.75, 1.5])
    assert Range(0.0, 1.0).margin(effects).tolist() == [-0.5, 0.0, 0.25, 0.25, -0.5]
    assert Range(low=1.0).margin(effects).tolist() == [-1.5, -1.0, -0.75, -0.25, 0.5]


# ---------------------------------------------------------------------------------------- verdict

IN, OUT, ACROSS = (0.4, 0.5, 0.6), (-0.6, -0.5, -0.4), (-0.1, 0.1, 0.3)


@pytest.mark.parametrize(
    ("intervals", "verdict", "held", "failing", "undecided"),
    [
        ([IN], "reproduced", 1, "", ""),
        ([IN, IN], "reproduced", 2, "", ""),
        ([OUT], "not reproduced", 0, "a", ""),
        ([OUT, OUT], "not reproduced", 0, "ab", ""),
        ([OUT, ACROSS], "not reproduced", 0, "ab", "b"),
        ([ACROSS], "undecided", 0, "a", "a"),
        ([ACROSS, ACROSS], "undecided", 0, "ab", "ab"),
        ([IN, ACROSS], "undecided", 1, "b", "b"),
        ([IN, OUT], "partly", 1, "b", ""),
        ([OUT, IN, ACROSS], "partly", 1, "ac", "c"),
    ],
)
def test_a_verdict_follows_from_the_parts(intervals, verdict, held, failing, undecided):
    finding = claim(POSITIVE, *intervals).judge(xr.Dataset())
    assert (finding.verdict, finding.held, finding.total) == (verdict, held, len(intervals))
    assert (finding.failing, finding.undecided) == (tuple(failing), tuple(undecided))


def test_the_weakest_part_is_the_one_whose_interval_ends_worst():
    """Part b has the better estimate but the lower end."""
    finding = claim(POSITIVE, (0.2, 0.3, 0.4), (0.1, 0.5, 0.9)).judge(xr.Dataset())
    assert (finding.weakest, finding.low, finding.effect, finding.high) == ("b", 0.1, 0.5, 0.9)
    finding = claim(Range(-1.0, 1.0), (-0.2, -0.1, 0.0), (0.7, 0.8, 0.9)).judge(xr.Dataset())
    assert finding.weakest == "b"


def test_a_statistic_that_finds_nothing_says_what():
    def statistic(data: xr.Dataset) -> Parts:
        return parts_of(take(data, "x"))

    finding = Claim("c", "s", "here", "So.", "", "stated", "", statistic=statistic).judge(
        xr.Dataset()
    )
    assert finding.verdict == "not testable"
    assert finding.reason == "not in these data: there is no `x`"
    assert math.isnan(finding.effect)
    assert (finding.held, finding.total) == (0, 0)


def test_what_cannot_be_loaded_is_not_testable():
    def load(name: str) -> xr.Dataset:
        if name == "lost":
            raise MissingDataError("there is no run of lost")
        return xr.Dataset()

    claims = [claim(POSITIVE, IN, name="x"), claim(POSITIVE, IN, name="y", experiment="lost")]
    found = judge_all(load, claims)
    assert found["x"].verdict == "reproduced"
    assert (found["y"].verdict, found["y"].reason) == ("not testable", "there is no run of lost")


# ---------------------------------------------------------------------------------------- sources

SAID = {"published": IN, "ours": ACROSS, "text": OUT}


def by_source(**said: tuple[float, float, float]) -> xr.Dataset:
    """`x`, an effect of one part by each source, and `y`, on which no source has a say."""
    bounds = ["low", "estimate", "high"]
    data = xr.Dataset(
        {"x": (("source", "N", "bound"), np.array([*said.values()])[:, np.newaxis]), "y": 1.0},
        {"source": [*said], "N": [100], "bound": bounds},
    )
    return data.sel(bound=["estimate", "low", "high"])


def sourced(*sources, **fields) -> Claim:
    """A claim on `x` that needs `y`."""
    one = claim(POSITIVE, IN, sources=sources or ("ours", "published", "text"), **fields)
    return dataclasses.replace(one, statistic=lambda data: parts_of(take(data, "x") * data["y"]))


def test_the_first_source_decides_and_all_are_judged():
    finding = sourced().judge(by_source(**SAID))
    assert {name: one.verdict for name, one in finding.sources.items()} == {
        "ours": "undecided",
        "published": "reproduced",
        "text": "not reproduced",
    }
    assert [*finding.sources] == ["ours", "published", "text"]
    assert dataclasses.replace(finding, sources={}) == finding.sources["ours"]
    assert finding.weakest == "N = 100"  # a source is no part
    assert sourced("text").judge(by_source(**SAID)).verdict == "not reproduced"
    assert sourced().judge_sources(by_source(**SAID)) == finding.sources


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (by_source(published=IN), "there is no source = ours"),
        (by_source(ours=IN).isel(source=0, drop=True), "there is no `source`"),
        (by_source(ours=IN).drop_vars("source"), "there is no `source`"),
        (xr.Dataset(), "there is no `source`"),
    ],
)
def test_on_a_source_that_data_lack_a_claim_is_not_testable(data, reason):
    finding = sourced().judge(data)
    assert (finding.verdict, finding.reason) == ("not testable", f"not in these data: {reason}")
    assert finding.sources["ours"].reason == finding.reason
    there = "published" in data.coords.get("source", ())
    assert (finding.sources["published"].verdict == "reproduced") == there


@pytest.mark.parametrize(
    "control",
    [
        negated("x"),
        shifted("x", -5.0),
        replaced("x", -1.0),
        both(shifted("x", -5.0), replaced("y", 2.0)),
    ],
    ids=lambda control: control.says,
)
def test_a_control_turns_the_verdicts_of_all_sources(control):
    data = by_source(published=IN, ours=IN, text=IN)
    before = sourced().judge_sources(data)
    after = sourced().judge_sources(control(data))
    assert {one.verdict for one in before.values()} == {"reproduced"}
    assert {one.verdict for one in after.values()} == {"not reproduced"}


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        (SAID, True),
        ({"published": IN, "ours": IN}, False),  # a source that is missing says nothing else
        ({"published": OUT, "text": IN}, True),  # though the one that decides is missing
        ({"published": IN, "ours": IN, "text": ACROSS}, True),
        ({"ours": OUT}, False),
    ],
)
def test_a_difference_between_sources_is_explained_where_there_is_one(said, differs):
    one = sourced(differs="Theirs train for longer.")
    finding = one.judge(by_source(**said))
    assert finding.differs == differs
    assert ("Theirs train for longer." in explain(one, finding)) == differs


@pytest.mark.parametrize(
    ("within", "tiny", "text"),
    [
        (Range(high=1e-6), 1e-14, "within ±1e−08"),
        (Range(high=1e-6), -1e-8, "within ±1e−08"),
        (Range(-0.1, 0.2), 1e-3, "within ±0.001"),
        (Range(high=1e-6), 1.1e-8, "1.1e-08, least favourable: a"),
        (POSITIVE, 1e-14, "1e-14, least favourable: a"),  # its sign is what counts
    ],
)
def test_digits_that_rounding_decides_are_not_written(within, tiny, text):
    one = claim(within, *[(tiny, tiny, tiny)] * 2)
    found = found_text(one, one.judge(xr.Dataset()))
    assert found.replace("−", "-") == text.replace("−", "-")


def test_sources_in_words_and_numbers():
    one = sourced()
    finding = one.judge(by_source(ours=ACROSS, published=IN))
    assert [*source_texts(one, finding)] == [
        ("published", "authors' published rows", "0.50 (0.40 to 0.60)"),
        ("ours", "our networks (decides)", "0.10 (−0.10 to 0.30)"),
        ("text", "our networks, text's settings", "Not in these data: there is no source = text."),
    ]
    last = by_source(text=OUT).assign_coords(N=[200])
    both_parts = xr.concat([by_source(text=IN), last], "N", data_vars="minimal")
    ((_, _, found),) = source_texts(sourced("text"), sourced("text").judge(both_parts))
    assert found == "−0.50 (−0.60 to −0.40), least favourable: N = 200; 1 of 2 parts held"
    plain = claim(POSITIVE, OUT)
    assert [*source_texts(plain, plain.judge(xr.Dataset()))] == []


def test_verdicts_are_counted_by_source():
    some = [
        sourced().judge(by_source(published=IN, ours=OUT)),
        sourced("ours").judge(by_source(ours=OUT)),
        claim(POSITIVE, OUT).judge(xr.Dataset()),
    ]
    counted = tally_sources(some)
    assert [*counted] == ["published", "ours", "text"]
    assert {name: sum(numbers.values()) for name, numbers in counted.items()} == {
        "published": 1,
        "ours": 2,
        "text": 1,
    }
    assert counted["ours"]["not reproduced"] == 2
    assert counted["text"]["not testable"] == 1
    assert tally_sources(some[2:]) == {}


# ------------------------------------------------------------------------------------------ parts


@pytest.fixture
def data() -> xr.Dataset:
    values = np.arange(12.0).reshape(2, 2, 3)
    return xr.Dataset(
        {"x": (("N", "rule", "bound"), values)},
        {"N": [100, 2000], "rule": ["soft", "argmax"], "bound": ["estimate", "low", "high"]},
        {"parameters": '{"n": 3}'},
    )


def test_parts_are_the_cells_with_their_labels(data):
    found = parts_of(data["x"], {"rule": ""})
    assert found.labels == (
        "N = 100, soft",
        "N = 100, argmax",
        "N = 2000, soft",
        "N = 2000, argmax",
    )
    assert found.estimate.tolist() == [0.0, 3.0, 6.0, 9.0]
    assert found.low.tolist() == [1.0, 4.0, 7.0, 10.0]
    assert found.high.tolist() == [2.0, 5.0, 8.0, 11.0]


def test_parts_do_not_hang_on_the_order_of_dimensions(data):
    turned = parts_of(data["x"].transpose("bound", "N", "rule"))
    assert turned.estimate.tolist() == parts_of(data["x"]).estimate.tolist()


def test_parts_without_uncertainty_are_points(data):
    found = parts_of(data["x"].sel(bound="low", drop=True).isel(N=0, drop=True))
    assert found.labels == ("rule = soft", "rule = argmax")
    assert found.low.tolist() == found.estimate.tolist() == found.high.tolist() == [1.0, 4.0]


def test_bounds_that_changed_places_are_put_right(data):
    """Where a variable's sign was reversed, its low end is the higher one."""
    found = parts_of(-data["x"])
    assert (found.low <= found.high).all()
    assert found.low.tolist() == [-2.0, -5.0, -8.0, -11.0]


def test_reversed_and_joined_parts():
    one = parts((1.0, 2.0, 4.0))
    assert (-one).low.tolist() == [-4.0]
    assert (-one).estimate.tolist() == [-2.0]
    assert (-one).high.tolist() == [-1.0]
    both_ways = joined([one.named("up"), (-one).named("down")])
    assert both_ways.labels == ("up, a", "down, a")
    assert both_ways.estimate.tolist() == [2.0, -2.0]
    assert Parts(("",), *np.zeros((3, 1))).named("all").labels == ("all",)


def test_take_by_value_and_by_rule(data):
    assert take(data, "x", N=2000, rule="soft").values.tolist() == [6.0, 7.0, 8.0]
    assert take(data, "x", N=lambda n: n > 500)["N"].values.tolist() == [2000]


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        ("y", {}, "there is no `y`"),
        ("x", {"seed": 1}, "`x` has no `seed`"),
        ("x", {"N": 7}, "`x` has no N = 7"),
        ("x", {"N": lambda n: n > 9999}, "`x` has no such `N`"),
    ],
)
def test_take_names_what_is_missing(data, name, cell, message):
    with pytest.raises(MissingDataError, match=message):
        take(data, name, **cell)


def test_other_things_can_be_missing(data):
    with pytest.raises(MissingDataError, match="`x` has no `time`"):
        over(data["x"], "N", "time")
    with pytest.raises(MissingDataError, match="parameter `m` is not recorded"):
        parameter(data, "m")
    with pytest.raises(MissingDataError, match="`x` has no finite value"):
        parts_of(data["x"].where(data["N"] > 100))
    with pytest.raises(MissingDataError, match="`x` has no bound = low"):
        parts_of(data["x"].sel(bound=["estimate", "high"]))
    assert over(data["x"], "N", "rule").identical(data["x"])
    assert parameter(data, "n") == 3


# --------------------------------------------------------------------------------------- controls


def test_controls_change_what_they_say_and_nothing_else(data):
    more = data.assign(y=data["x"] * 2)
    before = more.copy(deep=True)
    for control, change, words in [
        (negated("x"), lambda x: -x, "the sign of `x` reversed"),
        (shifted("x", 2.0), lambda x: x + 2, "2 added to `x`"),
        (shifted("x", -0.5), lambda x: x - 0.5, "0.5 taken from `x`"),
        (replaced("x", 7.0), lambda x: x * 0 + 7, "all of `x` replaced by 7"),
    ]:
        changed = control(more)
        assert control.says == words
        np.testing.assert_array_equal(changed["x"], change(more["x"]))
        assert changed["y"].identical(more["y"])
    twice = both(shifted("x", 1.0), negated("y"))
    assert twice.says == "1 added to `x` and the sign of `y` reversed"
    np.testing.assert_array_equal(twice(more)["x"], more["x"] + 1)
    np.testing.assert_array_equal(twice(more)["y"], -more["y"])
    assert more.identical(before)


# ------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("numbers", "unit", "text"),
    [
        ((0.0203, 0.0178, 0.0227), "nats", "+0.0203 (+0.0178 to +0.0227) nats"),
        ((-0.002, -0.018, 0.019), "nats", "−0.002 (−0.018 to +0.019) nats"),
        ((1.378, 0.647, 2.382), "%", "1.38 (0.65 to 2.38) %"),
        ((0.641, 0.592, 0.67), "1", "0.641 (0.592 to 0.670)"),
        ((120.0, 90.0, 160.0), "1", "120 (90 to 160)"),
        ((1e-9, -2e-9, 3e-9), "1", "1e−09 (−2e−09 to 3e−09)"),
        ((0.5, 0.5, 0.5), "1", "0.5"),
        ((0.0, 0.0, 0.0), "nats", "+0 nats"),
        ((math.nan,) * 3, "nats", ""),
    ],
)
def test_an_effect_in_words(numbers, unit, text):
    effect, low, high = numbers
    finding = Finding("partly", effect, low, high)
    assert effect_text(claim(POSITIVE, IN, unit=unit), finding) == text


@pytest.mark.parametrize(
    ("within", "unit", "text"),
    [
        (Range(-0.1, 0.1), "nats", "within ±0.1 nats"),
        (Range(1.5, 1.7), "1", "between 1.5 and 1.7"),
        (Range(-2.0, 1.0), "1", "between −2 and 1"),
        (Range(high=5.0), "%", "≤ 5 %"),
        (Range(low=0.95), "1", "≥ 0.95"),
        (POSITIVE, "nats", "> 0 nats"),
        (NEGATIVE, "1", "< 0"),
    ],
)
def test_a_range_in_words(within, unit, text):
    assert range_text(claim(within, IN, unit=unit)) == text


def said(intervals, **fields) -> tuple[str, ...]:
    one = claim(POSITIVE, *intervals, **fields)
    return explain(one, one.judge(xr.Dataset()))


def test_what_is_not_reproduced_is_explained():
    assert said([IN]) == ()
    assert said([OUT]) == ("The whole interval lies outside the range.",)
    assert said([ACROSS]) == ("The datasets cannot tell: the interval holds a limit of the range.",)
    assert said([IN, OUT, ACROSS], explained={"partly": "Noise."}) == (
        "Noise.",
        "Holds in 1 of 3 parts.",
        "Not in: b.",
        "The datasets cannot tell: c.",
    )
    assert said([IN, OUT], explained={"not reproduced": "Noise."})[0] == "Holds in 1 of 2 parts."
    assert said([OUT] * 6)[1] == "Not in: a; b; c; and 3 more."
    assert said([OUT] * 4)[1] == "Not in: a; b; c; d."
    untested = Claim("c", "s", "here", "So.", "", "unknown", "it is not at hand")
    assert explain(untested, untested.judge(xr.Dataset())) == ("It is not at hand.",)


# -------------------------------------------------------------------------------------- published

FOUND = {
    "a": Finding("partly", 0.1, -0.1, 0.2, held=1, total=2),
    "b": Finding("not testable", reason="no data"),
}


def test_published_verdicts_come_back_as_they_went(tmp_path):
    (tmp_path / "verdicts.json").write_text(json.dumps(as_json(FOUND), allow_nan=False))
    published = read_published(tmp_path)
    assert published == {"a": "partly", "b": "not testable"}
    written = json.loads((tmp_path / "verdicts.json").read_text())
    numbers = {"effect": 0.1, "low": -0.1, "high": 0.2, "held": 1, "total": 2}
    assert written["a"] == {"verdict": "partly", **numbers}
    assert written["b"]["effect"] is None
    assert differences(FOUND, published) == []


def test_verdicts_of_sources_are_published_and_compared(tmp_path):
    found = {**FOUND, "c": sourced().judge(by_source(**SAID))}
    (tmp_path / "verdicts.json").write_text(json.dumps(as_json(found), allow_nan=False))
    published = read_published(tmp_path)
    assert published == {
        "a": "partly",
        "b": "not testable",
        "c": "undecided",
        "c, published": "reproduced",
        "c, text": "not reproduced",
    }
    assert differences(found, published) == []
    turned = {**FOUND, "c": sourced().judge(by_source(ours=ACROSS, published=OUT, text=OUT))}
    assert differences(turned, published) == [
        "c, published: not reproduced, published as reproduced"
    ]


def test_every_difference_from_the_published_verdicts_is_named():
    published = {"a": "reproduced", "c": "partly"}
    assert differences(FOUND, published) == [
        "a: partly, published as reproduced",
        "b: not testable, but not published",
        "c: published as partly, but there is no such claim",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there are no published verdicts"),
        ("{", "is no valid JSON"),
        ("[]", "is not as expected: Input should be an object"),
        ('{"a": {"effect": 1}}', r"lacks a\.verdict"),
        ('{"a": "partly"}', "is not as expected at `a`"),
    ],
)
def test_published_verdicts_that_cannot_be_read(tmp_path, content, message):
    if content is not None:
        (tmp_path / "verdicts.json").write_text(content)
    with pytest.raises(ResultError, match=message):
        read_published(tmp_path)
