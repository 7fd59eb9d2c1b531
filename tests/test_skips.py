"""With ``--no-skips`` nothing is left out unseen."""

import pytest
import skips

pytest_plugins = ["pytester"]

TESTS = """
import pytest


def test_runs():
    pass


@pytest.mark.skipif(True, reason="no CUDA device on this machine")
def test_permitted():
    pass


@pytest.mark.skipif(True, reason="no device")
def test_mark():
    pass


def test_in_the_body():
    pytest.skip("no Chromium")


@pytest.fixture
def browser():
    pytest.skip("no Chromium")


def test_fixture(browser):
    pass


@pytest.mark.xfail(reason="known")
def test_known_failure():
    raise AssertionError


def test_import():
    pytest.importorskip("no_such_module")
"""


@pytest.mark.parametrize(
    ("options", "code", "skipped", "failed"),
    [
        ([], 0, ["permitted", "mark", "in_the_body", "fixture", "known_failure", "import"], []),
        (
            ["--no-skips"],
            1,
            ["permitted", "known_failure"],
            ["mark", "in_the_body", "fixture", "import"],
        ),
    ],
)
def test_a_skip_fails_unless_it_is_permitted(pytester, options, code, skipped, failed):
    pytester.makepyfile(TESTS)
    run = pytester.inline_run("-p", "no:cacheprovider", *options, plugins=[skips])
    names = [[report.nodeid.partition("::test_")[2] for report in of] for of in run.listoutcomes()]
    assert names == [["runs"], skipped, failed]
    assert run.ret == code
