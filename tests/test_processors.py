"""The processors that `make test-processors` plays, and that a failure on one is told."""

import sys

import processors
import pytest

OTHER = "this one as it is"
FEATURES = ["X86_V3", "X86_V4", "AVX512_ICL"]


@pytest.mark.parametrize(
    ("machine", "level", "features", "expected"),
    [
        ("x86_64", "AVX512", FEATURES, ["x86-64", "haswell", "skylake-x", OTHER]),
        ("x86_64", "AVX2", ["X86_V3"], ["x86-64", "haswell", OTHER]),
        ("x86_64", "DEFAULT", [], ["x86-64", OTHER]),
        ("aarch64", "SVE256", ["ASIMDHP", "SVE"], ["armv8", OTHER]),
        ("arm64", "DEFAULT", ["ASIMDHP"], ["armv8", OTHER]),
    ],
)
def test_a_machine_plays_no_processor_that_has_more_than_it(machine, level, features, expected):
    declared = processors.processors(machine, level, features)
    assert list(declared) == expected
    assert declared[OTHER] == {}
    for settings in declared.values():
        off = settings.get("NPY_DISABLE_CPU_FEATURES", "").split(",")
        assert {*off} <= {*features, ""}
        assert machine == "x86_64" or not any(key.startswith("MKL") for key in settings)


def test_numpy_keeps_what_a_processor_has():
    declared = processors.processors("x86_64", "AVX512", FEATURES)
    off = [settings.get("NPY_DISABLE_CPU_FEATURES") for settings in declared.values()]
    assert off == ["X86_V3,X86_V4,AVX512_ICL", "X86_V4,AVX512_ICL", "AVX512_ICL", None]
    older = processors.processors("x86_64", "AVX512", ["AVX2", "FMA3", "AVX512F", "AVX512_SKX"])
    off = [settings.get("NPY_DISABLE_CPU_FEATURES") for settings in older.values()]
    assert off == ["AVX2,FMA3,AVX512F,AVX512_SKX", "AVX512F,AVX512_SKX", None, None]


def test_a_failure_on_one_processor_is_told_and_the_others_still_run(monkeypatch, capfd):
    monkeypatch.setattr(processors, "_here", lambda: {"old": {"LEVEL": "1"}, "new": {}})
    monkeypatch.delenv("LEVEL", raising=False)
    command = f"'{sys.executable}' -c 'import os; exit(\"LEVEL\" in os.environ)'"
    assert processors.main([command]) == 1
    out = capfd.readouterr().out
    assert "== processor: old LEVEL=1" in out
    assert "== processor: new" in out
    assert [line for line in out.splitlines() if line.startswith("failed on")] == [
        f"failed on old: {command}"
    ]
