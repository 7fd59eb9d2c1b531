"""The fixture `browser`: pages as a real browser makes them, scripts and all."""

import shutil
import subprocess

import pytest
from bs4 import BeautifulSoup


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Return a function from an address to the page that a headless Chromium makes of it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip("no Chromium")
    profile = tmp_path_factory.mktemp("profile")
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking"
    flags += " --disable-component-update --disable-sync --disable-quic --dump-dom"

    def dump(address: str) -> BeautifulSoup:
        call = [program, *flags.split(), f"--user-data-dir={profile}", address]
        done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=True)
        return BeautifulSoup(done.stdout, "html.parser")

    try:
        dump("data:text/html,<p>ready</p>").select_one("p").get_text()
    except (AttributeError, OSError, subprocess.SubprocessError):
        pytest.skip("Chromium does not start here")
    return dump
