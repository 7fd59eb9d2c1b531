"""Argmax, soft or sampled labels: which of them fits Figure 1."""
