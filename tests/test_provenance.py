import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mtlpaper.companion import provenance


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
    (repository / "mtlpaper" / "code.py~").write_text("left by an editor\n")
    assert provenance.commit(repository).dirty is False
    (repository / "mtlpaper" / "deep").mkdir()
    (repository / "mtlpaper" / "deep" / "more.py").write_text("y = 1\n")
    assert provenance.commit(repository).dirty


def unknown(root: Path) -> str:
    """Why there is no commit; nothing else may be claimed then."""
    found = provenance.commit(root)
    assert (found.sha, found.dirty) == (None, None)
    assert str(root) not in found.unknown
    return found.unknown


def test_a_repository_around_the_tree_is_not_ours(repository):
    assert "no git repository of its own" in unknown(repository / "mtlpaper")


def test_what_is_not_known_is_said_with_the_reason(tmp_path, repository, monkeypatch):
    assert "is no git repository" in unknown(tmp_path)
    git(tmp_path, "init", "--quiet")
    assert "has no commit" in unknown(tmp_path)
    (repository / ".git" / "index").write_text("damaged")
    damaged = provenance.commit(repository)
    assert (len(damaged.sha), damaged.dirty) == (40, None)
    assert damaged.unknown == "`git status` failed"
    monkeypatch.setenv("PATH", "")
    assert "is it installed" in unknown(repository)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder to another user")
def test_a_folder_of_another_user_is_said_with_the_remedy(repository):
    os.chown(repository, 12345, 12345)
    assert "safe.directory" in unknown(repository)


def test_an_archive_knows_its_commit_but_not_its_changes(repository, tmp_path):
    here = Path(provenance.__file__).parents[2]
    for name in (".gitattributes", ".git_archival.txt"):
        (repository / name).write_text((here / name).read_text())
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "-m", "as the clone has them")
    git(repository, "archive", "--output", str(tmp_path / "a.tar"), "HEAD")
    shutil.unpack_archive(tmp_path / "a.tar", tmp_path / "unpacked")
    found = provenance.commit(tmp_path / "unpacked")
    assert (found.sha, found.dirty) == (git(repository, "rev-parse", "HEAD"), None)
    assert "an archive" in found.unknown
    shutil.rmtree(repository / ".git")  # copied without it: the file is not filled in
    assert "no git repository" in unknown(repository)


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
