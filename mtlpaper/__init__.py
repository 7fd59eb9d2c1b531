"""Companion of Lee & Ndirango (2019), Heiss et al. (2021) and Ruder (2017) on multitask learning.

The package computes what the book shows: closed-form theory of linear classifiers trained on one
or two related tasks, what weight decay makes of wide ReLU networks of several tasks, simulations
of the same networks, methods of multitask learning on these tasks and on real data, and the
figures that set one against the other. It is written for these networks; it is not a library for
training networks in general. It has three wings:

* science, plain values in and arrays out: `tasks`, `students`, `overlaps`, `spectra`, `gibbs`,
  `theory` (SciPy, no torch), `training` (torch), and units of work on one task (`dynamics`), two
  tasks (`benefit`) and training-aligned tasks (`aligned`); wide ReLU networks (`wide`); methods
  of multitask learning (`methods`);
* machinery that knows no paper, `companion`: the contract of chapters, sweeps, runs, claims,
  published results, the book and the program;
* what brings them together: `chapters`, one folder an experiment with its parameters, what is
  measured and what follows, its figures, tables and claims; and `documents`, what is judged.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mtlpaper")
except PackageNotFoundError:  # a source tree on the path that nobody installed
    __version__ = "0+uninstalled"

__all__ = ["__version__"]
