"""MLLP: a message between VT and FS CR, however the network cuts or joins the bytes."""

from __future__ import annotations

from cockpit.connect.hl7.er7 import LARGEST_BYTES

START, END = b"\x0b", b"\x1c\r"


class BadFrame(Exception):
    """The peer does not speak MLLP; it never leaves this package."""


class Frames:
    """What one connection sent so far."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def is_inside(self) -> bool:
        """Whether a message has begun and not ended."""
        return bool(self._bytes)

    def feed(self, chunk: bytes) -> list[bytes]:
        """The messages that end in these bytes. Raises BadFrame for bytes outside a frame and for
        a message longer than LARGEST_BYTES."""
        looked = max(0, len(self._bytes) - len(END) + 1)  # what came before was searched
        self._bytes += chunk
        found: list[bytes] = []
        while (end := self._bytes.find(END, looked)) >= 0:
            found.append(self._message(end))
            del self._bytes[: end + len(END)]
            looked = 0
        self._check_start()
        if len(self._bytes) > LARGEST_BYTES:
            raise BadFrame
        return found

    def _message(self, end: int) -> bytes:
        self._check_start()
        return bytes(self._bytes[1:end])

    def _check_start(self) -> None:
        if self._bytes and self._bytes[:1] != START:
            raise BadFrame


def framed(message: bytes) -> bytes:
    """One message, ready to be sent."""
    return START + message + END
