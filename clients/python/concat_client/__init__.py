"""Reads PyTorch modules as specs of ConcatService. Needs Python 3.9 or newer and torch; nothing else."""

from .reader import Reading, read
from .recorder import Gap

__all__ = ["Gap", "Reading", "read"]
