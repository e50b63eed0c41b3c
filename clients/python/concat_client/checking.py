"""What the service says of a reading, at the user's lines."""

import contextlib
import os
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

import torch

from .client import Client, Finding, Fix, Report
from .loading import Target, build, imports_of
from .patches import patched
from .places import Note, Place, branch_note, lines_of, notes_of, place_of, sizes
from .placing import Placer, Unsayable
from .reader import Reading, name_axes, read
from .recorder import Fault, tensors_in

MEANT = ("concat.batch_axis", "concat.degenerate", "layer.size_below_one")
UNUSED = "train.unused_"
MOST_ROUNDS = 20


@dataclass
class Problem:
    """A finding with its lines. `finding` is the service's, or None where the fault is torch's alone."""

    code: str
    severity: str
    message: str
    layer: Optional[str]
    place: Optional[Place]
    notes: List[Note] = field(default_factory=list)
    fixes: List[Fix] = field(default_factory=list)
    finding: Optional[Finding] = None
    fault: Optional[Fault] = None
    spec: Optional[dict] = None
    """What the fixes are patches of: the spec read, or that with what stands before mended."""

    @property
    def cause(self) -> Optional[Place]:
        """The line to change: of the layer to blame, or of the call itself."""
        return next((note.place for note in self.notes if note.kind == "cause" and note.place), self.place)

    def key(self) -> tuple:
        return self.code, self.layer

    def to_json(self) -> dict:
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "layer": self.layer,
            "file": self.place.file if self.place else None,
            "line": self.place.line if self.place else None,
            "cause": {"file": self.cause.file, "line": self.cause.line} if self.cause else None,
            "notes": [
                {"kind": note.kind, "file": note.place and note.place.file, "line": note.place and note.place.line, "text": note.text}
                for note in self.notes
            ],
            "fixes": [{"id": fix.id, "kind": fix.kind, "title": fix.title, "effect": fix.effect} for fix in self.fixes],
        }


@dataclass
class Check:
    """A reading with the service's report on it, and what is wrong, in the order of the calls."""

    reading: Reading
    spec: dict
    report: Report
    problems: List[Problem]

    @property
    def errors(self) -> List[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]


@dataclass
class Checker:
    """Reads one network again and again, each time with other texts of its files."""

    target: Target
    inputs: Dict[str, Tuple[int, ...]]
    dtypes: Dict[str, torch.dtype]
    client: Client
    training: bool = True

    def check(self, texts: Optional[Dict[str, str]] = None) -> Check:
        with imports_of(self.target, texts or {}):
            network, builds = build(self.target, texts or {})
            reading = read(network, self.inputs, self.training, self.dtypes, builds, self.client.types())
        spec, report = validated(reading, reading.spec, self.client)
        problems = Problems(reading, self.client).of(spec, report)
        placer = Placer(reading, {**self.texts_of(reading), **(texts or {})}, self.client)
        for problem in problems:
            place_cause(problem, placer)
        return Check(reading, spec, report, problems)

    def texts_of(self, reading: Reading) -> Dict[str, str]:
        """The user's files that the network comes from, as they are: those in the folder of the target."""
        sites = [site for frames in reading.builds.values() for site in frames]
        sites += [call.site for call in reading.calls.values() if call and call.site]
        texts = {}
        for file in {self.target.file, *(site.file for site in sites)}:
            if file.startswith(self.target.folder + os.sep) and os.path.isfile(file):
                with contextlib.suppress(UnicodeDecodeError), open(file, encoding="utf-8", newline="") as stream:
                    texts[file] = stream.read()
        return texts

    def run(self, texts: Optional[Dict[str, str]] = None) -> None:
        """Runs the network's forward in torch on two random samples; raises what torch raises."""
        with imports_of(self.target, texts or {}):
            network, _ = build(self.target, texts or {})
            network.train(self.training)
            result = network(*[sample(shape, self.dtypes.get(name, torch.float32)) for name, shape in self.inputs.items()])
            rows = [len(tensor) for tensor in tensors_in(result) if tensor.dim() > 1]
            if any(count != 2 for count in rows):
                raise ValueError(f"two samples give {rows} rows")


def sample(shape, dtype):
    """Two samples: random numbers, or zeros where they are indices."""
    return torch.randn(2, *shape) if dtype.is_floating_point else torch.zeros(2, *shape, dtype=dtype)


def validated(reading: Reading, spec: dict, client: Client):
    """The spec and its report. Where the service refuses a layer that torch computes, the translation is at fault: an input of the shape
    that torch gives takes the layer's place."""
    for _ in range(MOST_ROUNDS):
        report = client.validate(spec)
        strange = {layer_of(finding, spec) for finding in report.errors if is_strange(finding, spec, reading)}
        if not strange:
            break
        spec = without(spec, strange, reading)
    return spec, report


def is_strange(finding: Finding, spec: dict, reading: Reading) -> bool:
    layer = layer_of(finding, spec)
    return finding.code not in MEANT and layer is not None and fault_at(reading, layer) is None


def layer_of(finding: Finding, spec: dict) -> Optional[str]:
    """The layer's name: a finding about the spec's form has a path alone."""
    if finding.layer:
        return finding.layer.partition("/")[0]
    parts = finding.path.split("/")
    if len(parts) > 2 and parts[1] == "layers" and parts[2].isdigit() and int(parts[2]) < len(spec["layers"]):
        return spec["layers"][int(parts[2])]["name"]
    return None


def without(spec: dict, layers, reading: Reading) -> dict:
    """The spec with inputs in place of these layers."""
    kept = [layer for layer in spec["layers"] if layer["name"] not in layers]
    inputs = dict(spec["inputs"])
    for name in layers:
        if name in reading.shapes:
            inputs[name] = {"shape": list(reading.shapes[name]) or [1]}
    outputs = [name for name in spec["outputs"] if name not in layers]
    changed = {**spec, "inputs": inputs, "layers": kept, "outputs": outputs or [layer["name"] for layer in kept[-1:]]}
    name_axes(changed)
    return changed


def fault_at(reading: Reading, layer: Optional[str]) -> Optional[Fault]:
    return next((fault for fault in reading.faults if layer in fault.layers), None)


class Problems:
    """Every fault of a reading. The service is silent about what stands behind an error: it is asked again with its first fix applied."""

    def __init__(self, reading: Reading, client: Client):
        self._reading = reading
        self._client = client
        self._found: List[Problem] = []

    def of(self, spec: dict, report: Report) -> List[Problem]:
        judged = self._collect(spec, report)
        for _ in range(MOST_ROUNDS):
            if not report.errors:
                break
            spec, report = self._behind(spec, report.errors[0])
            judged |= self._collect(spec, report, only_errors=True)
        told = {id(problem.fault) for problem in self._found}
        for fault in self._reading.faults:
            if id(fault) not in told and not set(fault.layers) & judged:
                self._found.append(torch_problem(self._reading, fault))
        for doubt in self._reading.doubts:
            self._found.append(Problem(doubt.kind, "warning", doubt.what, doubt.layer, place_of(self._reading, doubt.layer)))
        if self._reading.stopped:
            self._found.append(stopped_problem(self._reading.stopped))
        order = {layer: index for index, layer in enumerate(self._reading.calls)}
        return sorted(self._found, key=lambda problem: order.get(problem.layer, len(order)))

    def _collect(self, spec: dict, report: Report, only_errors: bool = False) -> set:
        """Adds what is new, and returns the layers of torch's faults that the service finds right once what stands before is mended."""
        known = {(problem.finding.code, problem.layer) for problem in self._found if problem.finding}
        for finding in report.findings:
            layer = layer_of(finding, spec)
            if finding.severity == "info" or (finding.code, layer) in known or (only_errors and finding.severity != "error"):
                continue
            if finding.code.startswith(UNUSED) and self._reading.gaps:
                continue  # What cannot be read may read it.
            fault = fault_at(self._reading, layer)
            if finding.severity == "error" and fault is None and finding.code not in MEANT:
                continue
            if fault is not None and is_on_last_axis(fault):
                self._found.append(torch_problem(self._reading, fault, finding))
                self._found[-1].fixes = [fix for fix in finding.fixes if any("flatten" in str(step.get("value")) for step in fix.patch)]
                self._found[-1].spec = spec
                continue
            self._found.append(
                Problem(finding.code, finding.severity, finding.message, layer, place_of(self._reading, layer),
                        notes_of(self._reading, finding, layer, spec), self._fixes(finding), finding, fault, spec)
            )
        return {row["name"] for row in report.layers if row["output_shape"]} if only_errors else set()

    def _fixes(self, finding: Finding) -> List[Fix]:
        """Without those that change what no input of the network is."""
        strange = tuple(f"/inputs/{name}/" for name in self._reading.stand_ins)
        return [fix for fix in finding.fixes if not any(step["path"].startswith(strange) for step in fix.patch)]

    def _behind(self, spec: dict, finding: Finding):
        """The spec and its report with the finding mended, or, where there is no fix, with an input in the layer's place."""
        if finding.fixes:
            try:
                spec = patched(spec, finding.fixes[0].patch)
                return spec, self._client.validate(spec)
            except (LookupError, ValueError):
                pass
        spec = without(spec, {layer_of(finding, spec)}, self._reading)
        return spec, self._client.validate(spec)


def place_cause(problem: Problem, placer: Placer) -> None:
    """Moves the cause to the line where its first fix would be written: the number may come from a caller of the constructor."""
    fix = next(iter(problem.fixes), None)
    at = next((index for index, note in enumerate(problem.notes) if note.kind == "cause"), None)
    if fix is None or fix.kind != "edit" or at is None or problem.notes[at].place is None:
        return
    blamed = problem.finding.cause and problem.finding.cause.get("layer")
    try:
        place = placer.first_line(problem.spec, fix, blamed)
    except (Unsayable, LookupError, ValueError):
        return
    if place is not None:
        problem.notes[at] = Note("cause", Place(*place), problem.notes[at].text)


def stopped_problem(stopped: Fault) -> Problem:
    place = Place(stopped.source["file"], stopped.source["line"]) if stopped.source else None
    return Problem(f"python.{stopped.what}", "error", stopped.message, None, place)


def is_on_last_axis(fault: Fault) -> bool:
    """A linear layer or a layer norm on a map: torch works on the last axis and the spec on the channels, so that torch's word counts."""
    return fault.call is not None and isinstance(fault.call.module, (torch.nn.Linear, torch.nn.LayerNorm)) and len(fault.shapes[0]) > 2


def torch_problem(reading: Reading, fault: Fault, finding: Optional[Finding] = None) -> Problem:
    """A call that torch refuses, and that the service has not judged: it stands behind another fault, or has no layer type."""
    shapes = ", ".join(sizes(shape) for shape in fault.shapes if shape)
    layer = fault.layers[-1] if fault.layers else None
    notes = [branch_note(reading, index, name, fault.shapes[index]) for index, name in enumerate(fault.inputs) if name]
    module = fault.call.module if fault.call else None
    if module is not None and layer and not (is_on_last_axis(fault) and isinstance(module, torch.nn.Linear)):
        notes += lines_of(reading, layer, f"{layer} is built here")
    place = Place(fault.source["file"], fault.source["line"]) if fault.source else None
    return Problem("torch.call", "error", f"{fault.what} of {shapes}: {fault.message}", layer, place, notes, finding=finding, fault=fault)
