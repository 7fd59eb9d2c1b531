"""The digest of one module's code, the same whichever Python parses it.

Needs nothing but the standard library, so that any Python can compute it to compare.
"""

from __future__ import annotations

import ast
import hashlib
from typing import Any


def code_digest(source: bytes) -> str:
    """Return a digest of a module that changes with its code, not with its prose or layout.

    Parameters
    ----------
    source : bytes
        Of the module. Comments and docstrings do not count.

    Notes
    -----
    ``ast.dump`` will not do: every Python adds fields that older code leaves empty (3.12 the type
    parameters of functions and classes), and 3.13 leaves the empty ones out.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
        elif isinstance(node, ast.JoinedStr):  # Python 3.12 puts empty texts between its parts
            node.values = [part for part in node.values if getattr(part, "value", None) != ""]
    return hashlib.sha256(_written(tree).encode()).hexdigest()


def _written(node: Any) -> str:
    """Write a tree by the names of its nodes and those of their fields that hold something."""
    if isinstance(node, ast.AST):
        fields = [
            f"{name}={_written(value)}"
            for name, value in ast.iter_fields(node)
            if value is not None and value != []
        ]
        return f"{type(node).__name__}({', '.join(fields)})"
    if isinstance(node, list):
        return f"[{', '.join(map(_written, node))}]"
    return ascii(node)  # `repr` follows the Unicode tables, which differ between versions
