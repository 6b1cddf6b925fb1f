"""Where origins differ on one thing, and which values a later story replaced."""
