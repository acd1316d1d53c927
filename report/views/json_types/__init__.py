"""Types of the JSON that ``run``, ``report``, ``cost``, ``lifecycle``, ``compare`` and ``gate`` print.

mypy holds what is written against them, and docs/reference/schemas/ is made from them with the sentence below
each field.
"""
