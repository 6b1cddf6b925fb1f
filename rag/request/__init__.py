"""What a question asks, alone and after the questions before it."""
