"""One stream's media on its own WebSocket, and what goes on where a stream reached a limit."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections import deque
from typing import Any, AsyncIterator, Awaitable, Callable, Deque, Dict, Optional, Tuple, cast

import aiohttp

from ._delays import ReconnectDelays
from ._errors import ServerRefused, ServerUnreachable
from ._types import ClosedEvent, StreamEvent

AUDIO, VIDEO, CONTAINER = 1, 2, 3

_MOST_SENT = 256  # far more than a server lets wait; what is on its way beyond is lost with the part

#: Kind, media time in seconds, bytes.
Chunk = Tuple[int, float, bytes]
OnEvent = Callable[[StreamEvent], None]
Connect = Callable[[], Awaitable[aiohttp.ClientWebSocketResponse]]

# Of a socket that isn't opened there is only the status to read.
_CODES = {401: "unauthorized", 403: "forbidden", 404: "notFound", 429: "tooManyRequests", 503: "serverBusy"}


class ChunkSource:
    """A sender's chunks over as many parts of a stream as it takes: what a part didn't hear, the next one gets."""

    def __init__(self, chunks: AsyncIterator[Chunk]) -> None:
        self._chunks = chunks
        self._sent: Deque[Chunk] = deque(maxlen=_MOST_SENT)
        self._again: Deque[Chunk] = deque()
        self._next: Optional["asyncio.Task[Optional[Chunk]]"] = None
        self._origin: Optional[float] = 0.0  # the first part has the time of its chunks
        #: What the caller's chunks raised; it is the caller's, and no fault of the connection.
        self.failed: Optional[Exception] = None

    @property
    def is_untouched(self) -> bool:
        """Whether nothing went out yet."""
        return not self._sent and not self._again

    def begin_part(self, heard: float) -> bool:
        """
        Begins the next part, whose media time begins at 0 again; ``heard`` is how far the part before was heard, in its own media time.
        False where it wasn't heard at all: one that takes nothing would be followed by others without end.
        """
        origin = self._origin or 0.0
        self._again = deque([*(chunk for chunk in self._sent if chunk[1] - origin >= heard), *self._again])
        self._sent.clear()
        self._origin = None
        return heard > 0

    async def peek(self) -> Optional[Chunk]:
        """The chunk that comes next, again and again until :meth:`taken`; None at the end."""
        chunk: Optional[Chunk]
        if self._again:
            chunk = self._again[0]
        else:
            if self._next is None:
                self._next = asyncio.ensure_future(self._read())
            chunk = await asyncio.shield(self._next)  # whoever stops waiting loses nothing
        if chunk is None:
            return None
        if self._origin is None:
            self._origin = chunk[1]
        return chunk[0], max(chunk[1] - self._origin, 0.0), chunk[2]

    def taken(self) -> None:
        """The chunk went on its way."""
        if self._again:
            self._sent.append(self._again.popleft())
            return
        assert self._next is not None
        chunk = self._next.result()
        assert chunk is not None
        self._next = None
        self._sent.append(chunk)

    async def close(self) -> None:
        """Reads no more."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        close = getattr(self._chunks, "aclose", None)
        if close is not None:
            await close()

    async def _read(self) -> Optional[Chunk]:
        try:
            return await anext(self._chunks, None)
        except Exception as error:
            self.failed = error
            raise


class _Part:
    """One connection, from hello to close."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, on_event: Optional[OnEvent]) -> None:
        self._socket = socket
        self._on_event = on_event
        self._fault: Optional[Tuple[str, str]] = None
        self._closed: Optional[ClosedEvent] = None
        self._close_code: Optional[int] = None
        self._close_reason = ""

    @property
    def heard(self) -> float:
        """Media time up to which the stream was heard; zero until it is over."""
        return self._closed["duration"] if self._closed else 0.0

    async def run(self, hello: Dict[str, Any], chunks: ChunkSource) -> ClosedEvent:
        """Sends the hello and waits for the server to take it, then sends chunks as fast as the server takes them."""
        await self._socket.send_str(json.dumps({"protocol": 1, **hello}))
        ready = await self._receive()
        if ready is None:
            raise self._refusal()
        if ready.get("type") != "ready":
            self._report(ready)
            while await self._receive() is not None:
                pass
            raise self._refusal()
        listening = asyncio.ensure_future(self._listen())
        sending = asyncio.ensure_future(self._send(chunks))
        try:
            await asyncio.wait({listening, sending}, return_when=asyncio.FIRST_COMPLETED)
            if chunks.failed is not None:
                raise chunks.failed
            await listening
        finally:
            for task in (sending, listening):
                task.cancel()
            await asyncio.gather(sending, listening, return_exceptions=True)
        if self._close_code == 1000 and self._closed is not None:
            return self._closed
        raise self._refusal()

    async def _send(self, chunks: ChunkSource) -> None:
        while (chunk := await chunks.peek()) is not None:
            kind, at, payload = chunk
            await self._socket.send_bytes(struct.pack("<Bq", kind, round(at * 1e6)) + payload)
            chunks.taken()
        await self._socket.send_str('{"type":"end"}')

    async def _listen(self) -> None:
        while (message := await self._receive()) is not None:
            self._report(message)

    async def _receive(self) -> Optional[Dict[str, Any]]:
        """The next text message; None when the server closed."""
        message = await self._socket.receive()
        if message.type == aiohttp.WSMsgType.TEXT:
            return cast(Dict[str, Any], json.loads(message.data))
        if message.type == aiohttp.WSMsgType.CLOSE:
            self._close_code, self._close_reason = message.data, message.extra or ""
        else:
            self._close_code = self._socket.close_code
        return None

    def _report(self, message: Dict[str, Any]) -> None:
        event = cast(StreamEvent, message)
        if event["type"] == "fault":
            self._fault = event["code"], event["message"]
        elif event["type"] == "closed":
            self._closed = event
        if self._on_event:
            self._on_event(event)

    def _refusal(self) -> Exception:
        if self._fault is not None:
            return ServerRefused(*self._fault)
        if self._close_code is not None and self._close_reason:
            return ServerRefused(self._close_reason, f"The server closed the stream: {self._close_reason}.")
        return ServerUnreachable("The connection to the server broke while media was sent.")


async def _connect(connect: Connect) -> aiohttp.ClientWebSocketResponse:
    try:
        return await connect()
    except aiohttp.WSServerHandshakeError as error:
        code = _CODES.get(error.status, "internal")
        raise ServerRefused(code, f"The server doesn't take the stream: {code}, HTTP status {error.status}.", error.status) from error


async def upload(
    connect: Connect,
    hello: Dict[str, Any],
    chunks: AsyncIterator[Chunk],
    on_event: Optional[OnEvent],
    on_reconnecting: Optional[Callable[[Exception], None]],
    busy_timeout: float,
    delays: ReconnectDelays,
) -> ClosedEvent:
    """
    Sends one stream. Raw chunks go on as the next stream under the same id where the server sets streams a limit; where it has no room
    the same is tried again for a while. A container can't be gone on with in its middle.
    """
    source = ChunkSource(chunks)
    is_raw = "container" not in hello
    refused_since: Optional[float] = None
    try:
        while True:
            part: Optional[_Part] = None
            try:
                socket = await _connect(connect)
                try:
                    delays.connected()
                    part = _Part(socket, on_event)
                    return await part.run(hello, source)
                finally:
                    await socket.close()
            except ServerRefused as refusal:
                heard = part.heard if part else 0.0
                if refusal.code == "streamLimit" and is_raw and source.begin_part(heard):
                    continue
                refused_since = refused_since if refused_since is not None and heard == 0 else time.monotonic()
                if (
                    refusal.code != "serverBusy"
                    or not (is_raw or source.is_untouched)
                    or time.monotonic() - refused_since >= busy_timeout
                ):
                    raise
                if not source.is_untouched:
                    source.begin_part(heard)
                if on_reconnecting:
                    on_reconnecting(refusal)
                await delays.wait()
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                if error is source.failed:
                    raise
                raise ServerUnreachable(f"No server answers, or it broke off; is it running? ({error!r})") from error
    finally:
        await source.close()
