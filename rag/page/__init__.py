"""The page behind its layout: what happens on it, and how it is drawn and served."""
