"""What a submission is, before anything is done: its files, its branch, its words, and the ways of forges."""
