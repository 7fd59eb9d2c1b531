"""Figure 2: the benefit over the SNR of the main task and over the number of points."""
