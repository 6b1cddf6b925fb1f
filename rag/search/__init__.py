"""The search of an archive's articles by words: the language of its queries, and what they find."""
