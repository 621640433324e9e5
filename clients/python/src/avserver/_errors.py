"""What can go wrong between a client and its server."""

from __future__ import annotations


class AVServerError(Exception):
    """Any failure of this package; its text is for people."""


class ServerRefused(AVServerError):
    """The server answered and said no."""

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        super().__init__(message)
        #: One of the server's fault codes, or ``idle``.
        self.code = code
        #: Status of HTTP; 0 on a media socket.
        self.status = status


class ServerUnreachable(AVServerError):
    """Nothing answered, or the connection broke."""
