"""Which sentences answer, how sure that is, and why there are none."""
