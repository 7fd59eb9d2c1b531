"""Teachers whose relatedness is more than one number."""
