"""What a run answers: its headline, a card for each kind of work, and what a move between stacks saves."""
