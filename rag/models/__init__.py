"""The language models: files, servers, their choice, and what each showed that it can do."""
