"""What the authors' protocol mixes: one factor changed at a time."""
