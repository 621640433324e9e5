"""Server-sent events over as many connections as it takes."""

from __future__ import annotations

import asyncio
import json
from typing import AsyncIterator, Callable, Dict, List, Mapping, Optional, cast

import aiohttp

from ._delays import ReconnectDelays
from ._errors import ServerRefused, ServerUnreachable
from ._types import StreamEvent

_PASSING = {"serverBusy", "serverStopping", "readerTooSlow"}
_SILENCE = 60.0  # the server says something every fifteen seconds, unless it was told otherwise

Reconnecting = Callable[[Exception], None]


async def read_lines(content: aiohttp.StreamReader) -> AsyncIterator[Dict[str, str]]:
    """The fields of each event, whatever its length; comments are nothing."""
    fields: Dict[str, str] = {}
    rest = b""
    async for piece in content.iter_any():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            text = line.decode().rstrip("\r")
            if not text:
                if fields:
                    yield fields
                fields = {}
            elif not text.startswith(":"):
                name, _, value = text.partition(":")
                value = value[1:] if value.startswith(" ") else value
                fields[name] = f"{fields[name]}\n{value}" if name == "data" and name in fields else value


class EventFeed:
    """
    Events of one subscription. Of one stream they go on, after a lost connection, behind the last one that was given; of all streams a
    ``lost`` event tells that nobody kept what happened meanwhile.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        headers: Mapping[str, str],
        on_reconnecting: Optional[Reconnecting],
        first_delay: float,
        longest_delay: float,
    ) -> None:
        self._session = session
        self._url = url
        self._headers = headers
        self._on_reconnecting = on_reconnecting
        self._delays = ReconnectDelays(first_delay, longest_delay)
        self._last_id: Optional[str] = None

    async def read(
        self, stream_id: Optional[str], types: Optional[List[str]], after: Optional[str]
    ) -> AsyncIterator[StreamEvent]:
        """Events until the caller stops. The first connection must succeed."""
        query = {"streamId": stream_id, "types": ",".join(types) if types else None, "after": after}
        params = {name: value for name, value in query.items() if value is not None}
        is_first = True
        while True:
            lost: Exception
            try:
                async with self._open(params) as response:
                    await refuse(response)
                    self._delays.connected()
                    is_first = False
                    async for event in self._events(response):
                        yield event
                lost = ServerUnreachable("The server ended the connection.")
            except ServerRefused as refusal:
                if is_first or refusal.code not in _PASSING:
                    raise
                lost = refusal
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                lost = ServerUnreachable(f"No server answers at {self._url}, or it broke off; is it running? ({error!r})")
                if is_first:
                    raise lost from error
            if self._on_reconnecting:
                self._on_reconnecting(lost)
            await self._delays.wait()

    def _open(self, params: Mapping[str, str]) -> "aiohttp.client._RequestContextManager":
        headers = dict(self._headers)
        if self._last_id is not None:
            headers["Last-Event-ID"] = self._last_id  # counts more than ``after``
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=_SILENCE)
        return self._session.get(self._url, params=params, headers=headers, timeout=timeout)

    async def _events(self, response: aiohttp.ClientResponse) -> AsyncIterator[StreamEvent]:
        async for fields in read_lines(response.content):
            if "data" in fields:
                event = cast(StreamEvent, json.loads(fields["data"]))
                # What the server says of this reader, and not of the stream: it is let go of, and may come back.
                if event["type"] == "fault" and "cursor" not in event:
                    raise ServerRefused(event["code"], event["message"])
                if "id" in fields:
                    self._last_id = fields["id"]
                yield event
            elif "id" in fields:
                self._last_id = fields["id"]  # the place before the first event


async def refuse(response: aiohttp.ClientResponse) -> None:
    """Raises what an answer says that is not the one wanted."""
    if response.status < 400:
        return
    try:
        problem = json.loads(await response.text())
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    message = problem.get("detail") or problem.get("title") or f"The server answered with HTTP status {response.status}."
    raise ServerRefused(str(problem.get("code", "internal")), str(message), response.status)
