"""The people, organisations and places of an archive, counted by stories."""
