"""An experiment that takes no time and fails on demand, for tests of what surrounds experiments."""
