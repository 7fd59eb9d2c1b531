"""The parameters cell of a notebook: read its values, or write others into it.

Papermill would put the values of a run into a second cell below the first; a reader of the page
would then meet two values of everything. Here the one cell is rewritten.
"""

from __future__ import annotations

import ast
import json
from typing import Any

from mtlpaper.companion.runs.errors import SetupError
from mtlpaper.companion.parameters import Parameters

TAG = "parameters"


def parameters_cell(notebook: Any, name: str) -> Any:
    """Return the one code cell tagged ``parameters``.

    Raises
    ------
    SetupError
        If there is none, or more than one.
    """
    tagged = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and TAG in cell.metadata.get("tags", [])
    ]
    if len(tagged) != 1:
        raise SetupError(f"{name}.ipynb must have one cell tagged `{TAG}`, got {len(tagged)}")
    return tagged[0]


def cell_values(source: str) -> dict[str, Any]:
    """Return the values in a parameters cell, lists for tuples.

    Raises
    ------
    SetupError
        If a line is anything but ``name = literal``: a value derived from another one would go
        stale when the other is changed.
    """
    return {_name(statement): _value(statement) for statement in _statements(source)}


def rewritten(source: str, params: Parameters) -> str:
    """Return a parameters cell with the values of `params`; comments and order stay.

    Raises
    ------
    SetupError
        If the cell does not hold exactly the experiment's parameters.
    """
    statements = {_name(statement): statement for statement in _statements(source)}
    fields = type(params).model_fields
    odd = sorted(statements.keys() ^ fields.keys())
    if odd:
        names = ", ".join(f"`{name}`" for name in odd)
        raise SetupError(f"{params.name}.ipynb and its settings disagree about {names}")
    lines = source.encode().splitlines(keepends=True)  # ast counts columns in bytes
    for name, statement in reversed(statements.items()):
        value = statement.value
        text = _literal(getattr(params, name))
        if _value(statement) == ast.literal_eval(text):
            continue  # `1e-3` stays as it was written
        first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
        head, tail = lines[first][: value.col_offset], lines[last][value.end_col_offset :]
        lines[first : last + 1] = [head + text.encode() + tail]
    return b"".join(lines).decode()


def _statements(source: str) -> list[ast.Assign]:
    statements = []
    for statement in ast.parse(source).body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            line = ast.unparse(statement)
            raise SetupError(f"a parameters cell must hold `name = literal` only, got {line!r}")
        statements.append(statement)
    return statements


def _value(statement: ast.Assign) -> Any:
    try:
        value = ast.literal_eval(statement.value)
    except ValueError:
        line = ast.unparse(statement)
        raise SetupError(f"a parameters cell must hold literals only, got {line!r}") from None
    return list(value) if isinstance(value, tuple) else value


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # in the double quotes of the house
    if isinstance(value, tuple):
        return f"[{', '.join(_literal(item) for item in value)}]"
    return repr(value)


def _name(statement: ast.Assign) -> str:
    return ast.unparse(statement.targets[0])
