"""Says a fix of the spec in the user's files: which characters become which. What cannot be said there is refused with `Unsayable`."""

import ast
import inspect
import itertools
import math
from functools import partial
from typing import Any, Dict, Iterator, List, Optional, Tuple

from torch import nn

from .client import Client, Fix
from .patches import change_of, patched
from .reader import Reading
from .recorder import CallRecord
from .sites import Site
from .texts import Edit, SourceFile

MOST_ALTERNATIVES = 12
RECURRENT = ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional")
FUNCTION_ARGUMENTS = {
    "cat": ("tensors", "dim"), "concat": ("tensors", "dim"), "stack": ("tensors", "dim"), "softmax": ("input", "dim"),
    "max_pool1d": ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    "max_pool2d": ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    "avg_pool1d": ("input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"),
    "avg_pool2d": ("input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"),
    "interpolate": ("input", "size", "scale_factor", "mode", "align_corners"),
    "flatten": ("input", "start_dim", "end_dim"), "adaptive_avg_pool2d": ("input", "output_size"), "pad": ("input", "pad", "mode"),
    "layer_norm": ("input", "normalized_shape"), "dropout": ("input", "p"),
}  # fmt: skip
TORCH_NAMES = {"axis": "dim", "factor": {"PixelShuffle": "upscale_factor", "PixelUnshuffle": "downscale_factor"}}
AXES = {"channels": 1, "features": -1, "time": -1, "height": -2, "width": -1}
KEEPING = ("max", "min", "mean", "amax", "amin", "sum")
MAKERS = ("zeros", "ones", "randn", "rand", "empty", "full", "normal")
SIMPLE = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)


class Unsayable(Exception):
    """The fix has no form in the files: what it changes is in no line of theirs, or not in one that is understood."""


class Placer:
    """Places fixes in the files as they are now."""

    def __init__(self, reading: Reading, texts: Dict[str, str], client: Client):
        self._reading = reading
        self._client = client
        self._texts = texts
        self._files: Dict[str, SourceFile] = {}

    def alternatives(self, spec: dict, fix: Fix) -> Iterator[List[Edit]]:
        """The ways to say the fix, the likeliest first. Each is a list of edits; whether it helps is for the caller to try."""
        try:
            after = patched(spec, fix.patch)
        except (LookupError, ValueError) as error:
            raise Unsayable(f"its patch does not apply: {error}") from error
        change = change_of(spec, after)
        if change.other:
            raise Unsayable(f"it changes {', '.join(change.other)}")
        shapes = self._shapes(after) if change.wires else {}
        parts = [list(self.attribute(*each)) for each in change.attributes]
        parts += [[self._wire(*each, shapes)] for each in change.wires]
        if not parts or not all(parts):
            raise Unsayable("what it changes is written in none of your files")
        for combination in itertools.islice(itertools.product(*parts), MOST_ALTERNATIVES):
            yield [edit for part in combination for edit in part]

    def _shapes(self, spec: dict) -> Dict[str, list]:
        """Layer to its shape without the batch, in the mended spec."""
        shapes = {layer["name"]: layer["output_shape"][1:] for layer in self._client.validate(spec).layers if layer["output_shape"]}
        return {**{name: list(shape) for name, shape in self._reading.shapes.items()}, **shapes}

    def file(self, path: str) -> SourceFile:
        if path not in self._texts:
            raise Unsayable(f"{path} is none of your files")
        if path not in self._files:
            try:
                self._files[path] = SourceFile(path, self._texts[path])
            except SyntaxError as error:
                raise Unsayable(f"{path} cannot be parsed as it is") from error
        return self._files[path]

    def _call(self, layer: str) -> CallRecord:
        call = self._reading.calls.get(layer)
        if call is None or call.site is None:
            raise Unsayable(f"where {layer} is called is not known")
        return call

    def first_line(self, spec: dict, fix: Fix, layer: Optional[str]) -> Optional[Tuple[str, int]]:
        """The file and line where the fix changes the layer, or, without a layer, its only line; None where it is not so."""
        change = change_of(spec, patched(spec, fix.patch))
        edits = [next(self.attribute(*each), [])[:1] for each in change.attributes if layer in (None, each[0])]
        places = {(edit.file, self.file(edit.file).line_of(edit.start)) for each in edits for edit in each}
        return places.pop() if len(places) == 1 else None

    # Attributes

    def attribute(self, layer: str, attribute: str, value: Any) -> Iterator[List[Edit]]:
        call = self._call(layer)
        if call.module is None:
            yield self._function_attribute(call, attribute, value)
            return
        kind = type(call.module)
        name = TORCH_NAMES.get(attribute, attribute)
        name = name.get(kind.__name__, attribute) if isinstance(name, dict) else name
        names = RECURRENT if issubclass(kind, nn.RNNBase) else tuple(inspect.signature(kind.__init__).parameters)[1:]
        sites = self._reading.builds.get(layer) or []
        yield from self._argument(sites, names, name, axis_number(attribute, value), call.module)

    def _argument(self, sites: List[Site], names: Tuple[str, ...], name: str, value: Any, module) -> Iterator[List[Edit]]:
        """The places where the argument of the innermost call comes from. One further out comes first where the number goes nowhere else,
        and last where other calls read it too."""
        found: List[List[Edit]] = []
        add, kind, declared = found.append, type(module).__name__, getattr(module, name, None)
        for depth, site in enumerate(sites):
            if site.file not in self._texts:
                break
            file = self.file(site.file)
            calls = file.nodes_at(site, ast.Call)
            named = [each for each in calls if name_of(each) == kind] if depth == 0 else []
            call = next(iter(named or calls), None)
            if call is None or name not in names:
                break
            text = literal(value, file.quote())
            argument = argument_of(call, names, name)
            if argument is None:
                if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
                    break
                add([self._new_keyword(file, call, name, text)])
                break
            add([file.replace(argument, text)])
            function = file.around(call, ast.FunctionDef)
            source = origin_of(file, function, argument, declared)
            if isinstance(source, ast.Constant):
                (found.append if uses(function, argument) > 1 else partial(found.insert, 0))([file.replace(source, text)])
            parameters = [each.arg for each in (*function.args.args, *function.args.kwonlyargs)] if function else []
            if not isinstance(argument, ast.Name) or argument.id not in parameters:
                break
            add = found.append if uses(function, argument) > 1 else partial(found.insert, 0)
            name = argument.id
            names = tuple(parameters[1:] if parameters[:1] in (["self"], ["cls"]) else parameters)
        yield from found

    def creations(self, path: str) -> Iterator[Tuple[SourceFile, ast.Call]]:
        """The calls that make a parameter of this path: torch.zeros(…) in self.NAME = nn.Parameter(torch.zeros(…))."""
        name = path.rpartition(".")[2]
        for each in self._texts:
            file = self.file(each)
            for node in ast.walk(file.tree):
                if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Attribute) or node.targets[0].attr != name:
                    continue
                makers = [call for call in ast.walk(node.value) if isinstance(call, ast.Call) and name_of(call) in MAKERS]
                yield from ((file, call) for call in makers[:1])

    def _new_keyword(self, file: SourceFile, call: ast.Call, name: str, text: str) -> Edit:
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if not given:
            return file.insert(file.range(call)[1] - 1, f"{name}={text}")
        return file.insert(max(file.range(each)[1] for each in given), f", {name}={text}")

    def _function_attribute(self, call: CallRecord, attribute: str, value: Any) -> List[Edit]:
        file = self.file(call.site.file)
        nodes = file.nodes_at(call.site, ast.Call)
        node = next(iter([each for each in nodes if name_of(each) == call.function] or nodes), None)
        if node is None:
            raise Unsayable(f"{attribute} of {call.function} is not written as an argument")
        if call.function in ("view", "reshape") and attribute == "shape":
            return [self._reshaped(file, node, value)]
        if call.function in KEEPING and attribute == "shape" and 1 in value:
            return [self._new_keyword(file, node, "keepdim", "True")]
        name = "dim" if attribute == "axis" else attribute
        names = FUNCTION_ARGUMENTS.get(call.function)
        if names is None or name not in names:
            raise Unsayable(f"{attribute} of {call.function}")
        if is_method(node) and not self._is_torch(file, node):
            names = names[1:]
        text = literal(axis_number(attribute, value), file.quote())
        argument = argument_of(node, names, name) or argument_of(node, (), "axis" if name == "dim" else name)
        return [file.replace(argument, text) if argument is not None else self._new_keyword(file, node, name, text)]

    def _is_torch(self, file: SourceFile, call: ast.Call) -> bool:
        """Whether it is torch.f(x), not x.f()."""
        return isinstance(call.func.value, (ast.Name, ast.Attribute)) and file.code(call.func.value) in {name for _, name in file.names()}

    def _reshaped(self, file: SourceFile, call: ast.Call, shape: list) -> Edit:
        """The same call with other sizes behind the batch; to one axis as the flatten that it means."""
        method = is_method(call) and not self._is_torch(file, call)
        tensor = call.func.value if method else call.args[0]
        sizes = call.args if method else call.args[1:]
        if len(sizes) == 1 and isinstance(sizes[0], (ast.Tuple, ast.List)):
            sizes = sizes[0].elts
        code = file.code(tensor)
        batch = file.code(sizes[0]) if sizes and not is_minus_one(sizes[0]) and is_known_batch(sizes[0]) else "-1"
        if batch == "-1" and -1 in shape:
            if len(shape) == 1 and not isinstance(tensor, ast.Name):
                return file.replace(call, f"{code}.flatten(1)")
            batch = f"{code}.size(0)"
        whole = ", ".join([batch, *map(str, shape)])
        return file.replace(call, f"{code}.{call.func.attr if method else 'reshape'}({whole})")

    # Wires

    def _wire(self, layer: str, index: int, was: str, now: str, chain: List[dict], shapes: Dict[str, list]) -> List[Edit]:
        call = self._call(layer)
        file = self.file(call.site.file)
        node, operands = operands_of(file, call)
        if index >= len(operands):
            raise Unsayable(f"input {index + 1} of {layer} is not written at its call")
        operand = operands[index]
        code, edits = file.code(operand), []
        if now != was:
            if now not in call.names:
                raise Unsayable(f"{now} has no name where {layer} is called")
            code = call.names[now]
        shape = shapes.get(now.partition(":")[0])
        simple = isinstance(operand, SIMPLE) or now != was
        likes = {name: file.code(each) for name, each in zip(call.tensors, operands) if isinstance(each, ast.Name)}
        likes = {**call.names, **likes}
        for step in chain:
            writer = Expression(self, file, node, code if simple else f"({code})", shape, likes, shapes)
            code = writer.of(step)
            edits += writer.edits
            shape, simple = shapes.get(step["name"]), True
        return [*edits, file.replace(operand, code)]


class Expression:
    """One layer of a spec as an expression of torch on another expression."""

    def __init__(self, placer: Placer, file: SourceFile, node, code: str, shape, likes: Dict[str, str], shapes: Dict[str, list]):
        self._file, self._node, self._code, self._shape, self._likes, self._shapes = file, node, code, shape, likes, shapes
        self.edits: List[Edit] = []

    def of(self, layer: dict) -> str:
        write = getattr(self, f"_{layer['type']}", None)
        options = {key: value for key, value in layer.items() if key not in ("name", "type", "inputs")}
        if write is None or not self._shape:
            raise Unsayable(f"{layer['type']} has no expression here")
        try:
            return write(layer["name"], **options)
        except TypeError as error:
            raise Unsayable(f"{layer['type']} with {', '.join(options)}") from error

    def _torch(self, name: str) -> str:
        local = self._file.name_for(name)
        if local is None:
            raise Unsayable("the file does not import torch")
        return local

    def _functional(self, name: str, *arguments: str) -> str:
        return f"{self._torch(f'torch.nn.functional.{name}')}({', '.join([self._code, *arguments])})"

    def _size(self, layer: str, size) -> str:
        """Of another tensor where it has a name, because that fits other inputs too; otherwise as numbers."""
        if isinstance(size, dict):
            if size["like"] in self._likes:
                return f"{self._likes[size['like']]}.shape[{1 - len(self._shape)}:]"
            size = self._shapes[size["like"]][1:]
        return literal(size)

    def _upsample(self, name, size=None, scale_factor=None, mode="nearest", align_corners=None):
        arguments = [f"size={self._size(name, size)}"] if size is not None else [f"scale_factor={literal(scale_factor)}"]
        if mode != "nearest":
            arguments.append(f"mode={literal(mode, self._file.quote())}")
        if align_corners:
            arguments.append("align_corners=True")
        return self._functional("interpolate", *arguments)

    def _pool(self, kind, options):
        order = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
        first, *rest = [f"{key}={literal(options[key])}" for key in order if key in options]
        return self._functional(kind, first.partition("=")[2], *rest)

    def _avg_pool1d(self, name, **options):
        return self._pool("avg_pool1d", options)

    def _avg_pool2d(self, name, **options):
        return self._pool("avg_pool2d", options)

    def _max_pool1d(self, name, **options):
        return self._pool("max_pool1d", options)

    def _max_pool2d(self, name, **options):
        return self._pool("max_pool2d", options)

    def _adaptive_avg_pool2d(self, name, output_size):
        return self._functional("adaptive_avg_pool2d", literal(output_size))

    def _global_avg_pool(self, name, keep_dims=False):
        return f"{self._code}.mean({self._spatial()}{', keepdim=True' if keep_dims else ''})"

    def _global_max_pool(self, name, keep_dims=False):
        return f"{self._code}.amax({self._spatial()}{', keepdim=True' if keep_dims else ''})"

    def _spatial(self) -> str:
        axes = list(range(2, len(self._shape) + 1))
        return str(axes[0]) if len(axes) == 1 else literal(axes)

    def _flatten(self, name, start_dim=1, end_dim=-1):
        return f"{self._code}.flatten({', '.join([str(start_dim), *([] if end_dim == -1 else [str(end_dim)])])})"

    def _reshape(self, name, shape):
        known = math.prod(size for size in shape if size != -1) or 1
        whole = [size if size != -1 else math.prod(self._shape) // known for size in shape]
        return f"{self._code}.reshape({', '.join(['-1', *map(str, whole)])})"

    def _permute(self, name, dims):
        return f"{self._code}.permute({', '.join(map(str, dims))})"

    def _cast(self, name, dtype):
        return f"{self._code}.{'long' if dtype == 'int64' else 'float'}()"

    def _pixel_unshuffle(self, name, factor):
        return self._functional("pixel_unshuffle", str(factor))

    def _pixel_shuffle(self, name, factor):
        return self._functional("pixel_shuffle", str(factor))

    def _tile(self, name, repeats):
        repeats = self._repeats(repeats["like"]) if isinstance(repeats, dict) else repeats
        return f"{self._code}.repeat({', '.join(map(str, [1, *repeats]))})"

    def _repeats(self, like):
        return [1, *(there // here for here, there in zip(self._shape[1:], self._shapes[like][1:]))]

    def _expand(self, name, shape):
        shape = self._shapes[shape["like"]] if isinstance(shape, dict) else shape
        shape = [there if here == 1 else here for here, there in zip(self._shape, shape)]
        return f"{self._code}.expand({', '.join(map(str, [-1, *shape]))})"

    def _center_crop(self, name, size):
        wanted = self._wanted(size)
        starts = [(have - want) // 2 for have, want in zip(self._shape[1:], wanted)]
        if isinstance(size, dict) and size["like"] in self._likes and not any(starts):
            like = self._likes[size["like"]]
            parts = [f":{like}.shape[{at - len(wanted)}]" for at in range(len(wanted))]
        else:
            parts = [f"{start or ''}:{start + want}" if start or want != have else ":" for start, want, have in
                     zip(starts, wanted, self._shape[1:])]
        return f"{self._code}[:, :, {', '.join(parts)}]"

    def _slice(self, name, axis=1, start=None, end=None, step=None):
        at = axis if isinstance(axis, int) else AXES.get(axis, 1)
        at %= len(self._shape) + 1
        part = f"{start if start else ''}:{'' if end is None else end}{'' if step in (None, 1) else f':{step}'}"
        return f"{self._code}[{', '.join([':'] * at + [part])}]"

    def _pad1d(self, name, **options):
        return self._pad2d(name, **options)

    def _pad2d(self, name, padding=None, size=None, mode="zeros"):
        if mode != "zeros":
            raise Unsayable(f"a pad of mode {mode}")
        if isinstance(size, dict) and size["like"] in self._likes and self._code.isidentifier():
            like, count = self._likes[size["like"]], len(self._shape) - 1
            if all(want - have <= 1 for have, want in zip(self._shape[1:], self._wanted(size))):
                amounts = [f"0, {like}.shape[{at}] - {self._code}.shape[{at}]" for at in range(-1, -count - 1, -1)]
                return self._functional("pad", f"({', '.join(amounts)})")
        if size is not None:
            missing = [want - have for have, want in zip(self._shape[1:], self._wanted(size))]
            padding = [amount for each in reversed(missing) for amount in (each // 2, each - each // 2)]
        return self._functional("pad", f"({', '.join(map(str, padding))})")

    def _wanted(self, size) -> list:
        if isinstance(size, dict):
            return self._shapes[size["like"]][1:]
        return list(size) if isinstance(size, (list, tuple)) else [size] * (len(self._shape) - 1)

    # Layers with weights become members of the class.

    def _conv1d(self, name, **options):
        return self._member(name, "Conv1d", options, self._shape[0])

    def _conv2d(self, name, **options):
        return self._member(name, "Conv2d", options, self._shape[0])

    def _conv_transpose2d(self, name, **options):
        return self._member(name, "ConvTranspose2d", options, self._shape[0])

    def _linear(self, name, out_features, bias=True):
        if len(self._shape) > 2:
            raise Unsayable("a linear layer over the channels of a map")
        return self._member(name, "Linear", {"out_features": out_features, **({} if bias else {"bias": False})}, self._shape[-1])

    def _member(self, name: str, kind: str, options: dict, width: int) -> str:
        if not set(options) <= {"out_channels", "out_features", "kernel_size", "stride", "padding", "dilation", "groups", "bias",
                                "output_padding"}:
            raise Unsayable(f"{kind} with {', '.join(options)}")
        forward = self._file.around(self._node, ast.FunctionDef)
        owner = self._file.around(forward, ast.ClassDef)
        init = next((each for each in owner.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None) if owner else None
        if init is None or not forward.args.args:
            raise Unsayable("the class has no __init__ to add a layer to")
        member = fresh(name, self._file.code(owner))
        own = forward.args.args[0].arg
        out = options.pop("out_channels", None) or options.pop("out_features")
        rest = [f"{key}={literal(value)}" for key, value in options.items()]
        layer = f"{self._torch(f'torch.nn.{kind}')}({', '.join([str(width), str(out), *rest])})"
        last = init.body[-1]
        indent = self._file.lines[init.body[0].lineno - 1][: init.body[0].col_offset]
        at = self._file.offset(last.end_lineno, len(self._file.lines[last.end_lineno - 1].encode("utf-8")))
        at = min(at, len(self._file.text))
        before = "" if self._file.text[:at].endswith("\n") else "\n"
        ending = "\r\n" if self._file.lines[last.end_lineno - 1].endswith("\r\n") else "\n"
        self.edits.append(self._file.insert(at, f"{before}{indent}{init.args.args[0].arg}.{member} = {layer}{ending}"))
        return f"{own}.{member}({self._code})"


def operands_of(file: SourceFile, call: CallRecord):
    """The node of the call and the expressions of its tensors, in the order of the layer's inputs."""
    nodes = file.nodes_at(call.site, ast.Call, ast.BinOp, ast.AugAssign)
    nodes = [each for each in nodes if isinstance(each, ast.Call) and name_of(each) == call.function] or nodes
    for node in nodes:
        if isinstance(node, ast.BinOp):
            return node, [node.left, node.right]
        if isinstance(node, ast.AugAssign):
            return node, [node.target, node.value]
        if call.function in ("cat", "concat", "stack") and node.args:
            if isinstance(node.args[0], (ast.List, ast.Tuple)):
                return node, node.args[0].elts
            continue
        if call.module is not None or not is_method(node) or file.code(node.func.value) in {name for _, name in file.names()}:
            return node, node.args
        return node, [node.func.value, *node.args]
    raise Unsayable(f"how {call.function} is called is not understood")


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def is_method(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute)


def is_minus_one(node) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)


def is_known_batch(node) -> bool:
    """x.size(0), x.shape[0] or a name."""
    return not isinstance(node, ast.Constant)


def argument_of(call: ast.Call, names: Tuple[str, ...], name: str) -> Optional[ast.AST]:
    """The expression that the call gives for the parameter, by keyword or by position; None where it gives none."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    at = names.index(name) if name in names else len(call.args)
    return call.args[at] if at < len(call.args) and not any(isinstance(each, ast.Starred) for each in call.args[: at + 1]) else None


def origin_of(file: SourceFile, function, node, declared=None) -> Optional[ast.AST]:
    """The number that a name stands for, where it is assigned once: in the function, as a member of the class, or in the file. Of a list
    the only element that is the number declared."""
    if isinstance(node, ast.Subscript):
        values = origin_of(file, function, node.value)
        same = [each for each in getattr(values, "elts", []) if isinstance(each, ast.Constant) and each.value == declared]
        return same[0] if len(same) == 1 else None
    if isinstance(node, ast.Name):
        scopes = [function, file.tree]
        written = node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        scopes = [file.around(function, ast.ClassDef)]
        written = file.code(node)
    else:
        return None
    for scope in scopes:
        if scope is None:
            continue
        values = [each.value for each in ast.walk(scope) if isinstance(each, ast.Assign) and len(each.targets) == 1
                  and isinstance(each.targets[0], (ast.Name, ast.Attribute)) and file.code(each.targets[0]) == written]
        if values:
            return values[0] if len(values) == 1 and isinstance(values[0], (ast.Constant, ast.List, ast.Tuple)) else None
    return None


def uses(function, name) -> int:
    """How often the function reads the name; members of an object are not counted, and read often."""
    if isinstance(name, ast.Subscript):
        return 1
    if not isinstance(name, ast.Name) or function is None:
        return 2
    return sum(isinstance(each, ast.Name) and each.id == name.id and isinstance(each.ctx, ast.Load) for each in ast.walk(function))


def axis_number(attribute: str, value):
    return AXES.get(value, value) if attribute == "axis" and isinstance(value, str) else value


def literal(value, quote: str = '"') -> str:
    """The value as Python writes it: (3, 5) for [3, 5]."""
    if isinstance(value, str):
        return f"{quote}{value}{quote}"
    if isinstance(value, (list, tuple)):
        return f"({', '.join(literal(each, quote) for each in value)}{',' if len(value) == 1 else ''})"
    return repr(value)


def fresh(name: str, text: str) -> str:
    """A name for a member that the class does not have."""
    base = "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)
    base = base if base.isidentifier() else f"layer_{base}"
    candidates = itertools.chain([base], (f"{base}{count}" for count in itertools.count(2)))
    return next(each for each in candidates if each not in text)
