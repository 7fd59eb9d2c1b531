import subprocess
import sys
from typing import Annotated, ClassVar, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import Field
from toy.settings import Toy

from mtlpaper.companion.parameters import (
    Increasing,
    ParameterError,
    Parameters,
    Symbol,
    describe,
    parameter,
    parse_value,
)
from mtlpaper.companion.registry import chapters, settings


def refused(**changes) -> str:
    with pytest.raises(ParameterError) as caught:
        Toy.preset("quick", **changes)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": "12"}, "`n` must be an integer >= 1, got '12'"),
        ({"n": 1.5}, "`n` must be an integer >= 1, got 1.5"),
        ({"n": 3.0}, "`n` must be an integer >= 1, got 3.0"),
        ({"n": True}, "`n` must be an integer >= 1, got True"),
        ({"n": 0}, "`n` must be an integer >= 1, got 0"),
        ({"n": None}, "`n` must be an integer >= 1, got None"),
        ({"ratio": 1.3}, "`ratio` must be a number in [0, 1], got 1.3"),
        ({"ratio": float("nan")}, "`ratio` must be a number in [0, 1], got nan"),
        ({"rate": float("inf")}, "`rate` must be a number > 0, got inf"),
        ({"rule": "sotf"}, "`rule` must be one of soft, argmax, got 'sotf'"),
        ({"sizes": 3}, "`sizes` must be a list of integers, each >= 2, not empty, got 3"),
        ({"sizes": [3, 1]}, "`sizes` must be a list of integers, each >= 2, not empty, got [3, 1]"),
        ({"sizes": []}, "`sizes` must be a list of integers, each >= 2, not empty, got []"),
        ({"cap": 0}, "`cap` must be an integer >= 1, or null, got 0"),
        ({"flag": 1}, "`flag` must be true or false, got 1"),
        ({"n": object()}, "`n` must be an integer >= 1, got an object of type object"),
        ({"sizes": [3, 3]}, "`sizes` must hold no value twice, got [3, 3]"),
        ({"n": "\udcff"}, "`n` must be an integer >= 1, got '\\udcff'"),
        ({"sizes": [99]}, "`sizes` must not exceed ten times `n`, got [99] and 5"),
    ],
)
def test_a_refusal_names_parameter_value_and_what_is_accepted(change, message):
    assert refused(**change) == message


@pytest.mark.parametrize(
    ("name", "guess"),
    [("N", "`n`"), ("ratoi", "`ratio`"), ("Seed", "`seed`"), ("size", "`sizes`")],
)
def test_an_unknown_name_is_answered_by_the_nearest(name, guess):
    assert refused(**{name: 1}) == f"toy has no parameter `{name}`; did you mean {guess}?"


def test_a_name_near_nothing_is_answered_by_all():
    assert refused(zzzzzz=1).endswith(f"it has {', '.join(Toy.model_fields)}")


def test_all_faults_are_told_at_once():
    message = refused(n=0, ratio=2, Rule="soft", cap=object())
    assert [line.split("`")[1] for line in message.splitlines()] == ["Rule", "cap", "n", "ratio"]


def test_lists_serve_as_tuples_and_integers_as_numbers():
    params = Toy.preset("quick", sizes=[2, 3], rate=1)
    assert params.sizes == (2, 3)
    assert isinstance(params.rate, float)
    assert params == Toy.preset("quick", rate=1.0)


def test_a_preset_changes_the_defaults_and_nothing_else():
    assert Toy.preset("paper") == Toy()
    assert Toy.preset("quick") == Toy(n=5, sizes=(2, 3))
    with pytest.raises(ParameterError, match="`preset` must be one of paper, quick, got 'fast'"):
        Toy.preset("fast")


def test_parameters_survive_the_way_through_json():
    params = Toy.preset("quick", cap=3)
    assert params.plain()["sizes"] == [2, 3]
    assert Toy.checked(params.plain()) == params


def test_a_namespace_must_hold_every_parameter():
    namespace = {"__name__": "__main__", "data": object(), **Toy.preset("quick").plain()}
    assert Toy.from_namespace(namespace) == Toy.preset("quick")
    del namespace["seed"], namespace["cap"]
    with pytest.raises(ParameterError, match="parameters cell of toy lacks `cap`, `seed`"):
        Toy.from_namespace(namespace)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3),
        ("3", 3),
        ("[1, 2]", [1, 2]),
        ("true", True),
        ("null", None),
        ("soft", "soft"),
        ('"3"', "3"),
        ("[soft, argmax]", ["soft", "argmax"]),
        ("[soft, 3]", ["soft", 3]),
        ("[]", []),
        ("", ""),
        (" 3 ", 3),
        ("True", "True"),
    ],
)
def test_values_are_read_as_typed(text, value):
    read = parse_value(text)
    assert read == value
    assert type(read) is type(value)


ANY_TEXT = st.one_of(st.text(), st.text('[]{},:"0123456789.eE- nulltrue\\\udcff', max_size=30))


@given(name=st.sampled_from(list(Toy.model_fields)), text=ANY_TEXT)
@example(name="seed", text="9" * 5000)
@example(name="sizes", text=f"[1, {'9' * 5000}]")
@example(name="n", text="[" * 100_000)
@example(name="n", text="[" * 100_000 + "]" * 100_000)
@example(name="n", text="[" * 300 + "]" * 300)
@example(name="rule", text="\udcff")  # a byte that is no letter, on the command line
@example(name="rule", text=r'"\ud800"')
def test_whatever_is_typed_is_taken_or_refused_by_name(name, text):
    refusal = ""
    try:
        Toy.preset("quick", **{name: parse_value(text)})
    except ParameterError as error:
        refusal = str(error)
    assert refusal == "" or f"`{name}`" in refusal
    assert len(refusal) < 400  # not the whole of what was typed


LISTS = [
    (name, row.name, row.default)
    for name, chapter in chapters().items()
    for row in describe(chapter.parameters)
    if row.type.startswith("list") and "of 2" not in row.type
]


@pytest.mark.parametrize(("name", "label", "values"), LISTS)
def test_every_list_refuses_a_repeated_value(name, label, values):
    """And one that a figure draws a line along refuses values out of order."""
    repeated = [*values, values[-1]]
    with pytest.raises(ParameterError) as caught:
        settings(name).preset("paper", **{label: repeated})
    assert str(caught.value).startswith(f"`{label}` must ")
    rule = next(row.range for row in describe(settings(name)) if row.name == label)
    assert rule.endswith(("increasing", "distinct"))
    if rule.endswith("increasing"):
        with pytest.raises(ParameterError, match=f"`{label}` must increase"):
            settings(name).preset("paper", **{label: [values[-1], *values]})


def test_a_list_has_an_end():
    with pytest.raises(ParameterError, match="`sizes` must hold at most 1000 values"):
        Toy.preset("quick", sizes=list(range(2, 1003)))


def test_a_description_holds_all_a_reader_needs():
    rows = {row.name: row for row in describe(Toy)}
    assert list(rows) == list(Toy.model_fields)
    rate, sizes, rule, cap = (rows[name] for name in ("rate", "sizes", "rule", "cap"))
    assert (rate.type, rate.range, rate.unit, rate.default) == ("number", "> 0", "1/s", 0.1)
    assert (rate.meaning, rate.status, rate.source) == ("a rate", "ours", "us")
    assert (sizes.type, sizes.range) == ("list of integers", "each >= 2, not empty, distinct")
    assert sizes.values == {"paper": (2, 20), "quick": (2, 3)}
    assert (rule.type, rule.range) == ("choice", "soft, argmax")
    assert (cap.type, cap.range) == ("integer or null", ">= 1")


def test_a_declaration_has_to_say_where_its_value_comes_from():
    with pytest.raises(ValueError, match="`source` must say something"):
        parameter(1, "ours", " ")

    class Bare(Parameters):
        name = "bare"
        title = "No word about its parameter"
        presets: ClassVar = {"paper": {}}
        n: Literal[1] = 1

    class Nameless(Bare):
        n: Literal[1] = parameter(1, "ours", "us")

    with pytest.raises(TypeError, match=r"Bare\.n` must be declared by parameter"):
        describe(Bare)
    with pytest.raises(TypeError, match=r"Nameless\.n` must have a `Symbol` in its annotation"):
        describe(Nameless)


def test_an_experiment_narrows_a_symbol_and_says_a_more_special_meaning():
    Points = Annotated[int, Field(ge=1, le=30), Symbol("points")]
    Size = Annotated[int, Field(ge=2), Symbol("sizes")]

    class Narrow(Toy):
        n: Annotated[Points, Field(ge=3)] = parameter(
            20, "ours", "us", meaning="points of the test"
        )
        sizes: Annotated[Increasing[Size], Field(min_length=2)] = parameter((2, 20), "ours", "us")

    rows = {row.name: row for row in describe(Narrow)}
    assert (rows["n"].meaning, rows["n"].range) == ("points of the test", "[3, 30]")
    assert rows["sizes"].range == "each >= 2, at least 2 long, increasing"
    with pytest.raises(ParameterError, match=r"`n` must be an integer in \[3, 30\], got 2$"):
        Narrow.preset("quick", n=2)
    with pytest.raises(ParameterError, match=r"each >= 2, at least 2 long, got \[3\]"):
        Narrow.preset("quick", sizes=[3])
    with pytest.raises(ParameterError, match="`sizes` must increase from value to value"):
        Narrow.preset("quick", sizes=[3, 2])


def test_an_unknown_experiment_is_answered_by_the_nearest():
    with pytest.raises(ParameterError, match="no experiment 'figur1'; did you mean figure1"):
        settings("figur1")


@pytest.mark.parametrize("name", chapters())
def test_every_experiment_is_described_and_its_presets_hold(name):
    cls = settings(name)
    assert cls.name == name
    assert cls.title
    assert set(cls.presets) == {"paper", "quick"}
    assert cls.presets["paper"] == {}, "a field's default is its value in the paper"
    for row in describe(cls):
        assert row.meaning
        assert row.values["paper"] == row.default


def test_settings_load_without_numerics():
    heavy = "numpy", "torch", "matplotlib", "xarray", "pandas", "IPython"
    code = (
        "import sys; from mtlpaper import chapters, documents; "
        "from mtlpaper.companion import registry; registry.register(chapters, documents); "
        "assert [chapter.parameters for chapter in registry.chapters().values()]; "
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
