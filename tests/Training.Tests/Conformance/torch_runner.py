"""Runs generated networks: a line with a folder in, a line of JSON out.

A folder has net.py, weights.safetensors and data.safetensors with the inputs (in.0, in.1, ...) and what is expected (out.0, ...).
"""

import importlib.util
import json
import math
import struct
import sys
import traceback

import torch


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
    return {"parameters": parameters, "outputs": answers}


torch.set_num_threads(1)
for line in sys.stdin:
    folder, name = line.rstrip("\n").split("\t")
    try:
        answer = run(folder, name)
    except Exception:  # the test shows it
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
