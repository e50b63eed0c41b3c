"""Fixes for calls that the spec does not judge as torch does: a linear layer or a layer norm on a map, which torch applies to the last
axis, and learned tensors, which the spec does not have. They are tried like every other."""

import ast
import math
from typing import Iterator, List, Tuple

from torch import nn

from .placing import Placer, Unsayable, is_minus_one, literal, operands_of
from .texts import Edit


MERGES = ("add", "sub", "mul", "truediv", "cat", "concat")
PRODUCTS = ("matmul", "bmm", "mm")


def suggestions(placer: Placer, problem, check) -> Iterator[Tuple[str, List[Edit]]]:
    fault = problem.fault
    if fault is None or fault.call is None or fault.call.site is None:
        return
    for suggest in (of_last_axis, of_learned, of_product, of_rest, of_vector):
        try:
            yield from suggest(placer, fault, check)
        except Unsayable:
            continue


def of_last_axis(placer: Placer, fault, check) -> Iterator[Tuple[str, List[Edit]]]:
    module = fault.call.module
    if isinstance(module, nn.Linear):
        width = module.in_features
    elif isinstance(module, nn.LayerNorm) and len(module.normalized_shape) == 1:
        width = module.normalized_shape[0]
    else:
        return
    file = placer.file(fault.call.site.file)
    node, operands = operands_of(file, fault.call)
    if len(operands) != 1 or not isinstance(node, ast.Call):
        return
    shape, code = fault.shapes[0], parenthesized(file, operands[0])
    layer = next(name for name, call in check.reading.calls.items() if call is fault.call)
    if isinstance(module, nn.Linear) and len(shape) > 1 and math.prod(shape) == width:
        yield f"Flatten what {layer} reads to {width}", [file.replace(operands[0], f"{code}.flatten(1)")]
    if isinstance(module, nn.Linear) and len(shape) > 2 and math.prod(shape) != width and shape[0] != width:
        flat = file.replace(operands[0], f"{code}.flatten(1)")
        for edits in placer.attribute(layer, "in_features", math.prod(shape)):
            yield f"Flatten what {layer} reads, and make it for {math.prod(shape)}", [*edits, flat]
    if len(shape) > 1 and shape[0] == width:
        there = [0, *range(2, len(shape) + 1), 1]
        back = [0, len(shape), *range(1, len(shape))]
        start, end = file.range(node)
        inner = file.text[start:file.range(operands[0])[0]], file.text[file.range(operands[0])[1]:end]
        moved = f"{inner[0]}{code}.permute{literal(there)}{inner[1]}.permute{literal(back)}"
        yield f"Bring the channels to the last axis for {layer}, and back", [file.replace(node, moved)]
    for edits in placer.attribute(layer, "in_features" if isinstance(module, nn.Linear) else "normalized_shape", shape[-1]):
        yield f"Make {layer} for the {shape[-1]} of the last axis", edits


def of_learned(placer: Placer, fault, check) -> Iterator[Tuple[str, List[Edit]]]:
    """Another size of a learned tensor that is added to, or joined with, a layer's output."""
    learned = [at for at, name in enumerate(fault.inputs) if name in check.reading.learned]
    others = [at for at, name in enumerate(fault.inputs) if name and name not in check.reading.learned]
    if len(learned) != 1 or len(others) != 1 or fault.what not in MERGES:
        return
    name, wanted = fault.inputs[learned[0]], fault.shapes[others[0]]
    for file, call in placer.creations(name):
        sizes = call.args[0].elts if len(call.args) == 1 and isinstance(call.args[0], (ast.Tuple, ast.List)) else call.args
        have = check.reading.learned[name]
        if len(sizes) != len(have) or len(have) < len(wanted):
            continue
        edits = [
            file.replace(sizes[at], str(want))
            for at, want in zip(range(len(have) - len(wanted), len(have)), wanted)
            if have[at] != want and have[at] != 1
        ]
        if edits:
            yield f"Make {name} as large as {fault.inputs[others[0]]}, {'x'.join(map(str, wanted))}", edits


def of_product(placer: Placer, fault, check) -> Iterator[Tuple[str, List[Edit]]]:
    """The second factor transposed, where both have the same number of columns."""
    if fault.what not in PRODUCTS or len(fault.shapes) != 2:
        return
    file = placer.file(fault.call.site.file)
    _, operands = operands_of(file, fault.call)
    first, second = (parenthesized(file, each) for each in (operands[0], operands[-1]))
    if fault.shapes[0][-1:] == fault.shapes[1][-1:] and len(fault.shapes[0]) > 1:
        yield f"Transpose the second factor, {fault.inputs[1] or second}", [file.replace(operands[-1], f"{second}.transpose(-2, -1)")]
    if len(fault.shapes[0]) == 1 and len(fault.shapes[1]) == 2 and fault.shapes[0][0] == fault.shapes[1][0]:
        yield f"Read {fault.inputs[0] or first} as one row", [file.replace(operands[0], f"{first}.unsqueeze(1)")]


def of_rest(placer: Placer, fault, check) -> Iterator[Tuple[str, List[Edit]]]:
    """A reshape whose last size, or one before, is what remains."""
    if fault.what not in ("view", "reshape"):
        return
    file = placer.file(fault.call.site.file)
    node = next(iter(file.nodes_at(fault.call.site, ast.Call)), None)
    sizes = node.args if node is not None else []
    sizes = sizes[-1].elts if sizes and isinstance(sizes[-1], (ast.Tuple, ast.List)) else sizes
    asked = check.reading.shapes.get(fault.layers[-1] if fault.layers else "", ())
    if len(sizes) < 3 or len(sizes) != len(asked) + 1 or any(isinstance(each, ast.Starred) for each in sizes):
        return
    for size, number in list(zip(sizes[1:], asked))[::-1]:
        rest = math.prod(asked) // max(1, number)
        wanted, remainder = divmod(math.prod(fault.shapes[0]), rest) if rest else (0, 1)
        if remainder:
            continue
        if any(is_minus_one(each) for each in sizes):
            yield f"Give {file.code(size)} as {wanted}", [file.replace(size, str(wanted))]
        else:
            yield f"Let {file.code(size)} be what remains", [file.replace(size, "-1")]


def parenthesized(file, node) -> str:
    code = file.code(node)
    return code if isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)) else f"({code})"


def of_vector(placer: Placer, fault, check) -> Iterator[Tuple[str, List[Edit]]]:
    """A vector beside a sequence, repeated at every step."""
    ranks = [len(shape) for shape in fault.shapes]
    if fault.what not in MERGES or sorted(ranks) != [1, 2]:
        return
    file = placer.file(fault.call.site.file)
    _, operands = operands_of(file, fault.call)
    if len(operands) != 2:
        return
    vector, sequence = operands if ranks == [1, 2] else operands[::-1]
    steps = f"{file.code(sequence)}.size(1)" if isinstance(sequence, ast.Name) else str(max(fault.shapes, key=len)[0])
    code = parenthesized(file, vector)
    yield f"Repeat {code} at every step", [file.replace(vector, f"{code}.unsqueeze(1).expand(-1, {steps}, -1)")]
