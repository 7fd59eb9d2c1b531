"""Companion of Lee & Ndirango, "Generalization in multitask deep neural classifiers" (2019).

The package computes what the book shows: closed-form theory of linear classifiers trained on one
or two related tasks, simulations of the same networks, and the figures that set one against the
other. It is written for deep *linear* students of low-rank teachers and the cross-entropy loss;
it is not a library for training networks in general. Where things are:

* science, plain values in and arrays out: `tasks`, `students`, `overlaps`, `spectra`, `gibbs`,
  `theory` (SciPy, no torch), `training` (torch), and units of work on one task (`dynamics`), two
  tasks (`benefit`) and training-aligned tasks (`aligned`);
* experiments, by name: parameters (`settings`), what is measured and what follows
  (`experiments`), drawings (`figures`, `tables`); and what the paper says of them (`claims`);
* machinery: the contract of experiments (`companion`), sweeps, runs, published results
  (`archive`), `comparison`, the book (`publish`) and the program (`cli`).
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mtlpaper")
except PackageNotFoundError:  # a source tree on the path that nobody installed
    __version__ = "0+uninstalled"

__all__ = ["__version__"]
