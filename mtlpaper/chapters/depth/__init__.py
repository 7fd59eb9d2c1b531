"""Figure 3, right: deep students with ReLUs."""
