"""Speed of the training engine against its peers, measured; `python -m benchmarks --help`."""
