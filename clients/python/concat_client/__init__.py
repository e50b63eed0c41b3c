"""Client of ConcatService. Needs Python 3.9 or newer; reading PyTorch modules needs torch, everything else nothing."""

from .client import Client, Event, Finding, Fix, Job, Prediction, Repair, Report, ServiceError

__all__ = ["Client", "Event", "Finding", "Fix", "Gap", "Job", "Prediction", "Reading", "Repair", "Report", "ServiceError", "read"]


def __getattr__(name):
    """What needs torch is loaded when it is asked for."""
    if name in ("Gap", "Reading", "read"):
        from . import reader

        return getattr(reader, name)
    raise AttributeError(name)
