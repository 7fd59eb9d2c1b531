"""What the store promises: whole entries or none, faults noticed, work shared."""

import dataclasses
import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from toy.units import Unit, draw, reciprocal, same

from mtlpaper.companion.sweeps import DamagedEntryError, Store, StoreError
from mtlpaper.companion.sweeps.entry import as_arrays, packed, unpacked
from mtlpaper.companion.sweeps.keys import Code, code_of, description, key_of

CODE = Code("0" * 64, (("python", "3.11"), ("numpy", "2.0")))
TEXT = description(draw, Unit(1), CODE)
KEY = key_of(TEXT)
ARRAYS = {
    "x": np.arange(6.0).reshape(2, 3).T,
    "ok": np.array([True, False]),
    "word": np.array(["à", "b"]),
    "one": np.array(3, dtype=np.int8),
    "file": np.array([np.nan, np.inf, -0.0]),
    "none": np.zeros((0, 2), dtype=np.float32),
}


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


def save(store: Store, arrays=ARRAYS) -> None:
    assert store.claim(KEY)
    store.save(KEY, TEXT, arrays)


def files(store: Store) -> list[str]:
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file())


# ------------------------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 2},
        {"seed": True},  # equal to 1 in Python, and another unit all the same
        {"scale": 1},
        {"scale": np.nextafter(1.0, 2).item()},
        {"label": "b"},
        {"shape": (3, 2)},
        {"shape": (2, 3, 1)},
        {"cap": 0},
        {"cap": "None"},
        {"pause": 1e-300},
    ],
    ids=str,
)
def test_every_field_makes_another_key(changed):
    unit = dataclasses.replace(Unit(1), **changed)
    assert key_of(description(draw, unit, CODE)) != KEY


def test_function_source_versions_and_class_make_another_key():
    @dataclasses.dataclass(frozen=True)
    class Other(Unit):
        pass

    others = [
        description(reciprocal, Unit(1), CODE),
        description(draw, Unit(1), Code("1" * 64, CODE.versions)),
        description(draw, Unit(1), Code(CODE.source, (("python", "3.12"), ("numpy", "2.0")))),
        description(draw, Other(1), CODE),
    ]
    assert len({KEY, *map(key_of, others)}) == 5
    assert description(draw, Unit(1), CODE) == TEXT


@dataclasses.dataclass(frozen=True)
class Nested:
    inner: Unit
    many: tuple[Unit, ...] = ()


def test_units_within_units_count():
    keys = {
        key_of(description(draw, unit, CODE))
        for unit in [
            Nested(Unit(1)),
            Nested(Unit(2)),
            Nested(Unit(1), (Unit(1),)),
            Nested(Unit(1), (Unit(2),)),
        ]
    }
    assert len(keys) == 4


@pytest.mark.parametrize("value", [np.float64(1.0), np.int64(1), [1], {"a": 1}, 1j, np.zeros(2)])
def test_a_unit_of_other_things_is_refused(value):
    with pytest.raises(ValueError, match="`unit` must be made of int"):
        description(draw, dataclasses.replace(Unit(1), label=value), CODE)


def test_what_is_no_dataclass_is_refused():
    with pytest.raises(ValueError, match="`unit` must be a frozen dataclass, got 3"):
        description(draw, 3, CODE)


def test_the_key_of_this_process_names_what_computes():
    code = code_of(draw)
    assert [name for name, _ in code.versions] == ["python", "numpy", "scipy", "torch"]
    assert dict(code.versions)["numpy"] == np.__version__


# ---------------------------------------------------------------------------------------- entries


def test_what_is_saved_is_what_is_loaded(store):
    assert store.load(KEY) is None
    save(store)
    found = store.load(KEY)
    assert same([found], [ARRAYS])
    assert found["x"].flags.writeable
    assert files(store) == [f"{KEY}.unit"]


def test_equal_arrays_give_equal_bytes_that_say_what_they_are():
    data = packed(TEXT, ARRAYS)
    assert data == packed(TEXT, {name: array.copy(order="K") for name, array in ARRAYS.items()})
    assert data.splitlines()[1].decode() == TEXT
    assert '"seed": 1' in TEXT
    assert "toy.units.draw" in TEXT


def test_every_flipped_byte_is_noticed():
    data = packed(TEXT, {"x": np.arange(3.0)})
    for place in range(len(data)):
        spoilt = bytearray(data)
        spoilt[place] ^= 1
        with pytest.raises(DamagedEntryError):
            unpacked(bytes(spoilt), KEY)


def test_every_truncation_is_noticed():
    data = packed(TEXT, {"x": np.arange(3.0)})
    for length in range(len(data)):
        with pytest.raises(DamagedEntryError):
            unpacked(data[:length], KEY)


def test_an_entry_in_the_place_of_another_is_noticed(store):
    save(store)
    other = "0" * 64
    store.path(other).parent.mkdir()
    store.path(KEY).replace(store.path(other))
    with pytest.raises(DamagedEntryError, match=f"{other}.unit: it is an entry of another name"):
        store.load(other)


@pytest.mark.parametrize("result", [[1], {1: np.zeros(2)}, None, {"x": np.array([object()])}])
def test_a_result_of_another_kind_is_refused(result):
    with pytest.raises(ValueError, match="result"):
        as_arrays(result)


# ------------------------------------------------------------------------------ claims and faults


def test_one_entry_has_one_writer(store):
    assert store.claim(KEY)
    assert not store.claim(KEY)
    assert not Store(store.folder).claim(KEY)
    assert files(store) == [KEY]  # opening the store again left the claimed file alone
    store.release(KEY)
    assert files(store) == []
    save(store)
    assert files(store) == [f"{KEY}.unit"]


def test_a_claim_ends_with_its_process(store):
    code = (
        "import os, sys, pathlib; from mtlpaper.companion.sweeps import Store\n"
        "store = Store(pathlib.Path(sys.argv[1]))\n"
        "store.claim(sys.argv[2])\n"
        "(store.folder / '.work' / sys.argv[2]).write_text('half an ent')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(store.folder), KEY], check=False)
    assert done.returncode == -9
    assert files(store) == [KEY]
    save(store)
    assert same([store.load(KEY)], [ARRAYS])
    assert files(store) == [f"{KEY}.unit"]


def test_what_killed_processes_left_is_removed(store):
    (store.folder / ".work" / KEY).write_text("half an ent")
    Store(store.folder)
    assert files(store) == []


@pytest.mark.parametrize("fault", [errno.ENOLCK, errno.ENOSYS, None], ids=str)
def test_without_locks_two_may_write_the_same(store, monkeypatch, fault):
    def flock(*_):
        if fault is not None:
            raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr("mtlpaper.companion.sweeps.locks.fcntl.flock", flock)
    other = Store(store.folder)
    assert store.claim(KEY)
    assert other.claim(KEY)
    Store(store.folder)  # a third one comes and tidies
    store.save(KEY, TEXT, ARRAYS)
    other.save(KEY, TEXT, ARRAYS)
    assert same([store.load(KEY)], [ARRAYS])
    assert store.claim(KEY)
    store.release(KEY)
    assert files(store) == [f"{KEY}.unit"]


def test_a_half_entry_stays_while_it_may_still_be_written(store):
    half = store.folder / ".work" / f"{KEY}-half"
    half.touch()
    Store(store.folder)
    assert half.exists()
    os.utime(half, (0, 0))
    Store(store.folder)
    assert files(store) == []


@pytest.mark.parametrize(("mode", "shared"), [(0o2775, True), (0o775, False), (0o2755, False)])
def test_a_folder_that_a_group_shares_makes_a_store_that_it_shares(tmp_path, mode, shared):
    (tmp_path / "project").mkdir()
    (tmp_path / "project").chmod(mode)
    umask = os.umask(0o022)
    try:
        store = Store(tmp_path / "project" / "new" / "store")
        assert store.claim(KEY)
        made = [*(tmp_path / "project").rglob("*")]
        store.save(KEY, TEXT, ARRAYS)
        made += [store.path(KEY), store.path(KEY).parent]
        assert {bool(path.stat().st_mode & 0o020) for path in made if path.exists()} == {shared}
    finally:
        os.umask(umask)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_what_another_user_left_is_passed_over():
    """Of a killed process under a strict umask: it can be neither locked nor removed."""
    code = (
        "import os, sys, pathlib\nfrom mtlpaper.companion.sweeps import Store\n"
        "os.setgid(12345), os.setuid(12345)\n"
        "store = Store(pathlib.Path(sys.argv[1]))\n"
        "assert store.claim(sys.argv[2])\n"
        "store.save(sys.argv[2], sys.argv[3], {})\n"
    )
    with tempfile.TemporaryDirectory() as place:  # pytest's own is closed to others
        store = Store(Path(place))
        store.claim(KEY)
        (store.folder / ".work" / KEY).chmod(0o600)
        for folder in (store.folder, store.folder / ".work"):
            folder.chmod(0o777)
        subprocess.run([sys.executable, "-c", code, place, KEY, TEXT], check=True)
        assert store.load(KEY) == {}


def test_a_full_disk_is_an_error_that_leaves_no_half_entry(store, monkeypatch):
    save(store)
    assert store.claim("0" * 64)

    def fsync(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("mtlpaper.companion.sweeps.store.os.fsync", fsync)
    with pytest.raises(StoreError, match=r"No space left on device; what was stored before stays"):
        store.save("0" * 64, TEXT, ARRAYS)
    assert files(store) == [f"{KEY}.unit"]
    assert same([store.load(KEY)], [ARRAYS])


def test_a_place_that_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot write to the store .*file: Not a directory"):
        Store(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_refused(tmp_path):
    (tmp_path / "store").mkdir(mode=0o500)
    with pytest.raises(StoreError, match="Permission denied"):
        Store(tmp_path / "store")
