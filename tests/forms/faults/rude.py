"""A mail server that misbehaves at a chosen step: it refuses, drops, hangs or drips."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

STEPS = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "body", "QUIT")
USUAL = {
    "greeting": "220 here",
    "EHLO": "250 here",
    "HELO": "250 here",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "body": "250 2.0.0 kept",
    "QUIT": "221 bye",
}
DROP, HANG, DRIP = "drop", "hang", "drip"


@dataclass(eq=False)
class Rude:
    """Replies with `answers` instead of the usual; each is a reply, or DROP, HANG or DRIP."""

    answers: dict[str, str] = field(default_factory=dict)
    messages: list[bytes] = field(default_factory=list)
    """Complete messages that were received, whatever the reply to them."""
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    meanwhile: Callable[[], None] = lambda: None
    """Called between a message and its answer."""

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def talk(self, read: Callable[[], bytes], write: Callable[[bytes], object]) -> None:
        """Hold one session."""
        step = "greeting"
        while self.say(step, write):
            if step == "QUIT":
                return
            if step == "DATA" and not self.answers.get("DATA"):
                self.messages.append(b"".join(iter(read, b".\r\n")))
                self.meanwhile()
                step = "body"
                continue
            line = read()
            if not line:
                return
            step = line.split()[0].decode("ascii", "replace").upper()
            if step == "RSET":
                write(b"250 ok\r\n")
                line = read()
                step = line.split()[0].decode().upper() if line else "QUIT"

    def say(self, step: str, write: Callable[[bytes], object]) -> bool:
        """Reply to a step. Returns False if the session is over."""
        # A client whose EHLO is refused tries HELO.
        answer = self.answers.get("EHLO" if step == "HELO" else step, USUAL.get(step, "500 what?"))
        if answer == DROP:
            return False
        if answer == HANG:
            self.over.wait(30)
            return False
        if answer == DRIP:
            while not self.over.is_set():
                write(b"250-")
                time.sleep(0.05)
            return False
        write(f"{answer}\r\n".encode())
        return True


@contextmanager
def listening(peer: Rude) -> Iterator[Rude]:
    """Let the server be up for a while."""

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                peer.talk(self.rfile.readline, self.wfile.write)
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        block_on_close = False

    peer.over.clear()
    with Server(("127.0.0.1", peer.port), Session) as server:
        peer.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield peer
        finally:
            peer.over.set()
            server.shutdown()
            thread.join()
