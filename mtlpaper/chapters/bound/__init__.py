"""Eq. (5): bounds on the benefit from both sides."""
