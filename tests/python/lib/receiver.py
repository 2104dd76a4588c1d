"""A receiver of change notifications, on a free port of this machine."""

import asyncio
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lib.patience import PATIENCE_SECONDS


class Receiver:
    """Proves that it wants notifications, on every path but `/deaf`, and keeps what comes."""

    def __init__(self) -> None:
        arrived = self.arrived = queue.Queue[tuple[dict[str, str], bytes]]()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                tokens = parse_qs(urlsplit(self.path).query).get("validationToken")
                if tokens:
                    self.send_response(200)
                    self.send_header("content-type", "text/plain")
                    self.end_headers()
                    is_deaf = self.path.startswith("/deaf")
                    self.wfile.write(b"what?" if is_deaf else tokens[0].encode())
                    return
                arrived.put(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(202)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    async def next(self) -> tuple[dict[str, str], bytes]:
        """What comes next; waits for it."""
        return await asyncio.to_thread(self.arrived.get, timeout=PATIENCE_SECONDS)
