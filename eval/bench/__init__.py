"""Speed, as ratios and counts. Nothing here is asserted; run it and read it."""
