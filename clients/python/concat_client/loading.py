"""Loads the user's file, or a changed copy of it that stands in no file, and builds the network."""

import ast
import contextlib
import importlib
import importlib.machinery
import os
import sys
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from torch import nn

from .reader import first_line, stop
from .sites import Builds


class Unloadable(Exception):
    """The file, or what it should build, is not there or fails. `file` and `line` are the user's, where known."""

    def __init__(self, message: str, file: Optional[str] = None, line: Optional[int] = None):
        super().__init__(message)
        self.file = file
        self.line = line


@dataclass(frozen=True)
class Target:
    """`net.py:Net`: a class, a function that builds a network, or a network, in a file; with the keyword arguments for it."""

    file: str
    name: str
    arguments: Dict[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str, arguments: List[str]) -> "Target":
        file, colon, name = text.rpartition(":")
        if not colon or not name.isidentifier() or not file:
            raise Unloadable(f"'{text}' is not FILE:NAME, such as net.py:Net.")
        if not os.path.isfile(file):
            raise Unloadable(f"There is no file {file}.")
        return cls(os.path.abspath(file), name, dict(argument_of(each) for each in arguments))

    @property
    def folder(self) -> str:
        """The folder that Python would find the file's package in."""
        folder = os.path.dirname(self.file)
        while os.path.exists(os.path.join(folder, "__init__.py")):
            folder = os.path.dirname(folder)
        return folder

    @property
    def module(self) -> str:
        return os.path.splitext(os.path.relpath(self.file, self.folder))[0].replace(os.sep, ".")


def argument_of(text: str) -> Tuple[str, Any]:
    """`num_classes=10`; what is no literal of Python is a text."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise Unloadable(f"'{text}' is not NAME=VALUE, such as num_classes=10.")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles the text at hand, never a cached one."""

    def __init__(self, name, path, texts):
        super().__init__(name, path)
        self._texts = texts

    def get_code(self, fullname):
        text = self._texts.get(self.path)
        return compile(self.get_data(self.path) if text is None else text, self.path, "exec", dont_inherit=True)


class Finder:
    """Finds the modules of one folder, and lets them be loaded from the changed texts."""

    def __init__(self, folder: str, texts: Dict[str, str]):
        self._folder = folder + os.sep
        self._texts = texts

    def find_spec(self, name, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec and spec.origin and spec.origin.startswith(self._folder) and spec.origin.endswith(".py"):
            spec.loader = Loader(name, spec.origin, self._texts)
            return spec
        return None


@contextlib.contextmanager
def imports_of(target: Target, texts: Dict[str, str]):
    """Imports come from the file's folder, and leave nothing behind."""
    before, path, arguments = set(sys.modules), list(sys.path), sys.argv
    finder = Finder(target.folder, texts)
    sys.meta_path.insert(0, finder)
    sys.path.insert(0, target.folder)
    sys.argv = [target.file]
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        sys.meta_path.remove(finder)
        sys.path[:], sys.argv = path, arguments
        for name in set(sys.modules) - before:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(target.folder + os.sep):
                del sys.modules[name]


def build(target: Target, texts: Dict[str, str]) -> Tuple[nn.Module, Builds]:
    """The network, and where each of its modules was built. `texts` are the changed files, by path."""
    with Builds() as builds:
        try:
            module = importlib.import_module(target.module)
            made = getattr(module, target.name, None)
            if made is None:
                raise Unloadable(f"{target.file} has no {target.name}.", target.file)
            network = made if isinstance(made, nn.Module) else made(**target.arguments)
        except Unloadable:
            raise
        except SyntaxError as error:
            raise Unloadable(f"SyntaxError: {error.msg}", error.filename, error.lineno) from error
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            at = stop(error).source or {"file": target.file, "line": None}
            raise Unloadable(f"{type(error).__name__}: {first_line(error)}", at["file"], at["line"]) from error
    if not isinstance(network, nn.Module):
        raise Unloadable(f"{target.name} gives a {type(network).__name__}, not a torch.nn.Module.", target.file)
    return network, builds
