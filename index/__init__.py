"""Everything that happens before a question: articles in, a searchable index out."""
