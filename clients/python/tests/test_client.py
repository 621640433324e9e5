"""
The client against a real server that hears "computer" in every chunk of sound. AVSERVER_URL says where it is;
tests/AVServer.Client.Tests starts it, restarts it when asked for on standard output, and runs this.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import unittest
import wave
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, AsyncIterator, List, Optional, Set
from urllib.parse import urlsplit

from avserver import Client, ServerRefused, ServerUnreachable, StreamEvent

URL = os.environ["AVSERVER_URL"]
KEY = os.environ.get("AVSERVER_KEY")
SECOND = b"\0\0" * 16000
LONGEST = 60.0


def client(url: str = URL, **more: Any) -> Client:
    return Client(url, api_key=KEY, first_delay=0.01, longest_delay=0.1, **more)


async def take(events: AsyncIterator[StreamEvent], count: int) -> List[StreamEvent]:
    taken: List[StreamEvent] = []
    async with aclosing(events):  # type: ignore[type-var]
        async for event in events:
            taken.append(event)
            if len(taken) == count:
                break
    return taken


class Proxy:
    """Stands between a client and its server, and cuts every connection when it is told to."""

    def __init__(self) -> None:
        self._tasks: Set["asyncio.Task[None]"] = set()
        self._server: Optional[asyncio.AbstractServer] = None

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        self.cut()
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        server_reader, server_writer = await asyncio.open_connection(urlsplit(URL).hostname, urlsplit(URL).port)
        try:
            await asyncio.gather(self._copy(reader, server_writer), self._copy(server_reader, writer))
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            for end in (writer, server_writer):
                end.transport.abort()

    @staticmethod
    async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def proxied() -> AsyncIterator[tuple[Proxy, Client]]:
    proxy = Proxy()
    async with client(await proxy.start()) as through:
        yield proxy, through
    await proxy.close()


class ClientTests(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.server = await self.enterAsyncContext(client()) if sys.version_info >= (3, 11) else client()

    async def asyncTearDown(self) -> None:
        await self.server.close()

    async def test_sound_is_heard_and_the_streams_events_come_in_order(self) -> None:
        events: List[StreamEvent] = []
        closed = await self.server.publish("py-sound", [SECOND, SECOND], on_event=events.append, words=["hey marvin"])
        self.assertEqual(("completed", 2.0), (closed["reason"], closed["duration"]))
        self.assertEqual(["opened", "wakeWord", "wakeWord", "wakeWord", "wakeWord", "closed"], [event["type"] for event in events])
        words = [event for event in events if event["type"] == "wakeWord"]
        self.assertEqual({"computer", "hey marvin"}, {word["keyword"] for word in words})
        self.assertEqual([0.0, 0.0, 1.0, 1.0], [word["start"] for word in words])

    async def test_pieces_of_any_length_become_whole_samples(self) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(SECOND), 1001):
                yield SECOND[at : at + 1001]

        closed = await self.server.publish("py-pieces", pieces())
        self.assertEqual(("completed", 1.0), (closed["reason"], closed["duration"]))

    async def test_stream_that_reached_its_limit_goes_on_as_the_next(self) -> None:
        events: List[StreamEvent] = []
        closed = await self.server.publish("short-py", [SECOND] * 7, on_event=events.append)
        self.assertEqual("completed", closed["reason"])
        self.assertEqual(7, sum(event["type"] == "wakeWord" for event in events))
        self.assertEqual(3, sum(event["type"] == "opened" for event in events))

    async def test_stream_for_which_there_is_no_room_is_told_after_a_while(self) -> None:
        async with client(busy_timeout=0.3) as impatient:
            with self.assertRaises(ServerRefused) as refused:
                await impatient.publish_file("crowded-py", self.wav(seconds=30))
        self.assertEqual("serverBusy", refused.exception.code)

    async def test_file_is_sent_by_the_end_of_its_name_or_as_it_sounds(self) -> None:
        path = self.wav(seconds=0.3)
        self.assertEqual("completed", (await self.server.publish_file("py-file", path))["reason"])
        began = asyncio.get_running_loop().time()
        closed = await self.server.publish_file("py-live", path, real_time=True)
        self.assertAlmostEqual(0.3, closed["duration"])
        self.assertGreater(asyncio.get_running_loop().time() - began, 0.25)

    async def test_what_the_callers_sound_raises_comes_out(self) -> None:
        with self.assertRaises(FileNotFoundError):
            await self.server.publish_file("py-none", "/no/such/file.wav")

        def broken() -> Any:
            yield SECOND
            raise KeyError("mine")

        with self.assertRaises(KeyError):
            await self.server.publish("py-broken", broken())

    async def test_stream_that_can_not_be_is_refused_with_a_code(self) -> None:
        with self.assertRaises(ServerRefused) as refused:
            await self.server.publish("-", [SECOND])
        self.assertEqual("badRequest", refused.exception.code)
        with self.assertRaises(ServerRefused) as refused:
            await self.server.publish("py-word", [SECOND], words=["!"])
        self.assertEqual("badKeyword", refused.exception.code)

    async def test_reader_of_one_stream_misses_nothing_when_its_connection_is_cut(self) -> None:
        async with proxied() as (proxy, through):
            seen: List[StreamEvent] = []
            async with aclosing(through.subscribe(stream_id="py-cut", after="0:0")) as events:  # type: ignore[type-var]
                for turn in range(3):
                    await self.server.publish("py-cut", [SECOND] * 3)
                    async for event in events:
                        seen.append(event)
                        if event["type"] == "closed":
                            break
                    proxy.cut()
            self.assertEqual(list(range(1, 16)), [event["sequence"] for event in seen])
            self.assertEqual(15, len({event["cursor"] for event in seen if event["type"] != "telemetry"}))

    async def test_reader_of_all_streams_is_told_that_something_is_gone(self) -> None:
        async with proxied() as (proxy, through):
            async with aclosing(through.subscribe(types=["wakeWord"])) as events:  # type: ignore[type-var]
                first = asyncio.ensure_future(anext(events))
                while not first.done():
                    await self.server.publish("py-all", [SECOND])
                    await asyncio.sleep(0.05)
                proxy.cut()
                while (event := await anext(events))["type"] == "wakeWord":
                    pass
                self.assertEqual("lost", event["type"])
                assert event["type"] == "lost"
                self.assertEqual("allStreams", event["reason"])

    async def test_reader_of_a_stream_that_names_a_place_gets_what_came_after_it(self) -> None:
        await self.server.publish("py-after", [SECOND])
        opened, word, closed = await take(self.server.subscribe(stream_id="py-after", after="0:0"), 3)
        assert opened["type"] == "opened"
        rest = await take(self.server.subscribe(stream_id="py-after", after=opened["cursor"]), 2)
        self.assertEqual([word, closed], rest)
        await self.server.publish("py-after", [SECOND])
        only = await take(self.server.subscribe(stream_id="py-after", types=["closed"], after="0:0"), 2)
        self.assertEqual(["closed", "closed"], [event["type"] for event in only])

    async def test_subscription_that_can_not_be_is_refused(self) -> None:
        with self.assertRaises(ServerRefused) as refused:
            await take(self.server.subscribe(types=["shout"]), 1)
        self.assertEqual(("badRequest", 400), (refused.exception.code, refused.exception.status))

    async def test_words_are_added_listed_enrolled_and_removed(self) -> None:
        added = await self.server.add_keyword("hey marvin", false_alarms_per_hour=0.25, streams=["py-*"])
        self.assertEqual(["py-*"], added["request"]["streams"])
        self.assertIn("hey marvin", [word["keyword"] for word in await self.server.keywords()])
        self.assertEqual(added, await self.server.keyword("hey marvin"))
        enrolled = await self.server.enrol_keyword("hey marvin", [b"one", b"two", b"three"])
        self.assertEqual(3, len(enrolled["enrolment"]["recordings"]))
        await self.server.forget_recordings("hey marvin")
        await self.server.remove_keyword("hey marvin")
        with self.assertRaises(ServerRefused) as refused:
            await self.server.keyword("hey marvin")
        self.assertEqual(404, refused.exception.status)
        with self.assertRaises(ServerRefused) as refused:
            await self.server.add_keyword("!")
        self.assertEqual("badKeyword", refused.exception.code)

    async def test_files_are_scored_at_once_or_as_a_job(self) -> None:
        report = await self.server.score(b"RIFFabcd", posteriors=True, words=["hey marvin"])
        self.assertEqual(({"computer", "hey marvin"}, 8), (set(report["maxPosterior"]), report["durationSeconds"]))
        self.assertEqual("computer", report["posteriors"][0]["keyword"])
        self.assertNotIn("warnings", report)
        heard = await self.server.score(b"RIFFabcd", video=False)
        self.assertEqual("heardOnly", heard["warnings"][0]["code"])
        states: List[str] = []
        # A second a byte to this server: above a mebibyte it asks, and makes a job of what is longer than ten minutes.
        path = self.wav(seconds=40)
        report = await self.server.score(path, on_progress=lambda job: states.append(job["state"]))
        self.assertEqual(path.name, report["file"])
        self.assertEqual("succeeded", states[-1])

    async def test_server_lists_its_models_and_streams(self) -> None:
        self.assertIn("echo", [model["name"] for model in await self.server.models()])
        self.assertIsInstance(await self.server.streams(), list)

    async def test_source_is_added_told_of_and_removed(self) -> None:
        address = "rtsp://u:hidden@203.0.113.1/live"  # one of documentation's, which may not be pulled from
        with self.assertRaises(ServerRefused) as refused:
            await self.server.add_source("py-door", address)
        self.assertIn("public internet", str(refused.exception))
        added = await self.server.add_source("py-door", address, pictures=True, words=["computer"], wait=False)
        self.assertEqual("rtsp://203.0.113.1/live", added["source"]["url"])
        self.assertIn("py-door", [source["streamId"] for source in await self.server.sources()])
        self.assertEqual("py-door", (await self.server.stream("py-door"))["source"]["streamId"])
        await self.server.remove_source("py-door")
        self.assertNotIn("py-door", [source["streamId"] for source in await self.server.sources()])
        for call in (self.server.remove_source("py-door"), self.server.stream("py-door")):
            with self.assertRaises(ServerRefused) as unknown:
                await call
            self.assertEqual(("notFound", 404), (unknown.exception.code, unknown.exception.status))

    async def test_jobs_are_listed_and_none_is_given_up_where_no_node_died(self) -> None:
        self.assertIsInstance(await self.server.jobs(), list)
        self.assertEqual([], await self.server.given_up_jobs())
        with self.assertRaises(ServerRefused) as unknown:
            await self.server.retry_job("nobody")
        self.assertEqual("notFound", unknown.exception.code)

    async def test_nobody_there_is_told(self) -> None:
        async with Client("http://127.0.0.1:9") as nobody:
            for call in (nobody.models(), nobody.publish("a", [SECOND]), take(nobody.subscribe(), 1), nobody.score(b"a")):
                with self.assertRaises(ServerUnreachable):
                    await call

    async def test_address_that_is_none_is_refused(self) -> None:
        for url in ("127.0.0.1:5080", "ftp://127.0.0.1", "http://me:secret@127.0.0.1"):
            with self.assertRaises(ValueError):
                Client(url)

    @unittest.skipUnless(KEY, "this server wants no key")
    async def test_without_its_key_nothing_opens(self) -> None:
        async with Client(URL) as stranger:
            for call in (stranger.models(), take(stranger.subscribe(), 1), stranger.publish("a", [SECOND])):
                with self.assertRaises(ServerRefused) as refused:
                    await call
                self.assertEqual(("unauthorized", 401), (refused.exception.code, refused.exception.status))

    @unittest.skipUnless(os.environ.get("AVSERVER_RESTARTS"), "nobody restarts this server")
    async def test_reader_goes_on_over_a_restart_and_is_told_what_is_gone(self) -> None:
        waits: List[Exception] = []
        async with client(on_reconnecting=waits.append) as patient:
            async with aclosing(patient.subscribe(stream_id="py-restart", after="0:0")) as events:  # type: ignore[type-var]
                await patient.publish("py-restart", [SECOND])
                for expected in ("opened", "wakeWord", "closed"):
                    self.assertEqual(expected, (await anext(events))["type"])
                print("RESTART", flush=True)
                await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
                await patient.publish("py-restart", [SECOND])
                lost = await anext(events)
                assert lost["type"] == "lost"
                self.assertEqual("restart", lost["reason"])
                self.assertEqual("opened", (await anext(events))["type"])
        self.assertTrue(waits)

    def wav(self, seconds: float) -> Path:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "sound.wav"
        with wave.open(str(path), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(16000)
            sound.writeframes(b"\0\0" * round(16000 * seconds))
        return path


if __name__ == "__main__":
    unittest.main()
