"""One task of Figure 1's kind: a rank-one teacher and its student."""
