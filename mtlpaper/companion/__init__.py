"""The machinery of a companion: it knows no paper and imports neither science nor chapters.

A chapter declares its parameters (`parameters`), what it measures and what follows (`contract`),
its drawings (`style`) and what is claimed (`claims`). The chapters and documents at work are handed
to `registry`. From them come sweeps, runs, their notebooks, published results (`archive`), the
comparison of two results, the book and the program (`cli`).
"""
