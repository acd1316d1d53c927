"""What is asked of a stack: one file per workload, its requests and what a right answer is."""
