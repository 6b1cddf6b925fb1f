"""The exact checks of level 1, of what a sentence says against what it cites."""
