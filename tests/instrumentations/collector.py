"""An OTLP/HTTP collector on loopback that keeps each request's body, uncompressed, as a file."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SIGNALS = ("traces", "metrics", "logs")


class Collector:
    """Writes `NNN.<signal>.binpb` into `folder`, numbered as they arrive.

    A path may have a prefix, as Langfuse's `/api/public/otel/v1/traces`.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._count = 0
        self._lock = threading.Lock()
        self.refused: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def keep(self, path: str, body: bytes) -> bool:
        """Whether `path` is OTLP's; then the body is kept."""
        signal = path.rpartition("/v1/")[2]
        with self._lock:
            if signal not in SIGNALS:
                self.refused.append(path)
                return False
            (self._folder / f"{self._count:03}.{signal}.binpb").write_bytes(body)
            self._count += 1
            return True


def _handler(collector: Collector):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            self._answer(200 if collector.keep(self.path, body) else 404)

        def do_GET(self):
            collector.refused.append(self.path)
            self._answer(404)

        def _answer(self, status: int):
            # No bytes: an export response in which nothing was rejected.
            self.send_response(status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler
