"""Follows a forward pass: which layer made each tensor, and from which tensors."""

from dataclasses import dataclass, field
from typing import Dict, FrozenSet, List, Optional, Tuple

import torch
from torch import nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.overrides import TorchFunctionMode

from . import guesses
from .functions import FUNCTIONS, plain_name
from .modules import reader_of
from .sites import Site, call_frame, call_site, site_of
from .values import Final, Learned, Normalized, Turned, Unreadable

LONGEST_NAME = 64
WIDTHS = ("in_channels", "in_features", "num_features")  # 0 in a lazy module that has not seen its input.
ANY_ORDER = (
    "Linear", "LayerNorm", "Dropout", "ReLU", "GELU", "SiLU", "Sigmoid", "Tanh", "add", "sub", "mul", "relu", "gelu", "silu", "sigmoid",
    "tanh", "dropout", "layer_norm",
)  # fmt: skip
MOVES = ("cuda", "cpu", "to", "type", "half", "float", "double", "bfloat16", "type_as")


@dataclass(frozen=True)
class Gap:
    """Something that the spec language cannot say, or that this reader does not know."""

    kind: str
    what: str
    layer: str
    source: Optional[dict]


@dataclass(frozen=True)
class Fault:
    """A call that torch refuses, or understands otherwise than it is meant. The layer is written as the call says, with a guessed shape."""

    layers: Tuple[str, ...]
    what: str
    message: str
    inputs: Tuple[str, ...]
    shapes: Tuple[Tuple[int, ...], ...]
    """Of the tensors that went in, without the batch."""
    source: Optional[dict]
    call: Optional["CallRecord"] = None


@dataclass
class CallRecord:
    """How a layer is called: where, with which layers as its tensors in order, and what the user calls them there."""

    site: Optional[Site]
    tensors: List[str] = field(default_factory=list)
    names: Dict[str, str] = field(default_factory=dict)
    """Layer to the local variable that holds its output at this moment."""
    module: Optional[nn.Module] = None
    function: str = ""


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

    def knows(self, type: str) -> bool:
        """Whether the spec is for a service that has this layer type, or attribute: `affine`, `reshape.axes`."""
        return type in self._recorder.types

    def add(self, kind: str, *inputs: str, path: str = "", **attributes) -> str:
        """Writes a layer and returns its name. Attributes that are None are left out."""
        return self._recorder.add(path or self._path, kind, inputs, attributes)

    def doubt(self, code: str, what: str) -> None:
        """Torch runs the call, and hardly as it is meant."""
        self._recorder.doubt(Gap(code, what, self._path, self._recorder.source()))

    def own(self, learned: Learned) -> None:
        """The layer of this call has this parameter."""
        if not self._recorder.own(learned.path):
            self._recorder.gap("shared weights", f"{learned.path} is used a second time", self._path)


class Recorder(TorchFunctionMode):
    """While it is entered, every call of a known module or of a torch function becomes a layer or a gap. A call that torch refuses becomes
    a layer too, and a fault; its output has the shape that it would have without the fault."""

    def __init__(self, module: nn.Module, types: FrozenSet[str] = frozenset()):
        super().__init__()
        self.types = types
        self.layers: List[dict] = []
        self.gaps: List[Gap] = []
        self.faults: List[Fault] = []
        self.doubts: List[Gap] = []
        self.sources: Dict[str, dict] = {}
        self.calls: Dict[str, CallRecord] = {}
        self.shapes: Dict[str, Tuple[int, ...]] = {}
        """Layer to the shape of its output, without the batch."""
        self.stand_ins: Dict[str, dict] = {}
        """Inputs of the spec that stand for what it cannot say: name to `{"shape", "dtype"}`."""
        self._paths = {id(each): path for path, each in module.named_modules()}
        self._lazy = {id(each) for each in module.modules() if isinstance(each, LazyModuleMixin)}  # They learn their widths from numbers.
        self._values = {}
        self._alive = []  # An id names a tensor only as long as the tensor lives.
        self._names = set()
        self._owned: Dict[str, Optional[str]] = {}
        """Parameter to the layer that has it."""
        self._stack = [""]
        self._inside_known_module = False
        self._call: Optional[CallRecord] = None
        self._parameters: Dict[tuple, str] = {}
        for path, tensor in module.named_parameters():
            self._bind(tensor, Learned(path, tuple(tensor.shape), tensor.requires_grad))
        for path, tensor in module.named_buffers():
            self._bind(tensor, Learned(path, tuple(tensor.shape), trainable=False))

    def __enter__(self):
        self._original_call = nn.Module.__call__
        recorder, original = self, nn.Module.__call__
        nn.Module.__call__ = lambda module, *args, **kwargs: recorder._module(original, module, args, kwargs)
        # torch 1.13 shows x[-1] to nobody, and x[(-1,)] it does.
        getitem = torch.Tensor.__getitem__

        def __getitem__(tensor, index):
            return getitem(tensor, (index,) if isinstance(index, (int, slice)) else index)

        torch.Tensor.__getitem__ = __getitem__
        return super().__enter__()

    def __exit__(self, *error):
        nn.Module.__call__ = self._original_call
        del torch.Tensor.__getitem__
        return super().__exit__(*error)

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self._inside_known_module:
            return run(function, args, kwargs)
        given = tensors_in((args, kwargs))
        before = [self.value(each) for each in given]
        name = plain_name(function)
        refusal = None
        try:
            result = run(function, args, kwargs)
        except Exception as error:
            result = guesses.of_function(name, args, kwargs)
            if result is None:
                raise
            refusal = error
        made = tensors_in(result)
        if not made or (name in MOVES and result is args[0]):
            return result
        if not any(is_data(value) for value in before):
            learned = next((value for value in before if isinstance(value, Learned)), None)
            for tensor in made:
                self._bind(tensor, learned)
            return result
        if refusal is None and name in ("view", "reshape"):
            refusal = guesses.folded(result, *args)
            if refusal is not None:
                result = guesses.of_function(name, args, kwargs)
        self._record(self._under(name), name, FUNCTIONS.get(name), result, args, kwargs, refusal)
        return result

    def input(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        self._names.add(name)
        self._bind(tensor, name)
        self.shapes[name] = tuple(tensor.shape[1:])
        return tensor

    def outputs(self, result) -> List[str]:
        """The layers that made the tensors which the module returns."""
        values = [self.value(tensor) for tensor in tensors_in(result)]
        names = [value.of if isinstance(value, Turned) else value for value in values]
        return [name for name in dict.fromkeys(names) if isinstance(name, str)]

    def value(self, tensor):
        return self._values.get(id(tensor))

    def ref(self, tensor) -> str:
        value = self.value(tensor)
        if isinstance(value, str):
            return value
        if isinstance(value, Normalized):
            raise Unreadable("normalize", "a division by the L2 norm that no learned scale follows")
        if isinstance(value, Turned):
            raise Unreadable("batch", f"a permutation {list(value.dims)} of the batch")
        if isinstance(value, Final):
            raise Unreadable("state", f"the states of {value.of}, other than those of one layer")
        if isinstance(value, Learned) and "parameter" in self.types and tuple(tensor.shape[1:]) == value.shape[1:]:
            return self._parameter(tensor, value)
        if isinstance(value, Learned):
            return self._stand_in(tensor, "parameter", f"the learned tensor {value.path} {list(value.shape)}", value.path)
        return self._stand_in(tensor, "constant", "a tensor that is made in forward", "constant")

    def own(self, path: str) -> bool:
        """Whether nothing had this parameter before."""
        first = path not in self._owned
        self._owned.setdefault(path, None)
        return first

    def doubt(self, doubt: Gap) -> None:
        """Once for each line: an encoder has many attentions."""
        if all((each.kind, each.source) != (doubt.kind, doubt.source) for each in self.doubts):
            self.doubts.append(doubt)

    def gap(self, kind: str, what: str, path: str) -> None:
        self.gaps.append(Gap(kind, what, path, self.source()))

    def add(self, path: str, kind: str, inputs, attributes) -> str:
        if kind.endswith("3d") and kind not in self.types:
            raise Unreadable(kind, f"{kind} has no layer type")
        name = self._unique(path)
        layer = {"name": name, "type": kind, "inputs": list(inputs)}
        layer.update((key, value) for key, value in attributes.items() if value is not None and not (value == 0 and key in WIDTHS))
        self.layers.append(layer)
        self.calls[name] = self._call
        if self.source():
            self.sources[name] = self.source()
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
                result, refusal = self._run_module(original, module, args, kwargs)
            finally:
                self._inside_known_module = False
            self._record(path, type(module).__name__, self._owning(reader, module, path), result, args, kwargs, refusal, module)
            return result
        finally:
            self._stack.pop()

    def _run_module(self, original, module, args, kwargs):
        """The result, and why torch refuses the call where the result is guessed."""
        misread = guesses.misread(module, args[0]) if args else None
        if misread:
            return guesses.of_module(module, args, kwargs), RuntimeError(misread)
        try:
            return original(module, *args, **kwargs), None
        except Exception as error:
            try:
                return guesses.of_module(module, args, kwargs), None if id(module) in self._lazy else error
            except (TypeError, ValueError, IndexError, AttributeError):
                raise error from None

    def _owning(self, reader, module, path):
        def read(call, *args, **kwargs):
            weights = [f"{path}.{name}" for name, _ in module.named_parameters()]
            first = [self.own(each) for each in weights]
            before = len(self.layers)
            names = reader(call, module, *args, **kwargs)
            made = self.layers[before] if len(self.layers) > before else None
            owner = self._owned[weights[0]] if weights else None
            if all(first):
                self._owned.update((each, made and made["name"]) for each in weights)
            elif made and owner and f"{made['type']}.weights" in self.types:
                made["weights"] = owner
            else:
                self.gap("shared weights", f"{path} is used a second time", path)
            return names

        return read

    def _record(self, path, what, reader, result, args, kwargs, refusal=None, module=None):
        """Lets the reader write its layers, and binds the result to the names that it returns."""
        given = tensors_in((args, kwargs))
        made = tensors_in(result)
        self._call = self._call_record(given, module, what)
        before = len(self.layers)
        try:
            if reader is None:
                raise Unreadable(what, f"{what} has no layer type")
            names = self._turned(what, given, lambda: reader(Call(self, path, result), *args, **kwargs))
        except (Unreadable, TypeError) as error:
            self.gap(error.kind if isinstance(error, Unreadable) else what, str(error), path)
            names = self._beyond_gap(path, what, given, made, refusal is not None)
        for tensor, name in zip(made, names if isinstance(names, list) else [names] * len(made)):
            self._bind(tensor, name)
            if isinstance(name, str):
                self.shapes[name] = tuple(tensor.shape[1:])
        if refusal is not None:
            written = [layer["name"] for layer in self.layers[before:]]
            self._fault(what, refusal, given, written or [self.value(tensor) for tensor in made[:1]])
        self._call = None

    def _turned(self, what, given, read):
        """What the reader returns. What works on each position, or on the last axis alone, does not mind where the batch is."""
        turned = [tensor for tensor in given if isinstance(self.value(tensor), Turned)]
        dims = {self.value(tensor).dims for tensor in turned}
        if what not in ANY_ORDER or len(turned) < len(given) or len(dims) != 1 or max(dims)[-1] != len(max(dims)) - 1:
            return read()
        before = [self.value(tensor) for tensor in turned]
        for tensor, value in zip(turned, before):
            self._bind(tensor, value.of)
        try:
            name = read()
        finally:
            for tensor, value in zip(turned, before):
                self._bind(tensor, value)
        return Turned(name, max(dims)) if isinstance(name, str) else name

    def _fault(self, what, refusal, given, layers):
        names = tuple(self.name_of(tensor) for tensor in given)
        shapes = tuple(tuple(tensor.shape[1:]) for tensor in given)
        self.faults.append(Fault(tuple(layers), what, first_line(refusal), names, shapes, self.source(), self._call))

    def name_of(self, tensor) -> str:
        """The layer, or the parameter, that the tensor is; empty where there is none."""
        value = self.value(tensor)
        return value if isinstance(value, str) else getattr(value, "path", getattr(value, "of", ""))

    def _beyond_gap(self, path, what, given, made, refused) -> list:
        """Names for what a gap gives: an identity where the shape stays, so that the wires go on, and otherwise a layer that stands for it;
        after a call that torch refused a new input of the spec, since its shape is a guess."""
        source = next((tensor for tensor in given if isinstance(self.value(tensor), str)), None)
        names = []
        for tensor in made:
            if source is not None and tensor.shape == source.shape and tensor.dtype == source.dtype:
                names.append(self.add(path, "identity", [self.value(source)], {}))
            else:
                names.append(self._opaque(path, what, None if refused else source, tensor))
                self.calls[names[-1]] = self._call
                if self.source():
                    self.sources[names[-1]] = self.source()
        return names

    def _parameter(self, tensor, value: Learned) -> str:
        """A layer of its own for a learned tensor, without the batch and as wide as what it meets; one for all calls that read it."""
        shape = self._beside(tensor)
        name = self._parameters.get((value.path, tuple(shape)))
        if name is None:
            learned = {"shape": shape, "trainable": None if value.trainable else False}
            name = self.add(value.path, "parameter", [], learned)
            self._parameters[value.path, tuple(shape)] = name
            self.shapes[name] = tuple(shape)
        return name

    def _beside(self, tensor) -> List[int]:
        """The tensor's shape without the batch, as wide as what the call has besides."""
        rank = max([self._rank(name) for name in self._call.tensors if name] or [tensor.dim()])
        shape = [int(size) for size in tensor.shape]
        return shape[1:] if len(shape) > rank else [1] * (rank - len(shape)) + shape

    def _stand_in(self, tensor, kind, what, path) -> str:
        """An input of the spec in place of a tensor that no layer makes, as wide as what it meets."""
        self.gap(kind, what, self._under(self._call.function))
        name = self._new_input(path, self._beside(tensor), tensor.dtype)
        if kind == "constant":
            self._bind(tensor, name)
        return name

    def _rank(self, name: str) -> int:
        tensor = next((each for each in reversed(self._alive) if self.value(each) == name), None)
        return tensor.dim() - 1 if tensor is not None else 0

    def _opaque(self, path, what, source, tensor) -> str:
        """A layer that says what it was, where the service has such, and otherwise an input."""
        if "opaque" not in self.types or source is None or not tensor.dtype.is_floating_point:
            return self._new_input(path, tensor.shape[1:], tensor.dtype)
        shape = [int(size) for size in tensor.shape[1:]] or [1]
        return self.add(path, "opaque", [self.value(source)], {"of": what, "output_shape": shape})

    def _new_input(self, path, shape, dtype) -> str:
        name = self._unique(path)
        self.stand_ins[name] = {"shape": [int(size) for size in shape] or [1]}
        if not dtype.is_floating_point:
            self.stand_ins[name]["dtype"] = "int64"
        return name

    def _call_record(self, given, module, function) -> CallRecord:
        frame = call_frame()
        record = CallRecord(site_of(frame) if frame is not None else None, module=module, function=function)
        record.tensors = [self.name_of(tensor) for tensor in given]
        if frame is not None:
            for local, value in frame.f_locals.items():
                if isinstance(value, torch.Tensor) and isinstance(self.value(value), str):
                    record.names.setdefault(self.value(value), local)
        return record

    def source(self) -> Optional[dict]:
        """Where the user makes the call that is read."""
        site = self._call.site if self._call else call_site()
        return site.source() if site else None

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
    return isinstance(value, (str, Normalized, Final, Turned))


def first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


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

    Not every torch says NotImplementedError there. A call that is wrong fails on the CPU again, with the same or a better message. A move
    to another device is none, because that device may not be here.
    """
    if getattr(function, "__name__", "") in MOVES and args and getattr(args[0], "is_meta", False):
        dtype = next((each for each in (*args[1:], *kwargs.values()) if isinstance(each, torch.dtype)), args[0].dtype)
        return args[0] if dtype == args[0].dtype else torch.empty(args[0].shape, dtype=dtype, device="meta")
    given = tensors_in((args, kwargs))
    if any(each.is_meta for each in given) and not all(each.is_meta for each in given):
        args, kwargs = moved(args, "meta"), moved(kwargs, "meta")
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
