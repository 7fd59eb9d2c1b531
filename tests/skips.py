"""A skipped test is a failed one where ``--no-skips`` is given, as CI does."""

import pytest

#: Reasons to skip that stay: what CI's machines need not have.
PERMITTED = (
    "no CUDA device on this machine",
    "root may write everywhere",
    "MTLPAPER_AUTHORS names no folder of the authors' rows",
)


def pytest_addoption(parser):
    parser.addoption(
        "--no-skips",
        action="store_true",
        help=f"fail what is skipped for another reason than {' or '.join(map(repr, PERMITTED))}",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    # An expected failure counts as skipped too, but tells no place and reason.
    if report.skipped and isinstance(report.longrepr, tuple) and item.config.option.no_skips:
        why = report.longrepr[-1].removeprefix("Skipped: ")
        if why not in PERMITTED:
            report.outcome = "failed"
            report.longrepr = f"skipped, which --no-skips does not permit: {why}"
    return report
