"""Two training-aligned tasks of rank one."""
