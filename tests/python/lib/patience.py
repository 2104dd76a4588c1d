"""Waiting for what comes by itself: asked again and again, and not for ever."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 30
PAUSE_SECONDS = 0.25


async def awaited(ask: Callable[[], Awaitable[T]], accept: Callable[[T], object]) -> T:
    """Asks until `accept` takes the answer, and gives that."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not accept(answer := await ask()):
        assert time.monotonic() < until, f"after {PATIENCE_SECONDS} s the answer still is {answer}"
        await asyncio.sleep(PAUSE_SECONDS)
    return answer
