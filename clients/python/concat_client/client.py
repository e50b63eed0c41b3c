"""The HTTP API, with the standard library alone."""

import email.utils
import http.client
import json
import os
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, FrozenSet, Iterator, List, Optional, Sequence, Union

DEFAULT_URL = "http://127.0.0.1:8080"
TRANSIENT = (429, 503)
ENDED = ("succeeded", "failed", "cancelled")


class ServiceError(Exception):
    """What the service refused, or that it does not answer.

    `status` is the HTTP status, or 0 where no answer came; `code` is stable and for programs; `detail` is for people; `errors` lists single
    faults of the request as `{"pointer", "code", "detail"}`; `report` is the validation report where a spec was refused.
    """

    def __init__(self, status: int, code: str, detail: str, errors: Sequence[dict] = (), report: Optional[dict] = None):
        super().__init__(f"{detail} ({code})")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.report = report


@dataclass(frozen=True)
class Fix:
    """A repair that the service compiled before it offered it."""

    id: str
    kind: str
    title: str
    effect: str
    patch: List[dict]
    added_parameters: int = 0
    raw: dict = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Finding:
    """A diagnostic of the report."""

    code: str
    severity: str
    message: str
    path: str
    layer: Optional[str]
    inputs: List[dict]
    cause: Optional[dict]
    fixes: List[Fix]
    raw: dict = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, json: dict) -> "Finding":
        fixes = [
            Fix(each["id"], each["kind"], each["title"], each.get("effect") or "", each["patch"], each.get("added_parameters") or 0, each)
            for each in json.get("fixes") or []
        ]
        return cls(json["code"], json["severity"], json["message"], json.get("path") or "", json.get("layer"), json.get("inputs") or [],
                   json.get("cause"), fixes, json)


@dataclass(frozen=True)
class Report:
    """What validation says of a spec. Totals that cannot be known are None."""

    valid: bool
    verdict: str
    parameters: Optional[int]
    macs: Optional[int]
    layers: List[dict]
    outputs: Dict[str, Optional[list]]
    findings: List[Finding]
    raw: dict = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, json: dict) -> "Report":
        return cls(json["valid"], json["verdict"], json.get("parameters"), json.get("macs"), json.get("layers") or [],
                   json.get("outputs") or {}, [Finding.of(each) for each in json.get("diagnostics") or []], json)

    @property
    def errors(self) -> List[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]


@dataclass(frozen=True)
class Repair:
    """The repaired spec, what was applied (`{"diagnostic", "fix"}`), and what is left, with the reason."""

    spec: dict
    applied: List[dict]
    left: List[dict]
    report: Report


@dataclass(frozen=True)
class Event:
    """Something that happened to a job. `sequence` counts from 1."""

    sequence: int
    type: str
    level: str
    message: str
    data: Optional[dict] = None


@dataclass(frozen=True)
class Job:
    """A training. `model` is `{"name", "version", …}` once it has made one; `percent` is 0 to 100."""

    id: str
    name: str
    state: str
    percent: float
    result: Optional[dict]
    model: Optional[dict]
    error: Optional[dict]
    raw: dict = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, json: dict) -> "Job":
        percent = (json.get("progress") or {}).get("percent") or 0.0
        return cls(json["id"], json["name"], json["state"], percent, json.get("result"), json.get("model"), json.get("error"), json)

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True)
class Prediction:
    """The likeliest label with its probability, 0 to 1, and those of all labels."""

    label: str
    probability: float
    probabilities: Dict[str, float]


class Client:
    """Calls the service. `url` is by default CONCAT_URL or http://127.0.0.1:8080, `key` is CONCAT_KEY (`./concat key` prints one).

    A call that the service puts off (429, 503), or that finds nobody listening, is sent again, `retries` times at most, after the seconds
    that Retry-After names or else after 0.5 s, 1 s, 2 s and so on. `timeout` is in seconds, for each attempt.
    """

    def __init__(self, url: Optional[str] = None, key: Optional[str] = None, timeout: float = 60, retries: int = 4):
        self.url = (url or os.environ.get("CONCAT_URL") or DEFAULT_URL).rstrip("/")
        self._key = key or os.environ.get("CONCAT_KEY") or ""
        self._timeout = timeout
        self._retries = retries
        self._types: Optional[FrozenSet[str]] = None

    def validate(self, spec: dict) -> Report:
        """The report on a spec; an invalid one is no error."""
        return Report.of(self._json("POST", "/v1/architectures/validate", spec, again=True))

    def types(self) -> FrozenSet[str]:
        """The layer types that the service knows, and their attributes: `affine`, `reshape.axes`. Asked for once."""
        if self._types is None:
            kinds = self._json("GET", "/v1/operators", again=True)["data"]
            attributes = {f"{kind['type']}.{each['name']}" for kind in kinds for each in kind["attributes"]}
            self._types = frozenset({kind["type"] for kind in kinds} | attributes)
        return self._types

    def repair(self, spec: dict, allow: Sequence[str] = ()) -> Repair:
        """Applies the first fix of each finding. `allow` may name `rewire` and `drop`; edits and adapters are always applied."""
        query = f"?allow={','.join(allow)}" if allow else ""
        json = self._json("POST", f"/v1/architectures/repair{query}", spec, again=True)
        return Repair(json["spec"], json["applied"], json["left"], Report.of(json["report"]))

    def train(
        self,
        spec: dict,
        dataset: str,
        settings: Optional[dict] = None,
        wait: bool = True,
        on_event: Optional[Callable[[Event], None]] = None,
        idempotency_key: Optional[str] = None,
        **options: Any,
    ) -> Job:
        """Queues a training and, with `wait`, follows it to its end; `on_event` is called with each event. `options` are further fields of
        the request: `name`, `tags`, `model_name`, `metadata`. The call has an Idempotency-Key, so that sent twice it makes one job."""
        body = {"architecture": spec, "dataset": dataset, **({"settings": settings} if settings else {}), **options}
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        job = Job.of(self._json("POST", "/v1/jobs", body, headers, again=True))
        if not wait:
            return job
        for event in self.watch(job.id):
            if on_event:
                on_event(event)
        return self.job(job.id)

    def job(self, id: str) -> Job:
        return Job.of(self._json("GET", f"/v1/jobs/{urllib.parse.quote(id)}", again=True))

    def watch(self, id: str, after: int = 0) -> Iterator[Event]:
        """The events of a job after number `after`, as they happen, until it has ended. A broken stream is joined again where it was."""
        failures = 0
        while True:
            headers = {"Accept": "text/event-stream", **({"Last-Event-ID": str(after)} if after else {})}
            try:
                with self._open("GET", f"/v1/jobs/{urllib.parse.quote(id)}/events", headers=headers, again=True) as stream:
                    for kind, data in server_sent_events(stream):
                        failures = 0
                        if kind == "done":
                            return
                        json = data_of(data)
                        after = max(after, json["sequence"])
                        yield Event(json["sequence"], json["type"], json["level"], json["message"], json.get("data"))
            except (OSError, http.client.HTTPException) as error:
                if failures >= self._retries:
                    raise unreachable(self.url, error) from error
            failures += 1
            if failures > self._retries:
                raise ServiceError(0, "client.stream_broken", f"The events of job {id} end before the job does, {failures} times.")
            time.sleep(pause(None, failures - 1))

    def predict(self, model: str, instances: Union[bytes, Sequence[Any]], version: Optional[str] = None) -> List[Prediction]:
        """Labels for a PNG or JPEG file (bytes), or for a list of tensors, nested or flat."""
        query = f"?version={urllib.parse.quote(version)}" if version else ""
        path = f"/v1/models/{urllib.parse.quote(model)}/predict{query}"
        if isinstance(instances, (bytes, bytearray)):
            kind = "image/png" if instances[:4] == b"\x89PNG" else "image/jpeg"
            with self._open("POST", path, bytes(instances), {"Content-Type": kind}, again=True) as answer:
                json = data_of(answer.read())
        else:
            json = self._json("POST", path, {"instances": list(instances)}, again=True)
        return [Prediction(each["label"], each["probability"], each["probabilities"]) for each in json["predictions"]]

    def download(self, model: str, to: str, version: Optional[Union[int, str]] = None, bundle: bool = False) -> str:
        """Writes a version's ONNX file, by default the newest's, or with `bundle` its Triton repository (zip, needs `version`), to the path
        `to`, and returns the path. A download that breaks leaves no file."""
        if bundle and version is None:
            raise ValueError("a bundle needs a version")
        place = f"/versions/{version}" if version is not None else ""
        part = f"{to}.part"
        try:
            path = f"/v1/models/{urllib.parse.quote(model)}{place}/{'bundle' if bundle else 'onnx'}"
            with self._open("GET", path, again=True) as answer, open(part, "wb") as file:
                expected, written = answer.headers.get("Content-Length"), 0
                for chunk in iter(lambda: answer.read(1 << 20), b""):
                    written += file.write(chunk)
                if expected is not None and written != int(expected):
                    raise ServiceError(0, "client.download_broken", f"{written} of {expected} bytes of {model} came. Try again.")
            os.replace(part, to)
        except http.client.HTTPException as error:
            raise unreachable(self.url, error) from error
        finally:
            if os.path.exists(part):
                os.remove(part)
        return to

    def _json(self, method: str, path: str, body: Optional[dict] = None, headers: Optional[dict] = None, again: bool = False) -> dict:
        content = None if body is None else json.dumps(body).encode()
        with self._open(method, path, content, {"Content-Type": "application/json", **(headers or {})}, again) as answer:
            return data_of(answer.read())

    def _open(self, method: str, path: str, body: Optional[bytes] = None, headers: Optional[dict] = None, again: bool = False):
        """The answer, open. `again`: the call may be sent twice."""
        request = urllib.request.Request(self.url + path, body, {"User-Agent": "concat-client", **(headers or {})}, method=method)
        if self._key:
            request.add_unredirected_header("Authorization", f"Bearer {self._key}")
        for attempt in range(self._retries + 1):
            last = not again or attempt == self._retries
            try:
                return urllib.request.urlopen(request, timeout=self._timeout)
            except urllib.error.HTTPError as error:
                if last or error.code not in TRANSIENT:
                    raise problem(error) from None
                wait = pause(error.headers.get("Retry-After"), attempt)
                error.close()
            except (OSError, http.client.HTTPException) as error:
                if last:
                    raise unreachable(self.url, error) from error
                wait = pause(None, attempt)
            time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")


def pause(retry_after: Optional[str], attempt: int) -> float:
    """Seconds until the next attempt: what Retry-After says (seconds or a date), or twice as many each time, at most 60."""
    if retry_after:
        try:
            return min(60.0, max(0.0, float(retry_after)))
        except ValueError:
            date = email.utils.parsedate_to_datetime(retry_after) if retry_after.endswith("GMT") else None
            if date:
                return min(60.0, max(0.0, date.timestamp() - time.time()))
    return min(60.0, 0.5 * 2**attempt) * random.uniform(0.8, 1.2)


def server_sent_events(lines) -> Iterator[tuple]:
    """Type and data of each event of a stream of lines in bytes (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    kind, data = "message", []
    for line in lines:
        line = line.decode("utf-8").rstrip("\r\n")
        if not line:
            if data:
                yield kind, "\n".join(data)
            kind, data = "message", []
            continue
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            kind = value
        elif name == "data":
            data.append(value)


def data_of(text) -> dict:
    return json.loads(text)


def problem(error: urllib.error.HTTPError) -> ServiceError:
    """The exception for an answer that is a problem (RFC 9457), or for any other answer."""
    with error:
        content = error.read()
    try:
        said = json.loads(content)
    except ValueError:
        said = {}
    if not isinstance(said, dict):
        said = {}
    detail = said.get("detail") or said.get("title") or error.reason or "The service gave no reason."
    return ServiceError(error.code, said.get("code") or f"http.{error.code}", str(detail), said.get("errors") or (), said.get("report"))


def unreachable(url: str, error: Exception) -> ServiceError:
    reason = getattr(error, "reason", None) or error
    return ServiceError(0, "client.unreachable", f"{url} does not answer: {reason}. Start the service with ./concat up, or set CONCAT_URL.")
