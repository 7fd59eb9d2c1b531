"""Kinds of auxiliary tasks, one a file; a new file is found by itself.

Hints and tasks that focus attention are among `mtlpaper.methods.mechanisms`.

Notes
-----
Source of the list: the section on auxiliary tasks of Ruder (2017).
"""

from mtlpaper.methods.experiment import found

KINDS = found(__name__, __path__)
