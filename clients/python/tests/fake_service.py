"""A service of canned answers on a port of this machine, for the tests."""

import http.server
import json
import threading


class FakeService:
    """Answers each request with the next of its answers: status, headers and body (bytes, or what becomes JSON). Keeps what was asked."""

    def __init__(self, *answers):
        self.asked = []
        self._answers = list(answers)
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                service.asked.append((self.command, self.path, self.headers, self.rfile.read(length)))
                status, headers, body = service._answers.pop(0)
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()
