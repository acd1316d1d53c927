"""The one tree of errors: each says what happened and what to try, and carries the log's tail."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from typing import Self

from results.model import Cell, Failure, FailureStage, SideName

NO_ROOM = tuple(os.strerror(code) for code in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT))
"""What a log says where a disk, or a limit, is full."""
NO_ROOM_REMEDY = "make room where the temporary files of servers lie: /dev/shm, or else the folder of the run"


class HotlapError(Exception):
    """Anything that hotlap itself reports; ``exit_code`` is the command line's.

    ``remedy`` says what to do about it, ``log_tail`` is the server's last lines where there are any, and
    ``answered`` is that of ``Failure``.
    """

    exit_code = 3
    stage = FailureStage.RUN

    def __init__(
        self, message: str, *, remedy: str = "", log_tail: str = "", answered: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.log_tail = log_tail
        self.answered = answered

    def retold(self, message: str = "", *, log_tail: str = "", stage: FailureStage | None = None) -> Self:
        """The same error with another message, a log's tail where it has none, or of another stage."""
        other = type(self)(
            message or self.message,
            remedy=self.remedy,
            log_tail=self.log_tail or log_tail,
            answered=self.answered,
        ).with_traceback(self.__traceback__)
        other.stage = stage or self.stage
        return other

    def failure(
        self, stack: str, cell: Cell | None = None, *, block: int | None = None, launch: int | None = None
    ) -> Failure:
        """This error as the record of a stack, or of one cell of it, that could not be measured.

        A server that found no room for what it wrote says so in its log alone: the record says it first.
        """
        no_room = next((text for text in NO_ROOM if text in self.log_tail), "")
        return Failure(
            stack=stack,
            cell=cell,
            block=block,
            launch=launch,
            stage=self.stage,
            message=f"no room for what it writes ({no_room}): {self.message}" if no_room else self.message,
            remedy=NO_ROOM_REMEDY if no_room else self.remedy,
            log_tail=self.log_tail,
            answered=self.answered,
        )


class PlanError(HotlapError):
    """What was asked for makes no sense: an unknown name, an impossible stack, a wrong option."""

    exit_code = 2
    stage = FailureStage.PLAN


class ProvisionError(HotlapError):
    """An environment could not be built."""

    stage = FailureStage.ENVIRONMENT


class ServiceError(HotlapError):
    """What an app talks to could not be had, or ended."""

    stage = FailureStage.SERVICE


class LaunchError(HotlapError):
    """A server did not start, died, hung, or does not own its port."""

    stage = FailureStage.LAUNCH


class VerifyError(HotlapError):
    """A stack answered otherwise than the contract says."""

    stage = FailureStage.VERIFY


class LoadError(HotlapError):
    """The generator could not measure a window."""

    stage = FailureStage.LOAD


class RestlessError(LoadError):
    """A server of a heat is no neighbour for others: it works while it rests, or its processes change."""


class CostError(HotlapError):
    """The instructions of a cell could not be counted, or did not agree with each other."""

    stage = FailureStage.COST


class LifecycleError(HotlapError):
    """A probe of a lifecycle could not tell what it was to tell."""

    stage = FailureStage.LIFECYCLE


def of_side(failure: Failure, side: SideName) -> Failure:
    """``failure`` as one of a side, which its message names."""
    return replace(failure, side=side, message=f"{side}: {failure.message}")
