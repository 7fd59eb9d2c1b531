"""The bytes of one entry of a store: a checksum, what it is, and its arrays."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping

import numpy as np

from mtlpaper.companion.sweeps.errors import DamagedEntryError
from mtlpaper.companion.sweeps.keys import key_of
from mtlpaper.errors import require

_MAGIC = b"mtlpaper unit 1 "


def packed(description: str, arrays: Mapping[str, np.ndarray]) -> bytes:
    """Write arrays, and the line that describes them, as bytes.

    Parameters
    ----------
    description : str
        One line; whoever opens the file in a pager reads it.
    arrays : mapping
        Arrays by name, of numbers, truth values or text.

    Returns
    -------
    bytes
        Equal for equal arrays. One line with the checksum of what follows, one with the
        description, one with the names, and the arrays in NumPy's ``.npy`` format.

    Raises
    ------
    ValueError
        If an array holds Python objects.
    """
    body = io.BytesIO()
    body.write(f"{description}\n{json.dumps(list(arrays), ensure_ascii=False)}\n".encode())
    for array in arrays.values():
        np.lib.format.write_array(body, array, allow_pickle=False)
    content = body.getvalue()
    return _MAGIC + hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def unpacked(data: bytes, key: str) -> dict[str, np.ndarray]:
    """Read what :func:`packed` wrote.

    Raises
    ------
    DamagedEntryError
        If a byte differs from what was written, or the entry is not the one called `key`.
    """
    first, _, content = data.partition(b"\n")
    if not first.startswith(_MAGIC):
        raise DamagedEntryError("it is empty" if not data else "it does not begin as it should")
    if first.removeprefix(_MAGIC) != hashlib.sha256(content).hexdigest().encode():
        raise DamagedEntryError("its checksum does not fit")
    body = io.BytesIO(content)
    if key_of(body.readline().decode().rstrip("\n")) != key:
        raise DamagedEntryError("it is an entry of another name")
    names = json.loads(body.readline())
    return {name: np.lib.format.read_array(body, allow_pickle=False) for name in names}


def as_arrays(result: object) -> dict[str, np.ndarray]:
    """Return the result of a unit as what the store would give back.

    Raises
    ------
    ValueError
        If it is no mapping from names to arrays.
    """
    fits = isinstance(result, Mapping) and all(isinstance(name, str) for name in result)
    require(fits, "result of a unit", type(result).__name__, "a mapping from names to arrays")
    assert isinstance(result, Mapping)  # just required
    arrays = {name: np.asarray(value) for name, value in result.items()}
    for name, array in arrays.items():
        require(not array.dtype.hasobject, f"result {name!r}", array.dtype, "an array of numbers")
    return arrays
