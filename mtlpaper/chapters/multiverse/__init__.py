"""Every claim in many settings of what the paper leaves open, and beyond."""
