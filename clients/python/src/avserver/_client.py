"""The client."""

from __future__ import annotations

import asyncio
import json
import os
import wave
from pathlib import Path
from types import TracebackType
from typing import Any, AsyncIterable, AsyncIterator, Callable, Dict, Iterable, List, Optional, Sequence, Type, Union, cast
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import aiohttp

from ._delays import ReconnectDelays
from ._errors import ServerRefused, ServerUnreachable
from ._feed import EventFeed, refuse
from ._types import (
    ClosedEvent,
    JobStatus,
    KeywordDetails,
    KeywordSummary,
    ModelSummary,
    ScoreReport,
    SourceStatus,
    StreamDetails,
    StreamEvent,
    StreamSummary,
)
from ._upload import AUDIO, CONTAINER, Chunk, upload

_SAMPLE_BYTES = {"pcm_s16le": 2, "pcm_f32le": 4}
_CONTAINERS = {
    "webm": "webm", "mkv": "matroska", "mka": "matroska", "mp4": "mp4", "m4a": "mp4",
    "ogg": "ogg", "oga": "ogg", "opus": "ogg", "wav": "wav",
}  # fmt: skip
_FILE_CHUNK = 32 * 1024
_MOST_PCM = 256 * 1024  # bytes in one message, whatever the caller gives at once
_JOB_INTERVAL = 0.5

Media = Union[str, "os.PathLike[str]", bytes]
Pcm = Union[AsyncIterable[bytes], Iterable[bytes]]


class Client:
    """
    A client of one server, for one event loop::

        async with Client("http://127.0.0.1:5080") as client:
            async for event in client.subscribe(types=["wakeWord"]):
                ...

    Nothing is opened before something is asked of it.

    :param url: where the server is
    :param api_key: the key or token that it wants, if it wants one
    :param busy_timeout: seconds for which a sender waits where the server has no room
    :param on_reconnecting: told why, each time before a connection is made anew
    :param session: an aiohttp session of the caller's, which is not closed here
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:5080",
        *,
        api_key: Optional[str] = None,
        busy_timeout: float = 60.0,
        on_reconnecting: Optional[Callable[[Exception], None]] = None,
        first_delay: float = 0.25,
        longest_delay: float = 10.0,
        session: Optional[aiohttp.ClientSession] = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"Expected the url of a server, like http://127.0.0.1:5080, got {url!r}.")
        if parts.username or parts.password:
            raise ValueError("Expected a url without a user or password; give the key as api_key.")
        self._base = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        self._headers = {"X-Api-Key": api_key} if api_key else {}
        self._busy_timeout = busy_timeout
        self._on_reconnecting = on_reconnecting
        self._delays = (first_delay, longest_delay)
        self._given = session
        self._own: Optional[aiohttp.ClientSession] = None

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes its connections."""
        if self._own is not None:
            await self._own.close()

    async def subscribe(
        self, *, stream_id: Optional[str] = None, types: Optional[Sequence[str]] = None, after: Optional[str] = None
    ) -> AsyncIterator[StreamEvent]:
        """
        Events as they happen, until the caller stops. The first connection must succeed; one that is lost is made anew. Of one stream
        events go on after the last one that was given, in order and once; what is gone is told by a ``lost`` event.

        :param stream_id: one stream; absent: all
        :param types: wire names; absent: all but telemetry
        :param after: with a stream, the ``cursor`` of the last event that the caller has; ``0:0`` for all that is kept
        """
        feed = EventFeed(self._session, self._url("/api/events"), self._headers, self._on_reconnecting, *self._delays)
        async for event in feed.read(stream_id, list(types) if types is not None else None, after):
            yield event

    async def publish(
        self,
        stream_id: str,
        pcm: Pcm,
        *,
        sample_rate: int = 16000,
        channels: int = 1,
        format: str = "pcm_s16le",
        on_event: Optional[Callable[[StreamEvent], None]] = None,
        telemetry: bool = False,
        words: Sequence[str] = (),
    ) -> ClosedEvent:
        """
        Sends raw sound as one stream, as fast as the server takes it, and gives the stream's last event. Pieces of any length may come;
        their end ends the stream. Where the server sets streams a limit it goes on as the next stream under the same id, whose media time
        begins at 0 again.

        :param stream_id: 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit; nobody else may send on it
        :param pcm: interleaved little-endian samples, as an iterator or an asynchronous one
        :param format: ``pcm_s16le`` or ``pcm_f32le``
        :param on_event: told of each of the stream's events in order
        :param telemetry: whether ``on_event`` also gets levels and posterior curves
        :param words: words that this stream listens for beside those of all streams, as text
        """
        if format not in _SAMPLE_BYTES:
            raise ValueError(f"Expected {' or '.join(_SAMPLE_BYTES)}, got {format!r}.")
        hello = {"audio": {"format": format, "sampleRate": sample_rate, "channels": channels}}
        chunks = _timed(pcm, _SAMPLE_BYTES[format] * channels, sample_rate)
        return await self._publish(stream_id, hello, chunks, on_event, telemetry, words)

    async def publish_file(
        self,
        stream_id: str,
        path: Union[str, "os.PathLike[str]"],
        *,
        container: Optional[str] = None,
        real_time: bool = False,
        on_event: Optional[Callable[[StreamEvent], None]] = None,
        telemetry: bool = False,
        words: Sequence[str] = (),
    ) -> ClosedEvent:
        """
        Sends a media file as one stream, as fast as the server takes it, and gives the stream's last event.

        :param container: ``webm``, ``matroska``, ``mp4``, ``ogg`` or ``wav``; absent: by the end of the file's name
        :param real_time: no faster than it sounds; of a WAV file with 16 bit samples
        """
        path = Path(path)
        if real_time:
            with wave.open(str(path)) as sound:
                if sound.getsampwidth() != 2:
                    raise ValueError("Expected a WAV file of 16 bit samples to send in real time.")
                rate, channels = sound.getframerate(), sound.getnchannels()
            return await self.publish(
                stream_id, _paced(path), sample_rate=rate, channels=channels, on_event=on_event, telemetry=telemetry, words=words
            )
        container = container or _CONTAINERS.get(path.suffix.lstrip(".").lower())
        if container is None:
            raise ValueError(f"Expected a file that ends in {', '.join(_CONTAINERS)}, got {path.name!r}; name its container.")
        return await self._publish(stream_id, {"container": container}, _bytes_of(path), on_event, telemetry, words)

    async def score(
        self,
        media: Media,
        *,
        file_name: Optional[str] = None,
        posteriors: bool = False,
        model: Optional[str] = None,
        words: Sequence[str] = (),
        video: bool = True,
        on_progress: Optional[Callable[[JobStatus], None]] = None,
    ) -> ScoreReport:
        """
        Has the server score a media file of any container, and waits for it however long it is: a file that becomes a job is followed to
        its end.

        :param media: a path, or the file's bytes
        :param posteriors: whether the report carries posterior curves
        :param model: only this keyword model; absent: those that listen
        :param words: words that are looked for beside those that listen, as text
        :param video: whether pictures count; if not, the file is only heard
        :param on_progress: told how far a job is, twice a second
        """
        name = file_name or ("upload" if isinstance(media, bytes) else Path(media).name)
        params = [("fileName", name), ("posteriors", "true" if posteriors else "false")]
        params += [("model", model)] if model else []
        params += [("word", word) for word in words]
        params += [] if video else [("video", "false")]
        headers = {"Content-Type": "application/octet-stream"}
        with _opened(media) as body:
            answer, status = await self._ask("POST", "/api/score", params=params, data=body, headers=headers)
        if status != 202:
            return cast(ScoreReport, answer)
        return await self._follow(cast(JobStatus, answer), on_progress)

    async def jobs(self) -> List[JobStatus]:
        """The jobs that wait, run, or ended a while ago, oldest first."""
        return cast(List[JobStatus], await self._get("/api/jobs"))

    async def given_up_jobs(self) -> List[JobStatus]:
        """The jobs that were given up because one node of the server after the other died while it worked on them."""
        return cast(List[JobStatus], await self._get("/api/jobs/given-up"))

    async def retry_job(self, job_id: str) -> JobStatus:
        """Lets a job wait again that was given up."""
        answer, _ = await self._ask("POST", f"/api/jobs/{quote(job_id, safe='')}/retry")
        return cast(JobStatus, answer)

    async def keywords(self) -> List[KeywordSummary]:
        """The wake words that live streams are searched for; those that were given as text have ``details``."""
        return cast(List[KeywordSummary], await self._get("/api/keywords"))

    async def keyword(self, name: str) -> KeywordDetails:
        """A wake word that was given as text."""
        return cast(KeywordDetails, await self._get(_keyword(name)))

    async def add_keyword(
        self,
        text: str,
        *,
        false_alarms_per_hour: Optional[float] = None,
        refractory_seconds: Optional[float] = None,
        streams: Optional[Sequence[str]] = None,
    ) -> KeywordDetails:
        """Has the server listen for a wake word from now on, open streams too; one of its name is replaced."""
        asked = {"falseAlarmsPerHour": false_alarms_per_hour, "refractorySeconds": refractory_seconds}
        request: Dict[str, Any] = {"text": text, **{name: value for name, value in asked.items() if value is not None}}
        if streams is not None:
            request["streams"] = list(streams)
        answer, _ = await self._ask("POST", "/api/keywords", json=request)
        return cast(KeywordDetails, answer)

    async def remove_keyword(self, name: str) -> None:
        """Has the server listen for a wake word that was given as text no more."""
        await self._ask("DELETE", _keyword(name))

    async def enrol_keyword(self, name: str, recordings: Sequence[Media]) -> KeywordDetails:
        """Has the server learn from three to ten recordings, the word once in each, how a word sounds; it keeps no sound."""
        form = aiohttp.FormData()
        for number, recording in enumerate(recordings, 1):
            content = recording if isinstance(recording, bytes) else Path(recording).read_bytes()
            form.add_field("recording", content, filename=f"recording {number}", content_type="application/octet-stream")
        answer, _ = await self._ask("POST", f"{_keyword(name)}/recordings", data=form)
        return cast(KeywordDetails, answer)

    async def forget_recordings(self, name: str) -> None:
        """Has the server forget what it learnt from recordings of a word."""
        await self._ask("DELETE", f"{_keyword(name)}/recordings")

    async def models(self) -> List[ModelSummary]:
        """The models that the server loaded."""
        return cast(List[ModelSummary], await self._get("/api/models"))

    async def streams(self) -> List[StreamSummary]:
        """The open streams, oldest first."""
        return cast(List[StreamSummary], await self._get("/api/streams"))

    async def stream(self, stream_id: str) -> StreamDetails:
        """A stream that is open, or is to be by its source."""
        return cast(StreamDetails, await self._get(f"/api/streams/{quote(stream_id, safe='')}"))

    async def add_source(
        self,
        stream_id: str,
        url: str,
        *,
        sound: bool = True,
        pictures: bool = False,
        words: Sequence[str] = (),
        telemetry: bool = False,
        wait: bool = True,
    ) -> StreamDetails:
        """
        Has the server pull live media and run it as a stream, until :meth:`remove_source`.

        :param url: by http, https, rtsp, rtsps, rtmp or rtmps; with user and password where they are wanted, which are never shown again
        :param words: words that this stream listens for beside those of all streams, as text
        :param wait: whether to wait for the first media; where the first try brings none, nothing is kept
        """
        request: Dict[str, Any] = {
            "streamId": stream_id, "url": url, "sound": sound, "pictures": pictures, "words": list(words), "telemetry": telemetry,
        }  # fmt: skip
        params = {"wait": "true" if wait else "false"}
        answer, _ = await self._ask("POST", "/api/streams", params=params, json=request)
        return cast(StreamDetails, answer)

    async def sources(self) -> List[SourceStatus]:
        """The sources that the server pulls from, and how it goes with them."""
        return cast(List[SourceStatus], await self._get("/api/sources"))

    async def remove_source(self, stream_id: str) -> None:
        """Has the server pull a source no more, and close its stream."""
        await self._ask("DELETE", f"/api/sources/{quote(stream_id, safe='')}")

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._given is not None:
            return self._given
        if self._own is None:
            self._own = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=30))
        return self._own

    def _url(self, path: str) -> str:
        return self._base + path

    async def _publish(
        self,
        stream_id: str,
        hello: Dict[str, Any],
        chunks: AsyncIterator[Chunk],
        on_event: Optional[Callable[[StreamEvent], None]],
        telemetry: bool,
        words: Sequence[str],
    ) -> ClosedEvent:
        if not stream_id:
            raise ValueError("Expected a stream id, got none.")
        params = [("events", "true")] + ([("telemetry", "true")] if telemetry else []) + [("word", word) for word in words]
        url = self._url(f"/media/{quote(stream_id, safe='')}?{urlencode(params)}")

        async def connect() -> aiohttp.ClientWebSocketResponse:
            return await self._session.ws_connect(url, headers=self._headers)

        return await upload(
            connect, hello, chunks, on_event, self._on_reconnecting, self._busy_timeout, ReconnectDelays(*self._delays)
        )

    async def _follow(self, job: JobStatus, on_progress: Optional[Callable[[JobStatus], None]]) -> ScoreReport:
        path = f"/api/jobs/{quote(job['id'], safe='')}"
        try:
            while True:
                if on_progress:
                    on_progress(job)
                if job["state"] not in ("queued", "running"):
                    return cast(ScoreReport, await self._get(f"{path}/result"))
                await asyncio.sleep(_JOB_INTERVAL)
                job = cast(JobStatus, await self._get(path))
        finally:
            await asyncio.shield(self._forget(path))

    async def _forget(self, path: str) -> None:
        # Nobody else knows of the job; where the server is gone, so is it.
        try:
            await self._ask("DELETE", path)
        except (ServerRefused, ServerUnreachable):
            pass

    async def _get(self, path: str) -> Any:
        answer, _ = await self._ask("GET", path)
        return answer

    async def _ask(self, method: str, path: str, *, headers: Optional[Dict[str, str]] = None, **more: Any) -> Any:
        url = self._url(path)
        try:
            async with self._session.request(method, url, headers={**self._headers, **(headers or {})}, **more) as response:
                await refuse(response)
                text = await response.text()
                return (json.loads(text) if text else None), response.status
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise ServerUnreachable(f"No server answers at {self._base}, or it broke off; is it running? ({error!r})") from error
        except ValueError as error:
            raise ServerUnreachable(f"The answer of {path} is not what an AVServer gives; is {self._base} one?") from error


class _opened:
    """A file's content for a request: an open file, or the bytes themselves."""

    def __init__(self, media: Media) -> None:
        self._content: Any = media if isinstance(media, bytes) else open(media, "rb")

    def __enter__(self) -> Any:
        return self._content

    def __exit__(self, *_: object) -> None:
        if not isinstance(self._content, bytes):
            self._content.close()


def _keyword(name: str) -> str:
    if not name:
        raise ValueError("Expected the name of a word, got none.")
    return f"/api/keywords/{quote(name, safe='')}"


async def _each(pieces: Pcm) -> AsyncIterator[bytes]:
    if isinstance(pieces, AsyncIterable):
        async for piece in pieces:
            yield piece
    else:
        for piece in pieces:
            yield piece
            await asyncio.sleep(0)  # what the server says is heard in between


async def _timed(pcm: Pcm, frame_bytes: int, sample_rate: int) -> AsyncIterator[Chunk]:
    """Whole frames with their media time, by what came before them."""
    most = _MOST_PCM - _MOST_PCM % frame_bytes
    frames, rest = 0, b""
    async for piece in _each(pcm):
        rest += bytes(piece)
        while len(rest) >= frame_bytes:
            usable = min(len(rest) - len(rest) % frame_bytes, most)
            yield AUDIO, frames / sample_rate, rest[:usable]
            frames += usable // frame_bytes
            rest = rest[usable:]


async def _bytes_of(path: Path) -> AsyncIterator[Chunk]:
    with path.open("rb") as file:
        while block := file.read(_FILE_CHUNK):
            yield CONTAINER, 0.0, block


async def _paced(path: Path) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    with wave.open(str(path)) as sound:
        tenth = max(sound.getframerate() // 10, 1)
        due = loop.time()
        while block := sound.readframes(tenth):
            due += tenth / sound.getframerate()
            await asyncio.sleep(max(due - loop.time(), 0))
            yield block
