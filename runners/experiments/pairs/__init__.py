"""Two sides measured in pairs: what they are, in which order they come, and what is recorded of them."""
