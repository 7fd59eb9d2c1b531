"""Which flags made the published figures, and how large their whole error is."""
