"""What tables of aligned tasks share."""

import xarray as xr


def interval(cell: xr.DataArray, digits: int = 4, sign: str = "+") -> str:
    """Write "+0.1234 [+0.1000, +0.1500]"."""
    value, low, high = (float(cell.sel(bound=b)) for b in ("estimate", "low", "high"))
    return f"{value:{sign}.{digits}f} [{low:{sign}.{digits}f}, {high:{sign}.{digits}f}]"
