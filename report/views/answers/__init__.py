"""Answers in words: sentences whose numbers know what they rest on."""
