"""Where in the user's files something is called or built."""

import os
import sys
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

import torch
from torch import nn

SKIPPED_FOLDERS = tuple(os.path.dirname(os.path.abspath(path)) + os.sep for path in (torch.__file__, __file__))
ENTRIES = tuple(os.path.join(os.path.dirname(os.path.abspath(__file__)), name) for name in ("reader.py", "loading.py", "checking.py"))
LIBRARIES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


@dataclass(frozen=True)
class Site:
    """A call in a file: its line, its function, and, from Python 3.11 on, where it begins and ends, in columns of UTF-8 bytes."""

    file: str
    line: int
    function: str
    span: Optional[Tuple[int, int, int, int]] = None
    """Line, column, last line and column behind the end."""

    @property
    def is_library(self) -> bool:
        return any(folder in self.file for folder in LIBRARIES)

    @property
    def is_helper(self) -> bool:
        """Whether it stands in a plain function, which may build many modules."""
        return self.function != "__init__" and not self.function.startswith("<")

    def source(self) -> dict:
        return {"file": self.file, "line": self.line}


def call_frame():
    """The innermost frame outside of torch and of this package: the user's. None where torch calls itself: a Sequential at the top."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(SKIPPED_FOLDERS):
        if frame.f_code.co_filename in ENTRIES:
            return None
        frame = frame.f_back
    return frame


def site_of(frame) -> Site:
    return Site(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, span_of(frame.f_code, frame.f_lasti))


def call_site() -> Optional[Site]:
    frame = call_frame()
    return site_of(frame) if frame is not None else None


def span_of(code, instruction: int):
    """Where the instruction stands, by the table that Python 3.11 and newer keep."""
    if not hasattr(code, "co_positions") or instruction < 0:
        return None
    for index, (line, last, column, end) in enumerate(code.co_positions()):
        if index == instruction // 2:
            return None if None in (line, last, column, end) else (line, column, last, end)
    return None


class Builds:
    """While it is entered, it writes down where each module is built: the user's frames, the innermost first."""

    def __init__(self):
        self._sites: Dict[int, List[Site]] = {}
        self._alive = []

    def __enter__(self):
        self._original = nn.Module.__init__
        builds, original = self, nn.Module.__init__

        def init(module, *args, **kwargs):
            builds._remember(module)
            original(module, *args, **kwargs)

        nn.Module.__init__ = init
        return self

    def __exit__(self, *error):
        nn.Module.__init__ = self._original

    def of(self, module) -> List[Site]:
        return self._sites.get(id(module), [])

    def _remember(self, module) -> None:
        sites, frame = [], call_frame()
        while frame is not None and frame.f_code.co_filename not in ENTRIES:
            # A module's own __init__ that calls super().__init__() is not the line that builds it.
            if frame.f_locals.get("self") is not module and not frame.f_code.co_filename.startswith((*SKIPPED_FOLDERS, "<frozen")):
                sites.append(site_of(frame))
            frame = frame.f_back
        self._sites[id(module)] = sites
        self._alive.append(module)
