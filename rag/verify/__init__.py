"""The exact checks of level 1, a file for each kind of fault."""
