import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from concat_client import Client, ServiceError  # noqa: E402
from concat_client.client import pause, server_sent_events  # noqa: E402
from tests.fake_service import FakeService  # noqa: E402

FIX = {"id": "pool-a", "kind": "adapter", "title": "Pool a", "effect": "Lost.", "patch": [{"op": "remove", "path": "/x"}]}
FINDING = {"code": "concat.shape_mismatch", "severity": "error", "message": "No.", "path": "/layers/0", "layer": "merge",
           "inputs": [{"name": "a", "shape": ["N", 1]}], "cause": None, "fixes": [FIX]}
REPORT = {"valid": False, "verdict": "invalid", "parameters": None, "macs": None, "layers": [], "outputs": {"merge": None},
          "diagnostics": [FINDING, {**FINDING, "severity": "warning", "fixes": []}]}
JOB = {"id": "7", "name": "net", "state": "queued", "progress": {"percent": 0.0}}


def event(sequence, kind="note"):
    data = json.dumps({"sequence": sequence, "type": kind, "level": "info", "message": f"m{sequence}"})
    return f"id: {sequence}\nevent: {kind}\ndata: {data}\n\n"


def client_of(service, **options):
    return Client(service.url, "ccs_secret", **options)


class ClientTests(unittest.TestCase):
    def setUp(self):
        sleeping = mock.patch("time.sleep")
        self.slept = sleeping.start()
        self.addCleanup(sleeping.stop)

    def waits(self):
        return [call.args[0] for call in self.slept.call_args_list]

    def test_a_report_has_findings_with_fixes(self):
        with FakeService((200, {}, REPORT)) as service:
            report = client_of(service).validate({"layers": []})
        self.assertEqual((False, "invalid", 2, 1), (report.valid, report.verdict, len(report.findings), len(report.errors)))
        self.assertEqual(("pool-a", "adapter", 0), (report.errors[0].fixes[0].id, report.errors[0].fixes[0].kind,
                                                    report.errors[0].fixes[0].added_parameters))
        method, path, headers, body = service.asked[0]
        self.assertEqual(("POST", "/v1/architectures/validate", "Bearer ccs_secret", b'{"layers": []}'),
                         (method, path, headers["Authorization"], body))

    def test_a_repair_may_be_allowed_more(self):
        with FakeService((200, {}, {"spec": {"layers": []}, "applied": [], "left": [], "report": REPORT})) as service:
            repair = client_of(service).repair({}, allow=["rewire", "drop"])
        self.assertEqual(("/v1/architectures/repair?allow=rewire,drop", "invalid"), (service.asked[0][1], repair.report.verdict))

    def test_a_refusal_is_one_exception_with_code_and_errors(self):
        errors = [{"pointer": "/dataset", "code": "unknown_dataset", "detail": "There is none."}]
        with FakeService((422, {}, {"detail": "Refused.", "code": "request.invalid", "errors": errors, "report": REPORT})) as service:
            with self.assertRaises(ServiceError) as raised:
                client_of(service).train({}, "nothing")
        error = raised.exception
        self.assertEqual((422, "request.invalid", "Refused.", errors, "invalid"),
                         (error.status, error.code, error.detail, error.errors, error.report["verdict"]))
        self.assertEqual([], self.waits())

    def test_a_refusal_that_is_no_json_is_told_too(self):
        with FakeService((502, {}, b"<html>")) as service:
            with self.assertRaises(ServiceError) as raised:
                client_of(service).validate({})
        self.assertEqual((502, "http.502"), (raised.exception.status, raised.exception.code))

    def test_a_busy_service_is_asked_again_after_the_time_that_it_names(self):
        with FakeService((503, {"Retry-After": "2"}, {}), (429, {"Retry-After": "3"}, {}), (200, {}, REPORT)) as service:
            self.assertEqual("invalid", client_of(service).validate({}).verdict)
        self.assertEqual([2.0, 3.0], self.waits())

    def test_retries_end(self):
        with FakeService(*[(503, {"Retry-After": "1"}, {"code": "database.unavailable", "detail": "Away."})] * 3) as service:
            with self.assertRaises(ServiceError) as raised:
                client_of(service, retries=2).validate({})
        self.assertEqual(("database.unavailable", 3), (raised.exception.code, len(service.asked)))

    def test_a_job_that_is_sent_again_has_the_same_key(self):
        with FakeService((503, {}, {}), (202, {}, JOB)) as service:
            job = client_of(service).train({"layers": []}, "two-scale", {"epochs": 1}, wait=False, name="net")
        self.assertEqual(("7", "queued", False), (job.id, job.state, job.ended))
        first, second = [headers["Idempotency-Key"] for _, _, headers, _ in service.asked]
        self.assertEqual(first, second)
        self.assertIn(b'"settings": {"epochs": 1}, "name": "net"', service.asked[1][3])

    def test_a_training_is_followed_to_its_end(self):
        told = []
        with FakeService((202, {}, JOB), (200, {}, (event(1) + event(2) + "event: done\ndata: {}\n\n").encode()),
                         (200, {}, {**JOB, "state": "succeeded", "model": {"name": "net", "version": "1"}})) as service:
            job = client_of(service).train({}, "two-scale", on_event=told.append)
        self.assertEqual(["m1", "m2"], [each.message for each in told])
        self.assertEqual(("succeeded", "1", True), (job.state, job.model["version"], job.ended))

    def test_a_stream_that_breaks_is_joined_where_it_was(self):
        broken = (event(1) + event(2) + "event: note\ndata: {").encode()
        with FakeService((200, {}, broken), (200, {}, (event(3) + "event: done\ndata: {}\n\n").encode())) as service:
            seen = [each.sequence for each in client_of(service).watch("7")]
        self.assertEqual([1, 2, 3], seen)
        self.assertEqual([None, "2"], [headers.get("Last-Event-ID") for _, _, headers, _ in service.asked])

    def test_a_stream_that_never_tells_anything_ends_in_an_error(self):
        with FakeService(*[(200, {}, b": nothing\n\n")] * 9) as service:
            with self.assertRaises(ServiceError) as raised:
                list(client_of(service, retries=2).watch("7"))
        self.assertEqual("client.stream_broken", raised.exception.code)

    def test_pictures_and_tensors_are_labeled(self):
        answer = {"predictions": [{"label": "disc", "probability": 0.75, "probabilities": {"disc": 0.75, "ring": 0.25}}]}
        with FakeService((200, {}, answer), (200, {}, answer)) as service:
            client = client_of(service)
            self.assertEqual("disc", client.predict("net", b"\x89PNG...")[0].label)
            self.assertEqual(0.25, client.predict("net", [[0.0]], version="latest")[0].probabilities["ring"])
        self.assertEqual(["image/png", "application/json"], [headers["Content-Type"] for _, _, headers, _ in service.asked])
        self.assertEqual("/v1/models/net/predict?version=latest", service.asked[1][1])

    def test_a_download_is_whole_or_not_there(self):
        with tempfile.TemporaryDirectory() as folder, FakeService((200, {}, b"onnx"), (200, {"Content-Length": "9"}, b"on")) as service:
            path = os.path.join(folder, "net.onnx")
            self.assertEqual(path, client_of(service).download("net", path, version=2))
            with open(path, "rb") as file:
                self.assertEqual(b"onnx", file.read())
            with self.assertRaises(ServiceError):
                client_of(service, retries=0).download("net", os.path.join(folder, "other.onnx"))
            self.assertEqual(["net.onnx"], os.listdir(folder))
        self.assertEqual("/v1/models/net/versions/2/onnx", service.asked[0][1])

    def test_nobody_there_is_told_with_what_to_do(self):
        with FakeService() as service:
            url = service.url
        with self.assertRaises(ServiceError) as raised:
            Client(url, retries=1).validate({})
        self.assertEqual(("client.unreachable", 0), (raised.exception.code, raised.exception.status))
        self.assertIn("./concat up", str(raised.exception))
        self.assertEqual(1, len(self.waits()))

    def test_address_and_key_come_from_the_environment(self):
        with FakeService((200, {}, JOB)) as service:
            with mock.patch.dict(os.environ, {"CONCAT_URL": service.url + "/", "CONCAT_KEY": "ccs_other"}):
                Client().job("7")
        self.assertEqual(("/v1/jobs/7", "Bearer ccs_other"), (service.asked[0][1], service.asked[0][2]["Authorization"]))


class PartTests(unittest.TestCase):
    def test_events_have_several_lines_comments_and_defaults(self):
        lines = [b": hello\n", b"\n", b"data: a\r\n", b"data:b\n", b"\n", b"event: done\n", b"data: {}\n", b"\n", b"data: cut\n"]
        self.assertEqual([("message", "a\nb"), ("done", "{}")], list(server_sent_events(lines)))

    def test_a_pause_is_named_dated_or_doubled(self):
        self.assertEqual((7.0, 60.0, 0.0), (pause("7", 0), pause("900", 0), pause("Thu, 01 Jan 1970 00:00:00 GMT", 0)))
        self.assertTrue(all(0.8 * expected <= pause(None, attempt) <= 1.2 * expected for attempt, expected in enumerate((0.5, 1, 2, 4))))


if __name__ == "__main__":
    unittest.main()
