"""What is to be measured: frameworks, the matrix, rates, and the schedule of launches."""
