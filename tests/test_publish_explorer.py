"""The explorer page: the numbers it carries, and what a browser makes of them."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from bs4 import BeautifulSoup

import mtlpaper
from mtlpaper.chapters.interactions.fragments import explorer_data, explorer_fragment
from mtlpaper.companion.book import PublishError
from mtlpaper.companion.book.stage import _stage_generated, stage_fragments
from mtlpaper.companion.results import save

BOOK = Path(mtlpaper.__file__).parents[1] / "book"
AXES = ("n_train", "S_A", "S_B", "r_AB")
#: Student's t(0.975) of four degrees of freedom, from tables, for means over five subsets.
T_FOUR = 2.7764451051977987
GRID = {"n_train": [100, 800], "S_A": [0.1, 1.0, 10.0], "S_B": [0.1, 10.0], "r_AB": [0, 0.5, 1]}


def interactions(**grid):
    """A dataset as the experiment leaves it, with random numbers."""
    grid = GRID | grid
    rng = np.random.default_rng(1)
    shape = tuple(len(grid[axis]) for axis in AXES)
    mean, width = 0.1 * rng.normal(size=shape), 0.02 * rng.random(shape)
    loss = 1 + rng.random(shape[:2])
    in_nats = {"long_name": "a loss", "units": "nats"}
    return xr.Dataset(
        {
            "MT": (("bound", *AXES), np.stack([mean, mean - width, mean + 2 * width]), in_nats),
            "MT_theory": (AXES, mean + 0.01, in_nats),
            "MT_published": (AXES, mean - 0.02, in_nats),
            "MT_published_se": (AXES, 0.5 * width, in_nats),
            "L_single": (
                ("bound", *AXES[:2]),
                np.stack([loss, loss - 0.1, loss + 0.1]),
                in_nats,
            ),
            "clear": (AXES, mean > width, {"long_name": "not drawn", "units": "1"}),
        },
        {**grid, "bound": ["estimate", "low", "high"], "S_clean": [1.0, 10.0]},
    )


# ------------------------------------------------------------------------------------------ numbers


def place(cell: dict[str, float], axes: tuple[str, ...]) -> int:
    """Where the page's script looks for a cell: row-major over the axes."""
    index = 0
    for axis in axes:
        index = index * len(GRID[axis]) + GRID[axis].index(cell[axis])
    return index


@pytest.mark.parametrize("order", [("bound", *AXES), ("r_AB", "bound", "S_B", "n_train", "S_A")])
def test_every_number_stands_where_the_page_looks_for_it(order):
    data = interactions()
    seen = json.loads(json.dumps(explorer_data(data.transpose(*order, ...))))
    assert {axis: seen[axis] for axis in AXES} == GRID
    stacked = data.stack(cell=AXES)
    for cell in stacked["cell"].values:
        at = dict(zip(AXES, cell, strict=True))
        main = {axis: at[axis] for axis in AXES[:2]}
        pairs = [(seen["MT_theory"][place(at, AXES)], data["MT_theory"].sel(at))]
        for bound, sign in (("estimate", 0), ("low", -1), ("high", 1)):
            published = data["MT_published"] + sign * T_FOUR * data["MT_published_se"]
            pairs += [
                (seen["MT_published"][bound][place(at, AXES)], published.sel(at)),
                (seen["MT"][bound][place(at, AXES)], data["MT"].sel({**at, "bound": bound})),
                (
                    seen["L_single"][bound][place(at, AXES[:2])],
                    data["L_single"].sel({**main, "bound": bound}),
                ),
            ]
        for shown, true in pairs:
            assert shown == pytest.approx(true.item(), rel=5e-7)  # seven digits


def test_what_is_not_finite_is_null():
    data = interactions()
    data["MT"][1, 0, 0, 0, 0] = np.nan
    data["MT_theory"][0, 0, 0, 1] = np.inf
    data["MT_published"][0, 0, 0, 2] = np.nan
    seen = explorer_data(data)
    assert seen["MT"]["low"][0] is None
    assert seen["MT_theory"][:3].count(None) == 1
    assert seen["MT_theory"][1] is None
    assert None not in seen["MT"]["estimate"]
    for values in seen["MT_published"].values():
        assert values[2] is None
        assert values.count(None) == 1


def test_the_fragment_is_one_script_with_the_same_data():
    text = explorer_fragment(interactions())
    (script,) = BeautifulSoup(text, "html.parser").find_all("script")
    assert script["type"] == "application/json"
    assert json.loads(script.string) == explorer_data(interactions())


WRONG = [
    (lambda data: data.drop_vars("MT_theory"), "lacks the variable `MT_theory`"),
    (lambda data: data.drop_vars("MT_published_se"), "lacks the variable `MT_published_se`"),
    (lambda data: data.isel(S_B=0), r"`MT` must lie over \[.*'S_B'.*\], got"),
    (lambda data: data.drop_vars("r_AB"), r"`MT` lies over \['r_AB'\], which have no values"),
    (lambda data: data.sel(bound=["estimate", "high"]), "`bound` lacks low"),
    (
        lambda data: data.assign(L_single=data["L_single"].assign_attrs(units="bits")),
        "`L_single` must be in nats, got units 'bits'",
    ),
]


@pytest.mark.parametrize(("spoil", "message"), WRONG)
def test_other_data_are_refused_by_name(spoil, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        explorer_data(spoil(interactions()))
    put_run(tmp_path, spoil(interactions()))
    with pytest.raises(PublishError, match=r"runs/interactions/interactions\.nc: .*"):
        stage_fragments(tmp_path, tmp_path)


# ------------------------------------------------------------------------------------------ staging


def put_run(staged: Path, data: xr.Dataset) -> None:
    folder = staged / "runs" / "interactions"
    folder.mkdir(parents=True)
    save(data, folder / "interactions.nc")


@pytest.mark.parametrize("ran", [True, False])
def test_staging_writes_the_data_if_they_were_run(ran, tmp_path):
    if ran:
        put_run(tmp_path, interactions())
    _stage_generated(tmp_path, {}, pdf=False)
    path = tmp_path / "book" / "_generated" / "explorer.md"
    assert path.is_file() == ran
    assert not ran or path.read_text(encoding="utf-8") == explorer_fragment(interactions())


def test_the_page_takes_what_is_staged_and_asks_for_nothing_from_afar():
    page = (BOOK / "explorer.md").read_text(encoding="utf-8")
    assert "{include} _generated/explorer.md" in page
    for name in re.findall(r"\.\./_static/([\w.]+)", page):
        text = (BOOK / "_assets" / name).read_text(encoding="utf-8")
        assert not re.search(r"//\w+\.|https?:|url\(|@import|fetch\(|XMLHttpRequest|import\(", text)


# ------------------------------------------------------------------------------------------ browser

#: Reports what goes wrong, and moves the sliders as a hand would, before the page is written out.
PROBE = """
<script>addEventListener("error", (event) => document.body.append("FAULT: " + event.message));
</script>
"""
MOVES = """
<script>
const move = (id, index) => {
  const slider = document.getElementById(id);
  slider.value = index;
  for (const kind of ["input", "change"]) slider.dispatchEvent(new Event(kind));
};
%s
document.body.dataset.address = location.hash;
</script>
"""


def write_page(folder: Path, fragment: str, moves: str = "") -> str:
    """Put the page together as Sphinx does, as far as the explorer goes; return its address."""
    source = (BOOK / "explorer.md").read_text(encoding="utf-8")
    source = source.replace("```{include} _generated/explorer.md\n```\n", fragment)
    blocks = re.findall(r"```\{raw\} html\n(.*?)\n```", source, re.DOTALL)
    shutil.copytree(BOOK / "_assets", folder / "_static")
    (folder / "book").mkdir()
    page = folder / "book" / "explorer.html"
    static = '<div class="explorer-static"><p>A picture.</p></div>'
    body = [PROBE, *blocks, static, MOVES % moves]
    page.write_text(f'<meta charset="utf-8">{"".join(body)}', encoding="utf-8")
    return page.as_uri()


def number(value: float) -> str:
    """A loss as the page writes it."""
    text = f"{value:.3f}".replace("-", "−")
    return text.lstrip("−") if float(f"{value:.3f}") == 0 else text


def signed(value: float) -> str:
    return ("+" if round(value, 3) > 0 else "") + number(value)


def published_of(cell: xr.Dataset) -> tuple[str, str]:
    """A published mean and its interval as the page writes them."""
    mean, half = cell["MT_published"].item(), T_FOUR * cell["MT_published_se"].item()
    return signed(mean), f"{signed(mean - half)} to {signed(mean + half)}"


def sentence(data: xr.Dataset, **cell: float) -> str:
    """What the page must say of a cell, taken from the dataset itself."""
    mean, low, high = (data["MT"].sel({**cell, "bound": b}).item() for b in data["bound"].values)
    main = {axis: cell[axis] for axis in AXES[:2]}
    published = published_of(data.sel(cell))
    loss = [number(data["L_single"].sel({**main, "bound": b}).item()) for b in data["bound"].values]
    names = {"n_train": "N", "S_A": "SA", "S_B": "SB", "r_AB": "rAB"}  # text without subscripts
    where = ", ".join(f"{name} = {cell[axis]:g}" for axis, name in names.items())
    return (
        f"{where}: MT = {signed(mean)} ({signed(low)} to {signed(high)}), "
        f"published {published[0]} ({published[1]}), "
        f"theory {signed(data['MT_theory'].sel(cell).item())} nats. "
        f"The single-task student's loss is {loss[0]} ({loss[1]} to {loss[2]}) nats."
    )


def said(page: BeautifulSoup) -> str:
    assert "FAULT" not in page.get_text()
    reading = page.select_one(".explorer-reading[aria-live=polite]")
    return " ".join(reading.get_text().split())


def test_the_first_view_is_that_of_the_largest_benefit(browser, tmp_path):
    data = interactions()
    page = browser(write_page(tmp_path, explorer_fragment(data)))
    mean = data["MT"].sel(bound="estimate")
    largest = {axis: at.item() for axis, at in mean.isel(mean.argmax(...)).coords.items()}
    assert said(page) == sentence(data, **{axis: largest[axis] for axis in AXES})
    assert "explorer-drawn" in page.html["class"]
    assert len(page.select(".explorer-plot circle.point")) == len(GRID["r_AB"])
    assert len(page.select(".explorer-plot path.theirs")) == len(GRID["r_AB"])
    assert len(page.select(".explorer-plot line.theirs")) == 3 * len(GRID["r_AB"])
    assert [len(m.select("[data-place]")) for m in page.select(".explorer-maps svg")] == [6, 6]
    assert page.body["data-address"] == ""  # looking changes no address


def test_an_address_opens_its_view_and_other_anchors_do_no_harm(browser, tmp_path):
    data = interactions()
    address = write_page(tmp_path, explorer_fragment(data))
    page = browser(f"{address}#N=790&SA=1&SB=0.1&r=0.5&scale=fit")  # 800 is the nearest
    assert said(page) == sentence(data, n_train=800, S_A=1.0, S_B=0.1, r_AB=0.5)
    assert said(browser(f"{address}#what-is-drawn"))


def test_each_slider_moves_along_its_axis(browser, tmp_path):
    data = interactions()
    moves = """
    const said = [[0, 1, 0, 1], [1, 2, 1, 0]].map((places) => {
      ["N", "SA", "SB", "r"].forEach((key, i) => move(`explorer-${key}`, places[i]));
      return document.querySelector(".explorer-reading").textContent;
    });
    document.body.dataset.first = said[0];
    """
    page = browser(write_page(tmp_path, explorer_fragment(data), moves))
    first = sentence(data, n_train=100, S_A=1.0, S_B=0.1, r_AB=0.5)
    assert " ".join(page.body["data-first"].split()) == first
    assert said(page) == sentence(data, n_train=800, S_A=10.0, S_B=10.0, r_AB=0)
    assert page.body["data-address"] == "#N=800&SA=10&SB=10&r=0"
    assert page.select_one("#explorer-SA")["aria-valuetext"] == "10"


def test_a_square_leads_to_its_cell_and_the_scale_fits_on_demand(browser, tmp_path):
    data = interactions()
    moves = """
    const ticks = () => document.querySelector(".explorer-plot svg").textContent;
    const square = document.querySelector('[data-place="S_A:2 n_train:1"]');
    square.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    const before = ticks();
    document.querySelector(".explorer-fit input").click();
    document.body.dataset.scale = before === ticks() ? "same" : "fitted";
    """
    address = write_page(tmp_path, explorer_fragment(data), moves)
    page = browser(f"{address}#N=100&SA=0.1&SB=0.1&r=0.5")
    assert said(page) == sentence(data, n_train=800, S_A=10.0, S_B=0.1, r_AB=0.5)
    assert page.body["data-address"] == "#N=800&SA=10&SB=0.1&r=0.5&scale=fit"
    assert page.body["data-scale"] == "fitted"


def test_the_table_holds_the_numbers_of_the_view(browser, tmp_path):
    data = interactions()
    page = browser(write_page(tmp_path, explorer_fragment(data)) + "#N=100&SA=10&SB=10&r=1")
    view = data.sel(n_train=100, S_A=10, S_B=10)
    rows = [[cell.get_text() for cell in row] for row in page.select("#explorer tbody tr")]
    for row, r_AB in zip(rows, GRID["r_AB"], strict=True):
        mean, low, high = (signed(x) for x in view["MT"].sel(r_AB=r_AB).values)
        theory = signed(view["MT_theory"].sel(r_AB=r_AB).item())
        published = published_of(view.sel(r_AB=r_AB))
        assert row == [f"{r_AB:g}", mean, f"{low} to {high}", *published, theory]


def test_single_values_and_gaps_are_drawn(browser, tmp_path):
    data = interactions(n_train=[400], S_A=[1.0], S_B=[1.0], r_AB=[0.25, 0.75])
    data["MT"][:, 0, 0, 0, 0] = np.nan
    data["MT_theory"][0, 0, 0, 1] = np.nan
    data["MT_published"][0, 0, 0, 1] = np.nan
    page = browser(write_page(tmp_path, explorer_fragment(data)))
    assert "published no value (no value), theory no value nats" in said(page)
    assert len(page.select(".explorer-plot path.theirs")) == 1
    assert len(page.select(".explorer-plot circle.point")) == 1
    assert len(page.select("input[type=range][disabled]")) == 3
    assert "NaN" not in str(page.select_one("#explorer"))


@pytest.mark.parametrize(
    "fragment", ["", '```{raw} html\n<script id="explorer-data">{</script>\n```\n']
)
def test_without_data_the_picture_stays(fragment, browser, tmp_path):
    page = browser(write_page(tmp_path, fragment))
    assert "explorer-drawn" not in (page.html.get("class") or ())
    assert page.select_one("#explorer").get_text() == ""
    assert page.select_one(".explorer-static").get_text() == "A picture."
