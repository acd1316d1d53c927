"""The master of several generators, which accepts windows that a busy machine has set apart.

``python -m tests.support.lenient_master`` takes the options of ``runners.generator.master``.
"""

from __future__ import annotations

from runners.generator import master, shares

if __name__ == "__main__":
    shares.OVERLAP_LEAST = 0.0
    master.main()
