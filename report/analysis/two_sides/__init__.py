"""Two sides compared: what ``hotlap compare`` and the gate share.

``pairings`` finds what was recorded of both sides, ``changes`` estimates differences, ``judged_changes`` says
what they come to; ``comparison`` and ``two_runs`` do it for the sides of one run and for two runs.
"""
