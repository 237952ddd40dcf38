"""A place that traces are sent to: it keeps the bodies of what comes, as they are."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Collector:
    """Takes OTLP over HTTP on a port of its own."""

    def __init__(self):
        self._lock = threading.Lock()
        self._received: list[tuple[str, str, bytes]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with collector._lock:
                    collector._received.append((self.path, self.headers["Content-Type"], body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def received(self) -> list[tuple[str, str, bytes]]:
        """Path, content type and body of each request so far."""
        with self._lock:
            return list(self._received)

    def stop(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()
