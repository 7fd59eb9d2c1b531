"""Weight decay on the linear students of the first paper: the trace norm as regulariser."""
