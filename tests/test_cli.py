import io
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from rich.console import Console
from toy.folder import write_record
from toy.program import call, reused
from toy.repository import make_repository
from toy.settings import Toy

import mtlpaper
from mtlpaper.companion import book as publish
from mtlpaper.companion import experiments, results, runs
from mtlpaper.companion.cli.endings import explained
from mtlpaper.companion.cli.live import Lines
from mtlpaper.companion.registry import chapters, settings
from mtlpaper.companion.sweeps.progress import Report

pytestmark = pytest.mark.usefixtures("toys")


@pytest.fixture
def root(tmp_path) -> Path:
    return make_repository(tmp_path / "repository", "toy")


def raising(error: BaseException):
    """A function that raises the error, whatever it is given."""

    def fail(*_, **__):
        raise error

    return fail


@pytest.fixture
def no_run(monkeypatch):
    """No kernel may start."""
    monkeypatch.setattr(runs, "execute", raising(AssertionError("a run was started")))


def test_version():
    assert call("--version") == (0, f"mtlpaper {mtlpaper.__version__}\n", "")


def test_list_names_every_experiment():
    code, out, _ = call("list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["Experiment", *chapters()]
    assert all(chapter.parameters.title in out for chapter in chapters().values())


def test_show_tells_of_every_parameter():
    code, out, _ = call("show", "toy")
    assert code == 0
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert set(Toy.model_fields) <= lines.keys()
    for word in ("20", "5", "integer >= 1", "points", "stated: nowhere"):
        assert word in lines["n"]
    assert "1/s" in lines["rate"]
    assert "soft, argmax" in lines["rule"]


def test_show_tells_named_settings_apart_from_presets():
    code, out, _ = call("show", "figure2")
    assert code == 0
    rest = out[out.index("A preset says how much is computed, named settings say what") :]
    assert rest.splitlines()[1:] == [
        "  authors: the values above",
        "  text: noise = weight, noisy_train = 1, noisy_test = 0, biases = False, epochs = 0, "
        "updates = flow, auxiliary_weight = one",
    ]
    assert "settings" not in call("show", "toy")[1]


@pytest.mark.parametrize("colour", [False, True])
def test_a_pipe_has_no_width_to_fold_to(monkeypatch, colour):
    if colour:
        monkeypatch.setenv("FORCE_COLOR", "1")
    code, out, _ = call("show", "toy")
    assert code == 0
    assert len(out.splitlines()) == 3 + len(Toy.model_fields)


@pytest.mark.parametrize("name", ["figure2", "relatedness", "multiverse"])
def test_a_narrow_terminal_folds_names_and_cuts_none(monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = call("show", name)
    assert code == 0
    assert max(map(len, out.splitlines())) == 80
    assert "…" not in out
    column = [line[:20].split(" ")[0] for line in out.splitlines()[2:]]
    joined = "".join(column)
    assert all(parameter in joined for parameter in settings(name).model_fields)


def test_what_needs_no_numerics_loads_none():
    heavy = "torch", "numpy", "matplotlib", "xarray", "papermill", "IPython"
    commands = ["list"], ["show", "figure1"], ["run", "figure1", "-p", "x=1"]
    code = (
        "import sys; from typer.testing import CliRunner; from mtlpaper.__main__ import app; "
        f"codes = [CliRunner().invoke(app, command).exit_code for command in {commands}]; "
        f"print(codes, [m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[0, 0, 2] []"


@pytest.mark.usefixtures("no_run")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tyo"], "there is no experiment 'tyo'; did you mean toy?"),
        (["toy", "-p", "N=3"], "toy has no parameter `N`; did you mean `n`?"),
        (["toy", "-p", "n=1.5"], "`n` must be an integer >= 1, got 1.5"),
        (["toy", "-p", "n=many"], "`n` must be an integer >= 1, got 'many'"),
        (["toy", "-p", "ratio=NaN"], "`ratio` must be a number in [0, 1], got nan"),
        (["toy", "-p", "n=0", "-p", "ratio=2"], "`ratio` must be a number in [0, 1], got 2"),
        (["toy", "-p", "n"], "`-p` must read NAME=VALUE, got 'n'"),
        (["toy", "-p", "=3"], "`-p` must read NAME=VALUE, got '=3'"),
        (["toy", "-p", "n=3", "-p", "n=4"], "`n` must be given once"),
        (["figure1", "-p", "starts=[1,1]"], "`starts` must hold no value twice, got [1, 1]"),
        (["toy", "-p", f"seed={'9' * 5000}"], "`seed` must be an integer >= 0, got '999"),
        (["toy", "--preset", "fast"], "`preset` must be one of paper, quick, got 'fast'"),
        (
            ["figure2", "--settings", "paper"],
            "`settings` of figure2 must be authors or text, got 'paper'",
        ),
        (["toy", "--settings", "text"], "toy has no named settings, got 'text'"),
        (
            ["figure2", "--settings", "text", "-p", "noisy_test=0.5"],
            "`noisy_test` must be 0 where `noise` is 'weight' and there is no `test_set`, got 0.5",
        ),
        (["toy", "--device", "gpu"], "`device` must be one of cpu, cuda, got 'gpu'"),
        (["toy", "--device", "cpu", "-p", "device=cpu"], "`device` must be given once"),
        (["rem", "--device", "cpu"], "`--device` does not apply: rem has no such parameter"),
        (["toy", "--root", "/"], "there is no folder notebooks/ in /"),
        (["toy", "--jobs", "0"], "greater than or equal to 1"),
    ],
)
def test_bad_input_is_explained_before_anything_starts(arguments, message):
    code, out, err = call("run", *arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err
    assert out == ""


def test_a_device_that_is_not_there_is_refused_before_a_kernel_starts(root, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "mtlpaper.companion.provenance.missing_device", lambda kind: f"no {kind} here"
    )
    out = tmp_path / "out"
    code, _, err = call("run", "toy", "--device", "cuda", "--root", root, "--out", out)
    assert (code, err) == (2, "`device` must be cpu, got 'cuda': no cuda here\n")
    assert not out.exists()


@pytest.mark.parametrize(
    ("quiet", "device", "of_what"),
    [
        (False, "cpu", ""),
        (True, "cpu", ""),
        (False, "cuda", ", estimated for the processor"),
    ],
)
def test_a_run_tells_its_beginning_end_and_folder(
    root, tmp_path, monkeypatch, quiet, device, of_what
):
    monkeypatch.setattr(
        "mtlpaper.companion.experiments.estimate",
        lambda params: SimpleNamespace(summary=lambda jobs: f"{params.n} networks on {jobs}"),
    )
    asked = {}

    def execute(run, means, *, on_start, on_progress, **options):
        asked.update(run=run, means=means, **options)
        on_start("code: mtlpaper.tasks changed")
        on_progress(Report(3, 7, 3, 1.0, ("an entry was damaged",)))
        return runs.Outcome(
            run.folder, runs.RunRecord.model_construct(duration_s=1.26), reused=False
        )

    monkeypatch.setattr(runs, "execute", execute)
    arguments = ["-p", "n=7", "--preset", "quick", "--jobs", 3, "--device", device, "--force"]
    options = ["--root", root, "--out", tmp_path / "out", *(["--quiet"] if quiet else [])]
    code, out, err = call("run", "toy", *arguments, *options)
    assert code == 0
    assert asked["run"].params == Toy.preset("quick", n=7, device=device)
    assert asked["run"].changed == {"n": 7, "device": device}
    assert asked["means"] == runs.Means(3, root / "runs" / "store", None)
    assert asked["force"] is True
    if quiet:
        assert (out, err) == ("", "")
    else:
        assert out == f"{tmp_path / 'out'}\n"
        assert err == (
            "toy: running, preset quick (code: mtlpaper.tasks changed)\n"
            f"toy: 7 networks on 3{of_what}\n"
            "toy: an entry was damaged\n"
            "toy: done in 1.3 s\n"
        )


def test_named_settings_are_changes_that_the_command_repeats(tmp_path, monkeypatch):
    """A parameter given on its own goes before the named settings."""
    root = make_repository(tmp_path / "repository", "figure2")
    asked = []
    monkeypatch.setattr(runs, "execute", lambda run, *_, **__: asked.append(run) or reused(run))
    given = ["--settings", "text", "-p", "epochs=7"]
    code, _, err = call("run", "figure2", "--preset", "quick", "--root", root, "--quiet", *given)
    assert (code, err) == (0, "")
    (run,) = asked
    changes = {**settings("figure2").setting("text"), "epochs": 7}
    assert run.params == settings("figure2").preset("quick", **changes)
    assert dict(run.changed) == changes
    words = shlex.split(run.command)
    assert words[:5] == ["mtlpaper", "run", "figure2", "--preset", "quick"]
    told = {word for flag, word in zip(words[5::2], words[6::2], strict=True) if flag == "-p"}
    shown = {name: "false" if value is False else value for name, value in changes.items()}
    assert told == {f"{name}={value}" for name, value in shown.items()}
    again = call(*words[1:], "--root", root, "--quiet")
    assert again[0] == 0
    assert asked[1].params == run.params


@pytest.mark.parametrize("by", ["option", "environment"])
def test_means_come_from_options_or_the_environment(root, tmp_path, monkeypatch, by):
    seen = []
    monkeypatch.setattr(runs, "execute", lambda run, means, **_: seen.append(means) or reused(run))
    options = ["--store", tmp_path / "store", "--scheduler", "tcp://there:1", "--jobs", 7]
    if by == "environment":
        for name, value in zip(options[::2], options[1::2], strict=True):
            monkeypatch.setenv(f"MTLPAPER_{name.strip('-').upper()}", str(value))
        options = []
    assert call("run", "toy", "--root", root, *options)[0] == 0
    assert seen[0] == runs.Means(7, tmp_path / "store", "tcp://there:1")


def test_as_many_processes_as_the_machine_allows_unless_told(root, monkeypatch):
    seen = []
    monkeypatch.delenv("MTLPAPER_JOBS", raising=False)
    monkeypatch.setattr(runs, "execute", lambda run, means, **_: seen.append(means) or reused(run))
    monkeypatch.setattr("mtlpaper.companion.limits.cores", lambda: 5)
    assert call("run", "toy", "--root", root)[0] == 0
    assert seen[0].jobs == 5


def test_an_interrupted_sweep_says_what_is_stored(root, monkeypatch):
    def execute(_, __, *, on_progress, **___):
        on_progress(Report(340, 3900, 340, 45.0))
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "execute", execute)
    code, _, err = call("run", "toy", "--root", root)
    assert code == 130
    assert err == (
        "interrupted; 340 of 3900 units are stored, and the same command goes on from there\n"
    )


def test_the_default_folder_is_named_by_preset_and_fingerprint(root, monkeypatch):
    monkeypatch.setattr(runs, "execute", reused)
    code, out, err = call("run", "toy", "--preset", "quick", "--root", root)
    mark = runs.plan("toy", "quick", root=root).fingerprint
    assert (code, out) == (0, f"runs/toy-quick-{mark[:8]}\n")
    assert err == "toy: up to date\n"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (runs.RunError("toy: cell [2] raised E: no", "the traceback"), 1, "the traceback"),
        (runs.SetupError("another run is writing"), 2, "another run is writing"),
        (KeyboardInterrupt(), 130, "interrupted; earlier results are as they were"),
    ],
)
def test_exit_codes(root, monkeypatch, error, code, words):
    monkeypatch.setattr(runs, "execute", raising(error))
    got, _, err = call("run", "toy", "--root", root)
    assert got == code
    assert words in err
    assert str(error) in err


def test_a_signal_that_we_were_told_to_ignore_is_ignored():
    """As `nohup` tells its command of SIGHUP; the other one still interrupts."""
    passed = []

    def send_both():
        with explained():
            for number in (signal.SIGHUP, signal.SIGTERM):
                os.kill(os.getpid(), number)
                passed.append(number)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with pytest.raises(typer.Exit) as caught:
            send_both()
        assert (caught.value.exit_code, passed) == (130, [signal.SIGHUP])
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_fault_of_the_program_is_not_hidden(root, monkeypatch):
    monkeypatch.setattr(runs, "execute", raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        call("run", "toy", "--root", root)


def test_book_runs_everything_then_builds(root, monkeypatch):
    told = []
    folders = {name: root / name for name in chapters()}

    def run_all(names, preset, top, into, means, **options):
        told.append((names, preset, top, into, means, options["force"], options["published"]))
        options["on_event"]("rem", "running", "data: rem.nc was altered")
        options["on_event"]("toy", "done", "")
        options["on_progress"]("toy", Report(1, 2, 1, 1.0, ("an entry was damaged",)))
        return folders

    monkeypatch.setattr(runs, "run_all", run_all)
    monkeypatch.setattr(
        publish, "build_book", lambda *given, **named: not told.append((given, named))
    )
    code, out, err = call("book", "--preset", "quick", "--jobs", 2, "--root", root)
    assert code == 0
    means = runs.Means(2, root / "runs" / "store", None)
    assert told == [
        (list(chapters()), "quick", root, root / "runs" / "book" / "quick", means, False, False),
        ((root, folders, root / "_build" / "html"), {"preset": "quick", "pdf": False}),
    ]
    assert out == f"{root / '_build' / 'html' / 'index.html'}\n"
    assert err.splitlines() == [
        "rem: running (data: rem.nc was altered)",
        "toy: done",
        "toy: an entry was damaged",
        "book: building",
    ]
    told.clear()
    assert call("book", "--published", "--jobs", 2, "--root", root)[0] == 0
    into = root / "runs" / "book" / "published"
    assert told[0] == (list(chapters()), "paper", root, into, means, False, True)


def test_a_pdf_without_its_browser_is_refused_before_the_runs(root, monkeypatch):
    monkeypatch.setattr("mtlpaper.companion.book.pdf.BROWSERS", ())
    monkeypatch.setattr(runs, "run_all", None)
    code, _, err = call("book", "--pdf", "--root", root)
    assert code == 1
    assert "apt install chromium" in err


def test_a_book_that_cannot_be_built_ends_with_1(root, monkeypatch):
    monkeypatch.setattr(runs, "run_all", lambda *_, **__: {})
    monkeypatch.setattr(publish, "build_book", raising(publish.PublishError("a page is empty")))
    code, _, err = call("book", "--root", root)
    assert code == 1
    assert "a page is empty" in err


@pytest.mark.parametrize(("faults", "code"), [([], 0), (["index.html: empty", "b"], 1)])
def test_check_lists_the_faults(root, tmp_path, monkeypatch, faults, code):
    given = []
    monkeypatch.setattr(publish, "check_pages", lambda *asked: given.append(asked) or faults)
    got, out, _ = call("check", tmp_path, "--root", root)
    assert (got, out.splitlines()) == (code, faults)
    assert given == [(tmp_path, root / "_toc.yml")]


def test_check_needs_pages(root):
    code, _, err = call("check", "--root", root)
    assert code == 2
    assert "there is no folder of pages" in err


@pytest.fixture
def data_file(tmp_path) -> Path:
    results.save(experiments.compute(Toy.preset("quick")), tmp_path / "toy.nc")
    return tmp_path / "toy.nc"


def test_redraw_makes_the_figures_from_the_data_alone(data_file, tmp_path):
    code, out, _ = call("redraw", data_file, "--out", tmp_path / "new")
    assert code == 0
    files = [tmp_path / "new" / f"toy.{kind}" for kind in ("svg", "png")]
    assert out.split() == [str(path) for path in files]
    assert all(path.stat().st_size for path in files)


def test_redraw_refuses_data_that_its_run_did_not_write(data_file, tmp_path):
    path = data_file
    write_record(tmp_path, command="mtlpaper run toy")
    assert call("redraw", path, "--out", tmp_path / "new")[0] == 0
    # An attribute is outside the checksums that the file itself carries.
    results.save(results.load(path).assign_attrs(commit="another"), path)
    code, _, err = call("redraw", path, "--out", tmp_path / "new")
    assert code == 2
    assert f"{path}: altered since the run that wrote it" in err
    assert "`mtlpaper run toy --force`" in err


def test_redraw_refuses_a_file_for_its_folder(data_file):
    code, out, err = call("redraw", data_file, "--out", data_file)
    assert (code, out) == (2, "")
    assert err == f"`--out` must be a folder, got the file {data_file}\n"


@pytest.mark.parametrize("content", [None, b"no data"])
def test_redraw_names_a_file_it_cannot_read(tmp_path, content):
    path = tmp_path / "toy.nc"
    if content is not None:
        path.write_bytes(content)
    code, _, err = call("redraw", path, "--out", tmp_path / "new")
    assert code == 2
    assert str(path) in err


def test_a_recorded_command_is_one_the_program_understands(root, monkeypatch):
    changes = {"sizes": [3, 4], "rule": "argmax", "cap": None, "rate": 1e-7, "flag": False}
    planned = runs.plan("toy", "quick", changes, root=root)
    seen = []
    monkeypatch.setattr(runs, "execute", lambda run, *_, **__: seen.append(run) or reused(run))
    program, *arguments = shlex.split(planned.command)
    assert program == "mtlpaper"
    assert call(*arguments, "--root", root)[0] == 0
    assert seen[0].params == planned.params
    assert json.dumps(dict(seen[0].changed)) == json.dumps(dict(planned.changed))


def test_a_log_is_not_repainted_even_in_colour(monkeypatch):
    log = io.StringIO()
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("mtlpaper.companion.cli.live.stderr", lambda: Console(file=log))
    with Lines().shown():
        pass
    assert log.getvalue() == ""


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_how_far_a_run_is(monkeypatch):
    """On a terminal as wide as it takes; what a log gets is tested above."""
    screen = Screen()
    console = Console(file=screen, force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr("mtlpaper.companion.cli.live.stderr", lambda: console)
    with Lines().shown() as lines:
        lines.on_event("figure2", "running")
        lines.on_progress("figure2", Report(340, 3900, 340, 45.0))
        lines._progress.refresh()
        lines.on_cell("figure2", 3, 7)
        lines._progress.refresh()
        lines.on_event("figure2", "done")
    for text in ("340 of 3900 units, 45/s, 79 s left", "3 of 7 cells of the notebook", "done"):
        assert f"figure2: {text}" in screen.getvalue()
