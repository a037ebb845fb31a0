"""Commands that make the shipped weights; nothing here is imported at run time."""
