"""Which unstated settings come closest to the published axes."""
