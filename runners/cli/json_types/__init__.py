"""Types of the JSON of each command: mypy holds outputs to them, docs/reference/schemas/ is made from them.

Those of what ``report`` says stand in ``report.views.json_types``.
"""
