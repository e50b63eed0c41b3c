"""JSON Patch (RFC 6902), as the service writes it, and what a patch does to a spec in terms of layers."""

import copy
from dataclasses import dataclass, field
from typing import Any, Dict, List, Tuple


def patched(document: dict, patch: List[dict]) -> dict:
    """A copy of the document with the patch applied. Raises LookupError or ValueError where it does not apply."""
    document = copy.deepcopy(document)
    for step in patch:
        keys = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
        if not keys:
            raise ValueError("a patch of the whole document")
        parent = document
        for key in keys[:-1]:
            parent = parent[int(key) if isinstance(parent, list) else key]
        apply(parent, keys[-1], step["op"], step.get("value"))
    return document


def apply(parent, key, op, value) -> None:
    if op not in ("add", "replace", "remove"):
        raise ValueError(f"the operation {op}")
    if isinstance(parent, list):
        at = len(parent) if key == "-" else int(key)
        if op == "add":
            parent.insert(at, value)
        elif op == "replace":
            parent[at] = value
        else:
            del parent[at]
    elif op == "remove":
        del parent[key]
    else:
        parent[key] = value


@dataclass
class Change:
    """What a patch does: attributes of layers, inputs of layers with the layers that are put before them, and what cannot be told so."""

    attributes: List[Tuple[str, str, Any]] = field(default_factory=list)
    """Layer, attribute, value."""
    wires: List[Tuple[str, int, str, str, List[dict]]] = field(default_factory=list)
    """Layer, number of the input, what it read, what its new layers begin with, and those layers in the order of the calculation."""
    other: List[str] = field(default_factory=list)


def change_of(before: dict, after: dict) -> Change:
    change = Change()
    old = {layer["name"]: layer for layer in before["layers"]}
    new = {layer["name"]: layer for layer in after["layers"]}
    added = {name: layer for name, layer in new.items() if name not in old}
    if before["inputs"] != after["inputs"]:
        change.other.append("an input of the network")
    change.other += [f"{name} is taken away" for name in old if name not in new]
    for name in old:
        if name in new:
            difference(change, old[name], new[name], added)
    if before.get("outputs") != after.get("outputs"):
        change.other.append("the outputs")
    return change


def difference(change: Change, old: dict, new: dict, added: Dict[str, dict]) -> None:
    name = old["name"]
    for key in [*old, *(key for key in new if key not in old)]:
        if key == "inputs" or old.get(key) == new.get(key):
            continue
        if key not in new or key == "type":
            change.other.append(f"{key} of {name}")
        else:
            change.attributes.append((name, key, new[key]))
    if len(old["inputs"]) != len(new.get("inputs", [])):
        change.other.append(f"the number of inputs of {name}")
        return
    for index, (was, now) in enumerate(zip(old["inputs"], new["inputs"])):
        if was == now:
            continue
        chain = []
        while now in added:
            chain.insert(0, added[now])
            if len(added[now]["inputs"]) != 1:
                change.other.append(f"{now} has several inputs")
                return
            now = added[now]["inputs"][0]
        change.wires.append((name, index, was, now, chain))
