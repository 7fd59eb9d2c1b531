"""What every test module shares: run-time shape checks, one thread, no display, no colours.

The import hook must be in place before anything imports `mtlpaper`, so it is installed here, at
import, and not in a fixture.
"""

import os
import signal

# One thread each: pytest-xdist fills the cores already, and the order of sums moves last digits.
# The libraries read these when they are first imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# Typer and Rich take a CI's environment for a terminal and colour their words.
for variable in ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS", "COLUMNS"):
    os.environ.pop(variable, None)

import jaxtyping

# Checks the annotations of every function and dataclass of the package, array shapes included.
jaxtyping.install_import_hook("mtlpaper", "runtime_types.checked")

import hypothesis
import matplotlib as mpl
import pytest
import runtime_types
import torch
from toy import registration

from mtlpaper import chapters, documents
from mtlpaper.companion import registry

pytest_plugins = ["skips", "browser"]

registry.register(chapters, documents)
mpl.use("agg")
torch.set_num_threads(1)

# Background jobs of a shell without job control ignore it; the tests of interrupts need it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples at every run, and no deadline: a slow machine is no fault of the code.
hypothesis.settings.register_profile("reproducible", derandomize=True, deadline=None)
hypothesis.settings.load_profile("reproducible")


@pytest.fixture(autouse=True)
def _checks_begin_anew():
    runtime_types.made.clear()


@pytest.fixture(scope="session", autouse=True)
def _tiny_data(tmp_path_factory):
    """Compute the tiny data of an experiment once a run, whichever workers need them."""
    import tiny  # not at the top: the process that only hands out the tests needs none of it

    folder = tmp_path_factory.getbasetemp()
    # A worker's own folder lies in the one of all.
    tiny.folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="module")
def toys():
    """The toys are among the package's chapters."""
    with registration.registered():
        yield
