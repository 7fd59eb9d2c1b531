import os
import subprocess
from pathlib import Path

import pytest

from mtlpaper import provenance


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    root = tmp_path / "repository"
    (root / "mtlpaper").mkdir(parents=True)
    (root / "mtlpaper" / "code.py").write_text("x = 1\n")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "all")
    return root


def test_a_clean_tree_is_its_commit(repository):
    head = git(repository, "rev-parse", "HEAD")
    assert provenance.commit(repository) == provenance.Commit(head, dirty=False)


def test_a_changed_file_is_dirty(repository):
    (repository / "mtlpaper" / "code.py").write_text("x = 2\n")
    assert provenance.commit(repository).dirty


def test_an_unknown_file_is_dirty_only_where_it_could_be_run(repository):
    (repository / "notes.txt").write_text("to do\n")
    assert not provenance.commit(repository).dirty
    (repository / "mtlpaper" / "more.py").write_text("y = 1\n")
    assert provenance.commit(repository).dirty


def test_a_repository_around_the_tree_is_not_ours(repository):
    assert provenance.commit(repository / "mtlpaper").sha is None


def test_no_repository_no_commit_and_no_git_are_no_errors(tmp_path, monkeypatch):
    nothing = provenance.Commit(None, dirty=False)
    assert provenance.commit(tmp_path) == nothing
    git(tmp_path, "init", "--quiet")
    assert provenance.commit(tmp_path) == nothing
    monkeypatch.setenv("PATH", "")
    assert provenance.commit(tmp_path) == nothing


def test_a_hook_s_variables_do_not_lead_to_another_repository(repository, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(repository / "nowhere"))
    assert provenance.commit(repository).sha is not None


def test_versions_are_those_that_are_imported():
    import numpy as np
    import xarray as xr

    versions = provenance.versions(("numpy", "xarray", "no-such-package"))
    assert versions["numpy"] == np.__version__
    assert versions["xarray"] == xr.__version__
    assert versions["no-such-package"] == "not installed"


def test_a_device_is_described_and_a_missing_one_explained():
    torch = pytest.importorskip("torch")
    assert provenance.device("cpu").startswith("cpu (")
    assert provenance.missing_device("cpu") is None
    if torch.cuda.is_available():
        assert provenance.missing_device("cuda") is None
        assert provenance.device("cuda").startswith("cuda (")
    else:
        assert "CUDA" in provenance.missing_device("cuda")
