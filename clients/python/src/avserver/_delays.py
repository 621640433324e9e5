"""The waits between attempts to connect again."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Optional

_HELD = 5.0


class ReconnectDelays:
    """
    Each twice as long as the one before, half of it left to chance, so that many clients of a server that restarts don't come back in
    step. Only a connection that held for some seconds makes them short again.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first = self._next = first
        self._longest = longest
        self._connected_at: Optional[float] = None

    def connected(self) -> None:
        """A connection was made."""
        self._connected_at = time.monotonic()

    def next(self) -> float:
        """Seconds to wait before the next attempt."""
        if self._connected_at is not None and time.monotonic() - self._connected_at >= _HELD:
            self._next = self._first
        self._connected_at = None
        delay = self._next * (0.5 + random.random() / 2)
        self._next = min(self._next * 2, self._longest)
        return delay

    async def wait(self) -> None:
        """Waits before the next attempt."""
        await asyncio.sleep(self.next())
