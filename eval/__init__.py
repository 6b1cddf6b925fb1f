"""Questions with known answers, what is measured on them, and `pytest eval/`."""
