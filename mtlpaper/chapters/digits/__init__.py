"""Figures 2 and 3 left with real classes in place of teachers: scikit-learn's digits."""
