"""Runs generated networks: a line with a folder in, a line of JSON out.

A folder has net.py, weights.safetensors and data.safetensors with the inputs (in.0, in.1, ...) and what is expected (out.0, ...). With
types.json, the layer types of the language, the network is also read back by clients/python.
"""

import importlib.util
import inspect
import json
import math
import os
import pathlib
import struct
import sys
import traceback

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "clients" / "python"))


def load(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    types = {"F32": torch.float32, "I64": torch.int64}
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data[begin:end], dtype=types[entry["dtype"]]) if end > begin else torch.zeros(0)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def run(folder, name):
    spec = importlib.util.spec_from_file_location("net", f"{folder}/net.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = getattr(module, name)()
    parameters = sum(each.numel() for each in network.parameters())
    network.load_state_dict(load(f"{folder}/weights.safetensors"))
    network.eval()
    data = load(f"{folder}/data.safetensors")
    with torch.no_grad():
        outputs = network(*(data[f"in.{i}"] for i in range(sum(key.startswith("in.") for key in data))))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    answers = []
    for i, output in enumerate(outputs):
        expected = data[f"out.{i}"]
        if output.shape != expected.shape:
            raise ValueError(f"output {i} is {list(output.shape)} and should be {list(expected.shape)}")
        difference = (output.double() - expected.double()).abs()
        figures = (difference.max().item(), expected.double().abs().max().item())
        answers.append([each if math.isfinite(each) else None for each in figures])
    back = read_back(folder, getattr(module, name), data) if os.path.exists(f"{folder}/types.json") else {}
    return {"parameters": parameters, "outputs": answers, **back}


def read_back(folder, build, data):
    from concat_client import read

    try:
        with open(f"{folder}/types.json") as file:
            types = frozenset(json.load(file))
        network = build()
        given = {name: data[f"in.{i}"] for i, name in enumerate(inspect.signature(network.forward).parameters)}
        shapes = {name: list(each.shape[1:]) for name, each in given.items()}
        dtypes = {name: each.dtype for name, each in given.items() if each.dtype != torch.float32}
        reading = read(network, shapes, training=False, dtypes=dtypes, types=types)
        gaps = [f"{gap.kind}: {gap.what}" for gap in reading.gaps] + [f"{fault.what}: {fault.message}" for fault in reading.faults]
        return {"spec": reading.spec, "gaps": gaps}
    except Exception:
        return {"gaps": [traceback.format_exc()]}


torch.set_num_threads(1)
for line in sys.stdin:
    folder, name = line.rstrip("\n").split("\t")
    try:
        answer = run(folder, name)
    except Exception:  # the test shows it
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
