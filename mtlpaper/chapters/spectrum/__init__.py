"""The singular values of a student other than the largest."""
