"""Words, names, numbers, days and speech, as they stand in any text: what all else reads by."""
