"""Where a number comes from: versions, commit and machine."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import mtlpaper

#: Packages whose version can change a published number or figure.
COMPUTING = ("numpy", "scipy", "torch", "xarray", "matplotlib")
#: Packages that carry the results without changing them.
CARRYING = ("h5netcdf", "h5py", "pandas", "pydantic", "papermill", "ipykernel")
#: Holds the commit in what `git archive` packs.
_ARCHIVED = ".git_archival.txt"
#: Messages of git, and what they mean.
_COMPLAINTS = {
    "dubious ownership": "git refuses a folder of another user; "
    "`git config --global --add safe.directory FOLDER` allows it",
    "not a git repository": "the source tree is no git repository",
    "Needed a single revision": "the repository has no commit",
}


@dataclass(frozen=True)
class Commit:
    """State of the source tree.

    Attributes
    ----------
    sha : str or None
        Full hash of the commit; None where it is not known.
    dirty : bool or None
        Whether anything tracked, or any code of the package or the notebooks, differs from it;
        None where it is not known.
    unknown : str
        Why one of them is not known; empty if both are.
    """

    sha: str | None
    dirty: bool | None
    unknown: str = ""


def versions(names: tuple[str, ...] = COMPUTING + CARRYING) -> dict[str, str]:
    """Return the installed version of each package, without importing it."""
    return {"mtlpaper": mtlpaper.__version__, **{name: _version(name) for name in names}}


def source_tree() -> Path:
    """Return the folder that holds the package (the repository, in an editable install)."""
    return Path(mtlpaper.__file__).resolve().parent.parent


def commit(root: Path | None = None) -> Commit:
    """Return the commit of the source tree, and whether the tree differs from it.

    Parameters
    ----------
    root : Path, optional
        Top folder of the repository; that of the package by default.

    Notes
    -----
    A repository that merely encloses the tree (a home folder under git, say) is not ours and is
    not reported. Files that git does not know count as a difference only where they could be
    run: code inside the package and the notebooks. An archive by ``git archive`` holds its commit.
    """
    root = (root or source_tree()).resolve()
    try:
        if Path(_git(root, "rev-parse", "--show-toplevel")).resolve() != root:
            return _archived(root, "the source tree is no git repository of its own")
        sha = _git(root, "rev-parse", "--verify", "HEAD")
    except _GitError as error:
        return _archived(root, str(error))
    code = ("mtlpaper/*.py", "notebooks/*.ipynb")
    try:
        tracked = _git(root, "status", "--porcelain", "--untracked-files=no")
        ours = _git(root, "status", "--porcelain", "--untracked-files=all", "--", *code)
    except _GitError as error:
        return Commit(sha, None, str(error))
    return Commit(sha, bool(tracked or ours))


def _archived(root: Path, otherwise: str) -> Commit:
    """Return the commit that ``git archive`` wrote into the tree, if it was made by that."""
    try:
        text = (root / _ARCHIVED).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        text = ""
    if text and set(text) <= set("0123456789abcdef"):  # in a clone it still says what to fill in
        return Commit(text, None, "the source tree is an archive, which does not show changes")
    return Commit(None, None, otherwise)


def device(kind: str = "cpu") -> str:
    """Describe the device: ``cpu (AMD EPYC 7B13)``, ``cuda (NVIDIA H200)``."""
    if kind == "cuda":
        import torch  # slow, and needed for this one name

        return f"cuda ({torch.cuda.get_device_name()})"
    return f"cpu ({_processor()})"


def missing_device(kind: str) -> str | None:
    """Say why a device cannot be used; None if it can."""
    if kind != "cuda":
        return None
    import torch  # slow, and needed only where somebody asks for a GPU

    if torch.cuda.is_available():
        return None
    if torch.version.cuda is None:
        return f"torch {torch.__version__} is built without CUDA"
    return "torch finds no CUDA device on this machine"


def machine() -> dict[str, str]:
    """Return Python's version and the platform; nothing that tells one machine from the next."""
    libc = " ".join(platform.libc_ver()).strip()
    system = f"{platform.system()} {platform.machine()}" + (f", {libc}" if libc else "")
    return {"python": platform.python_version(), "platform": system}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


class _GitError(Exception):
    """Git did not answer; says why, without naming a folder of this machine."""


def _git(root: Path, *arguments: str) -> str:
    # Variables such as GIT_DIR, set inside a hook, would point git at another repository.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**clean, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        raise _GitError("git did not answer within 30 s") from error
    except OSError as error:
        raise _GitError("git cannot be run; is it installed?") from error
    if done.returncode == 0:
        return done.stdout.strip()
    reasons = (why for message, why in _COMPLAINTS.items() if message in done.stderr)
    raise _GitError(next(reasons, f"`git {arguments[0]}` failed"))


def _processor() -> str:
    """Return the processor's model name where the system tells it, else its architecture."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
