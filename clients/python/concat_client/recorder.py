"""Follows a forward pass: which layer made each tensor, and from which tensors."""

import os
import sys
from dataclasses import dataclass
from typing import Dict, List, Optional

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from .functions import FUNCTIONS, plain_name
from .modules import reader_of
from .values import Learned, Normalized, Unreadable

LONGEST_NAME = 64
SKIPPED_FOLDERS = tuple(os.path.dirname(os.path.abspath(path)) + os.sep for path in (torch.__file__, __file__))


@dataclass(frozen=True)
class Gap:
    """Something that the spec language cannot say, or that this reader does not know."""

    kind: str
    what: str
    layer: str
    source: Optional[dict]


class Call:
    """One call of a module or function, as its reader sees it."""

    def __init__(self, recorder: "Recorder", path: str, result):
        self._recorder = recorder
        self._path = path
        self.result = result

    def ref(self, tensor) -> str:
        """The name of the layer or input that made the tensor."""
        return self._recorder.ref(tensor)

    def value(self, tensor):
        """What is known of the tensor: a name, a `Learned`, a `Normalized`, or None."""
        return self._recorder.value(tensor)

    def add(self, kind: str, *inputs: str, path: str = "", **attributes) -> str:
        """Writes a layer and returns its name. Attributes that are None are left out."""
        return self._recorder.add(path or self._path, kind, inputs, attributes)

    def own(self, learned: Learned) -> None:
        """The layer of this call has this parameter."""
        self._recorder.own(learned.path)


class Recorder(TorchFunctionMode):
    """While it is entered, every call of a known module or of a torch function becomes a layer or a gap."""

    def __init__(self, module: nn.Module):
        super().__init__()
        self.layers: List[dict] = []
        self.gaps: List[Gap] = []
        self.sources: Dict[str, dict] = {}
        self._paths = {id(each): path for path, each in module.named_modules()}
        self._values = {}
        self._alive = []  # An id names a tensor only as long as the tensor lives.
        self._names = set()
        self._owned = set()
        self._stack = [""]
        self._inside_known_module = False
        for path, tensor in [*module.named_parameters(), *module.named_buffers()]:
            self._bind(tensor, Learned(path, tuple(tensor.shape)))

    def __enter__(self):
        self._original_call = nn.Module.__call__
        recorder, original = self, nn.Module.__call__
        nn.Module.__call__ = lambda module, *args, **kwargs: recorder._module(original, module, args, kwargs)
        return super().__enter__()

    def __exit__(self, *error):
        nn.Module.__call__ = self._original_call
        return super().__exit__(*error)

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self._inside_known_module:
            return run(function, args, kwargs)
        before = [self.value(each) for each in tensors_in((args, kwargs))]
        result = run(function, args, kwargs)
        made = tensors_in(result)
        if not made:
            return result
        if not any(is_data(value) for value in before):
            learned = next((value for value in before if isinstance(value, Learned)), None)
            for tensor in made:
                self._bind(tensor, learned)
            return result
        name = plain_name(function)
        reader = FUNCTIONS.get(name)
        self._record(self._under(name), name, reader, result, args, kwargs)
        return result

    def input(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        self._names.add(name)
        self._bind(tensor, name)
        return tensor

    def outputs(self, result) -> List[str]:
        """The layers that made the tensors which the module returns."""
        names = [self.value(tensor) for tensor in tensors_in(result)]
        return [name for name in dict.fromkeys(names) if isinstance(name, str)]

    def value(self, tensor):
        return self._values.get(id(tensor))

    def ref(self, tensor) -> str:
        value = self.value(tensor)
        if isinstance(value, str):
            return value
        if isinstance(value, Learned):
            raise Unreadable("parameter", f"the learned tensor {value.path} {list(value.shape)}")
        if isinstance(value, Normalized):
            raise Unreadable("normalize", "a division by the L2 norm that no learned scale follows")
        raise Unreadable("constant", "a tensor that is made in forward")

    def own(self, path: str) -> None:
        if path in self._owned:
            raise Unreadable("shared weights", f"{path} is used a second time")
        self._owned.add(path)

    def add(self, path: str, kind: str, inputs, attributes) -> str:
        name = self._unique(path)
        layer = {"name": name, "type": kind, "inputs": list(inputs)}
        layer.update((key, value) for key, value in attributes.items() if value is not None)
        self.layers.append(layer)
        source = call_site()
        if source:
            self.sources[name] = source
        return name

    def _module(self, original, module, args, kwargs):
        path = self._paths.get(id(module), self._stack[-1])
        reader = reader_of(module)
        self._stack.append(path)
        try:
            if reader is None or self._inside_known_module:
                return original(module, *args, **kwargs)
            self._inside_known_module = True
            try:
                result = original(module, *args, **kwargs)
            finally:
                self._inside_known_module = False
            self._record(path, type(module).__name__, self._owning(reader, module, path), result, args, kwargs)
            return result
        finally:
            self._stack.pop()

    def _owning(self, reader, module, path):
        def read(call, *args, **kwargs):
            for name, _ in module.named_parameters():
                self.own(f"{path}.{name}")
            return reader(call, module, *args, **kwargs)

        return read

    def _record(self, path, what, reader, result, args, kwargs):
        """Lets the reader write its layers, and binds the result to the names that it returns."""
        try:
            if reader is None:
                raise Unreadable(what, f"{what} has no layer type")
            names = reader(Call(self, path, result), *args, **kwargs)
        except (Unreadable, TypeError) as error:
            kind = error.kind if isinstance(error, Unreadable) else what
            names = f"gap{len(self.gaps)}"
            self.gaps.append(Gap(kind, str(error), path, call_site()))
        made = tensors_in(result)
        for tensor, name in zip(made, names if isinstance(names, list) else [names] * len(made)):
            self._bind(tensor, name)

    def _under(self, name: str) -> str:
        return f"{self._stack[-1]}.{name}" if self._stack[-1] else name

    def _unique(self, path: str) -> str:
        name, count = path[-LONGEST_NAME:], 1
        while name in self._names:
            count += 1
            name = f"{path[-LONGEST_NAME + 5:]}_{count}"
        self._names.add(name)
        return name

    def _bind(self, tensor, value) -> None:
        self._values[id(tensor)] = value
        self._alive.append(tensor)


def is_data(value) -> bool:
    """Whether the value depends on an input of the network."""
    return isinstance(value, (str, Normalized))


def tensors_in(values) -> list:
    """Every tensor in nested tuples, lists and dictionaries, in order."""
    if isinstance(values, torch.Tensor):
        return [values]
    if isinstance(values, dict):
        values = values.values()
    elif not isinstance(values, (tuple, list)):
        return []
    return [tensor for each in values for tensor in tensors_in(each)]


def run(function, args, kwargs):
    """Calls a torch function on meta tensors; where it has no meta kernel, on zeros of the CPU, for the shape of the result.

    Not every torch says NotImplementedError there. A call that is wrong fails on the CPU again, with the same or a better message.
    """
    try:
        return function(*args, **kwargs)
    except (NotImplementedError, RuntimeError):
        result = function(*moved(args, "cpu"), **moved(kwargs, "cpu"))
        return moved(result, "meta")


def moved(values, device: str):
    """The same structure with its tensors on the device, of the same shapes."""
    if isinstance(values, torch.Tensor):
        return torch.zeros(values.shape, dtype=values.dtype, device=device)
    if isinstance(values, dict):
        return {key: moved(each, device) for key, each in values.items()}
    if type(values) in (tuple, list):
        return type(values)(moved(each, device) for each in values)
    return values


def call_site() -> Optional[dict]:
    """The innermost line outside of torch and of this package: the user's."""
    frame = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(SKIPPED_FOLDERS):
            return {"file": frame.f_code.co_filename, "line": frame.f_lineno}
        frame = frame.f_back
    return None
