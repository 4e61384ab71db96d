"""A receiver of webhooks over real HTTP, which can be told to be difficult."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ..faults.rude import DROP, HANG


@dataclass(eq=False)
class Receiver:
    """Keeps the requests it gets; answers with the next of `statuses`, or with 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    habit: str = ""
    """DROP or HANG: what it does instead of answering."""
    meanwhile: Callable[[], None] = lambda: None
    """Called between a request and its answer."""
    over: threading.Event = field(default_factory=threading.Event)
    """Ends every HANG."""

    @property
    def types(self) -> list[str]:
        return [str(json.loads(body)["type"]) for _, body in self.calls]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.calls]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Let a receiver be up for a while."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.calls.append((headers, body))
            receiver.meanwhile()
            if receiver.habit == HANG:
                receiver.over.wait(30)
            if receiver.habit in (DROP, HANG):
                self.close_connection = True
                return
            status = receiver.statuses.pop(0) if receiver.statuses else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook?from=atrae"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
