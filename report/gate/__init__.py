"""The gate's verdict on a recorded run of two sides: `judge`, then `Judgement`, then `outputs`."""

from report.gate.judgement import Judgement, Row
from report.gate.judging import judge
from report.gate.waivers import Waiver, WaiverError
from report.tolerances import GateOptions

__all__ = ["GateOptions", "Judgement", "Row", "Waiver", "WaiverError", "judge"]
