"""The gate's verdict on a recorded run of two sides: `judge`, then `Judgement`, then `outputs`."""

from report.analysis.gate.judgement import Judgement, Row
from report.analysis.gate.judging import judge
from report.analysis.gate.waivers import Waiver, WaiverError
from report.analysis.two_sides.tolerances import GateOptions

__all__ = ["GateOptions", "Judgement", "Row", "Waiver", "WaiverError", "judge"]
