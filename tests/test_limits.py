"""Cores and memory: what the machine has, or less where a container is allowed less."""

import os

import psutil
import pytest

from mtlpaper.companion import limits

GB = 2**30


@pytest.fixture
def container(tmp_path, monkeypatch):
    """A machine of eight cores and 16 GB, and a process in the control groups that are given."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    total = psutil.virtual_memory()._replace(total=16 * GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: total)
    monkeypatch.setattr(limits, "_OWN", tmp_path / "own")
    monkeypatch.setattr(limits, "_GROUPS", tmp_path / "groups")

    def make(own: str, **files: str) -> None:
        (tmp_path / "own").write_text(own)
        for name, content in files.items():
            path = tmp_path / "groups" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    return make


@pytest.mark.parametrize(
    ("own", "files", "cores", "memory"),
    [
        ("0::/\n", {}, 8, 16),
        ("0::/\n", {"cpu.max": "max 100000\n", "memory.max": "max\n"}, 8, 16),
        ("0::/\n", {"cpu.max": "150000 100000\n", "memory.max": f"{2 * GB}\n"}, 2, 2),
        ("0::/\n", {"cpu.max": "10000 100000\n"}, 1, 16),
        ("0::/\n", {"cpu.max": "3200000 100000\n", "memory.max": f"{99 * GB}\n"}, 8, 16),
        # The narrowest of the groups around the process, also where its own says nothing.
        ("0::/a/b\n", {"a/cpu.max": "300000 100000", "a/b/cpu.max": "max 100000"}, 3, 16),
        ("0::/a/b\n", {"a/memory.max": f"{4 * GB}", "a/b/memory.max": f"{3 * GB}"}, 8, 3),
        # The first version: a tree for each controller, in which a container sees its own top.
        (
            "4:memory:/docker/1\n3:cpu,cpuacct:/docker/1\n1:name=systemd:/\n",
            {
                "cpu/cpu.cfs_quota_us": "250000\n",
                "cpu/cpu.cfs_period_us": "100000\n",
                "memory/memory.limit_in_bytes": f"{5 * GB}\n",
            },
            3,
            5,
        ),
        (
            "3:cpu,cpuacct:/\n",
            {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"},
            8,
            16,
        ),
    ],
)
def test_a_container_may_allow_less(container, own, files, cores, memory):
    container(own, **files)
    assert (limits.cores(), limits.memory()) == (cores, memory * GB)


@pytest.mark.usefixtures("container")
def test_without_control_groups_the_machine_counts():
    assert (limits.cores(), limits.memory()) == (8, 16 * GB)
