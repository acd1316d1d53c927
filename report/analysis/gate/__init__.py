"""The gate's verdict on a recorded run of two sides: ``judging.judge`` gives a ``judgement.Judgement``."""
