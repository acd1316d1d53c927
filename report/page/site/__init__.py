"""The site: an index over runs, and of each its stacks, its scenarios, any two stacks, and its data."""
