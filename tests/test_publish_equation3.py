"""The page that integrates Eq. (3): what a browser computes is what Python computes."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import mtlpaper
from mtlpaper.theory import rank_one_drive, solve_rank_one

BOOK = Path(mtlpaper.__file__).parents[1] / "book"
T = np.linspace(0.0, 20.0, 5)


def left_vector(N3: int) -> np.ndarray:
    u = np.arange(N3) - (N3 - 1) / 2
    return u / np.linalg.norm(u)


def write_page(folder: Path, chosen: dict[str, str]) -> str:
    """Put the page together as Sphinx does, moved to these choices; return its address."""
    source = (BOOK / "equation3.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```\{raw\} html\n(.*?)\n```", source, re.DOTALL)
    moves = "".join(
        f"""
        input = document.getElementById("equation3-{name}");
        input.value = "{value}";
        input.dispatchEvent(new Event("input"));"""
        for name, value in chosen.items()
    )
    shutil.copytree(BOOK / "_assets", folder / "_static")
    (folder / "book").mkdir()
    page = folder / "book" / "equation3.html"
    page.write_text(f'<meta charset="utf-8">{block}<script>let input;{moves}</script>', "utf-8")
    return page.as_uri()


#: Places of the sliders, and what they stand for: N3, s_hat, s0.
CHOICES = [
    ({}, (5, 3.0, 0.1, "soft")),
    ({"N3": 0, "sHat": 45, "s0": 0}, (2, 5.0, 0.1, "soft")),
    ({"N3": 5, "sHat": 0, "s0": 29}, (50, 0.5, 3.0, "soft")),
    ({"N3": 3, "labels": "argmax"}, (10, 3.0, 0.1, "argmax")),
    ({"N3": 0, "s0": 29, "labels": "argmax"}, (2, 3.0, 3.0, "argmax")),
]


@pytest.mark.parametrize(("chosen", "values"), CHOICES)
def test_the_browser_integrates_as_python_does(chosen, values, browser, tmp_path):
    N3, s_hat, s0, labels = values
    page = browser(write_page(tmp_path, chosen))
    u = left_vector(N3)
    expected = solve_rank_one(s0, u, rank_one_drive(s_hat, u, labels), T)
    shown = [float(cell.get_text()) for cell in page.select("#equation3 td")]
    # Six decimals are shown; the steps of Runge and Kutta are good for more.
    assert shown == pytest.approx(list(expected), abs=2e-6)
    reading = " ".join(page.select_one(".explorer-reading[aria-live=polite]").get_text().split())
    assert f"From s(0) = {s0:g} " in reading
    assert f"comes to {expected[-1]:.3f} at t = 20 τ." in reading
    assert (f"ŝ = {s_hat:g}" in reading) == (labels == "soft")
    assert len(page.select(".explorer-plot path.curve")) == 1
    assert "explorer-drawn" in page.html["class"]


def test_the_page_asks_for_nothing_from_afar():
    page = (BOOK / "equation3.md").read_text(encoding="utf-8")
    for name in re.findall(r"\.\./_static/([\w.]+)", page):
        text = (BOOK / "_assets" / name).read_text(encoding="utf-8")
        assert not re.search(r"//\w+\.|https?:|url\(|@import|fetch\(|XMLHttpRequest|import\(", text)
