"""Results on disk: data as NetCDF and CSV, figures as SVG and PNG, and their checksums.

Every file is written beside its target and moved over it, so that a reader never sees half a file;
and equal content gives equal bytes, so that a checksum compares results and not moments.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import h5py
import xarray as xr
from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Model = TypeVar("Model", bound=BaseModel)

#: Resolution of PNG files, enough for a sharp desktop's screen.
DPI = 200
#: What stands behind a figure's name in those of its files for narrow windows.
NARROW = ".narrow"
#: A variable of more numbers stays out of tables, unless it holds estimates with their intervals.
LARGEST = 2000


class ResultError(RuntimeError):
    """A file that should hold results is missing or cannot be read."""

    exit_code = 2


def save(data: xr.Dataset, path: Path) -> None:
    """Write a dataset as NetCDF; the same data give the same bytes.

    Parameters
    ----------
    data : xarray.Dataset
        Its attributes have to be texts or numbers, as NetCDF knows no others.
    path : Path
        Name of the file; its folder must exist.
    """
    # A checksum in the file itself lets `load` notice a damaged number wherever the file ends up.
    # It needs chunks; HDF5 would choose small ones and pad those at the edges, to twice the size.
    encoding = {
        name: {"fletcher32": True, "chunksizes": variable.shape, "zlib": True, "shuffle": True}
        for name, variable in data.variables.items()
        if variable.ndim and variable.size and variable.dtype.kind in "biuf"
    }
    with _replacing(Path(path)) as partial:
        data.to_netcdf(partial, engine="h5netcdf", format="NETCDF4", encoding=encoding)


def save_table(data: xr.Dataset, path: Path) -> None:
    """Write what a dataset has to show as CSV, one number or estimate a row.

    Columns are the variable, its unit, its place on each dimension, the number, and the ends of its
    interval where it has the dimension ``bound``. Numbers have six digits. Variables with no such
    dimension and more than 2000 numbers are left to the NetCDF file.

    Parameters
    ----------
    data : xarray.Dataset
    path : Path
        Name of the file; its folder must exist.
    """
    import pandas as pd  # so that reading data does not pay for it

    frames = []
    for name, variable in data.data_vars.items():
        if variable.size > LARGEST and "bound" not in variable.dims:
            continue
        bare = variable.drop_vars(set(variable.coords) - set(variable.dims))
        wide = (
            bare.to_dataset("bound") if "bound" in bare.dims else bare.to_dataset(name="estimate")
        )
        if wide.dims:
            dims = [dim for dim in bare.dims if dim != "bound"]
            frame = wide.to_dataframe(dims).reset_index().dropna(subset="estimate")
        else:
            frame = pd.DataFrame({column: [one.item()] for column, one in wide.items()})
        for column in wide.data_vars:
            if frame[column].dtype.kind == "f":
                frame[column] = frame[column].map("{:.6g}".format, na_action="ignore")
        frame.insert(0, "variable", name)
        frame.insert(1, "unit", variable.attrs["units"])
        frames.append(frame.astype(object))
    table = pd.concat(frames) if frames else pd.DataFrame(columns=["variable", "unit", "estimate"])
    order = sorted(table, key=lambda column: column in ("estimate", "low", "high"))  # these last
    with _replacing(Path(path)) as partial:
        table[order].to_csv(partial, index=False, lineterminator="\n")


def load(path: Path) -> xr.Dataset:
    """Read a dataset into memory and close its file.

    Raises
    ------
    ResultError
        If the file is missing, cannot be read now, or is no sound NetCDF file.
    """
    path = Path(path)
    if not path.is_file():
        raise ResultError(f"there is no file {path}")
    try:
        # h5netcdf, refused by a truncated file, complains once more when it is collected; h5py
        # refuses in silence.
        h5py.File(path).close()
        # Nothing here is a date, but xarray would take a unit such as "s" for a time span.
        return xr.load_dataset(path, engine="h5netcdf", decode_times=False, decode_timedelta=False)
    except MemoryError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno:  # the system refuses: no fault of the bytes
            raise _unreadable(path, error) from error
        # h5py answers damage with OSError, KeyError, RuntimeError, … depending on the byte hit.
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise ResultError(f"{path} is damaged or is no NetCDF file ({reason})") from error


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits.

    Raises
    ------
    ResultError
        If the file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def read_json(path: Path, kind: type[Model]) -> Model:
    """Read a JSON file as a model of pydantic.

    Raises
    ------
    ResultError
        If the file is missing, is no JSON, lacks an entry or has one of another type.
    """
    try:
        return kind.model_validate_json(path.read_bytes(), strict=True)
    except FileNotFoundError:
        raise ResultError(f"there is no file {path}") from None
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValidationError as error:
        raise ResultError(f"{path} {_invalid(error)}") from None


def _invalid(error: ValidationError) -> str:
    faults = error.errors()
    if faults[0]["type"] == "json_invalid":
        return f"is no valid JSON ({faults[0]['ctx']['error']})"
    lacks = [_path(fault["loc"]) for fault in faults if fault["type"] == "missing"]
    if lacks:
        return f"lacks {', '.join(lacks)}"
    place = _path(faults[0]["loc"])
    return f"is not as expected{f' at `{place}`' if place else ''}: {faults[0]['msg']}"


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location))


def fault(path: Path, digest: str) -> str:
    """Say what is wrong with a file whose checksum is known: "is missing", "was altered" or ""."""
    if not path.is_file():
        return "is missing"
    return "" if checksum(path) == digest else "was altered"


def _unreadable(path: Path, error: OSError) -> ResultError:
    if isinstance(error, BlockingIOError):
        return ResultError(f"{path} is in use: another program has locked it; close it there")
    return ResultError(f"cannot read {path}: {os.strerror(error.errno or 0)}")


def save_figure(figure: Figure, stem: Path) -> tuple[Path, Path]:
    """Write a figure as ``<stem>.svg`` and ``<stem>.png``; the same figure gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    stem : Path
        Folder and name, without a suffix.

    Returns
    -------
    tuple of Path
        The SVG and the PNG file.
    """
    stem = Path(stem)
    svg, png = (stem.with_name(f"{stem.name}.{kind}") for kind in ("svg", "png"))
    with _replacing(svg) as partial:
        partial.write_bytes(picture(figure, "svg"))
    with _replacing(png) as partial:
        partial.write_bytes(picture(figure, "png"))
    return svg, png


def picture(figure: Figure, kind: Literal["svg", "png"]) -> bytes:
    """Return a figure as the bytes of a file, whatever the user's matplotlib is set to."""
    import matplotlib.style as mpl_style  # so that reading data does not pay for it

    options: Any = {
        "svg": {"metadata": {"Date": None, "Creator": None}},
        "png": {"metadata": {"Software": None}, "dpi": DPI},
    }
    buffer = io.BytesIO()
    # Without a salt matplotlib draws the names of clip paths at random.
    with mpl_style.context({"svg.hashsalt": "mtlpaper"}, after_reset=True):
        _settle(figure)
        figure.savefig(buffer, format=kind, **options[kind])
    return (_short if kind == "svg" else _of_few_colours)(buffer.getvalue())


def _short(svg: bytes) -> bytes:
    """Return a drawing of matplotlib's in half of its bytes, exact to a hundredth of a point."""
    from scour.scour import scourString

    options = SimpleNamespace(
        strip_ids=True,
        shorten_ids=True,
        strip_comments=True,
        remove_metadata=True,
        newlines=False,
        indent_type="none",
        quiet=True,
    )
    return str(scourString(svg.decode(), options)).encode()


def _of_few_colours(png: bytes) -> bytes:
    """Return a picture with 64 colours, which is a quarter of its bytes."""
    from PIL import Image

    few, file = Image.open(io.BytesIO(png)).convert("RGB").quantize(64), io.BytesIO()
    few.save(file, "PNG", optimize=True, dpi=(DPI, DPI))
    return file.getvalue()


def _settle(figure: Figure) -> None:
    """Lay a figure out for good.

    An automatic layout is found anew at every drawing and moves by fractions of a pixel; the second
    of two equal files would differ from the first.
    """
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a name to write to; what was written takes the place of `path` if nothing failed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-", suffix=path.suffix)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o644)  # mkstemp's files are for their owner alone; the book's are not
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
