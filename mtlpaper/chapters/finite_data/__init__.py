"""As many inputs as training points: Eq. (3) against a finite-sample theory."""
