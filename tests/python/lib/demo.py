"""What `usher demo --json` printed, and what is worked out from it."""

import itertools
import json
import os
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path


@dataclass(frozen=True)
class Person:
    """Somebody of the sample organisation, or from elsewhere: then without `id` and `token`."""

    givenName: str
    surname: str
    mail: str
    id: str | None = None
    token: str | None = None


@dataclass(frozen=True)
class App:
    """An application with a policy for the organizer."""

    id: str
    token: str


@dataclass(frozen=True)
class Demo:
    """The names are those of the JSON."""

    baseUrl: str
    tenantId: str
    organizer: Person
    colleague: Person
    app: App
    meetingId: str

    @staticmethod
    def named(argument: str) -> "Demo":
        """The demo as an argument names it: the JSON object itself, or a file that holds it."""
        text = argument if argument.lstrip().startswith("{") else Path(argument).read_text(encoding="utf-8")
        told = json.loads(text)
        return Demo(
            baseUrl=told["baseUrl"].rstrip("/"),
            tenantId=told["tenantId"],
            organizer=Person(**told["organizer"]),
            colleague=Person(**told["colleague"]),
            app=App(**told["app"]),
            meetingId=told["meetingId"],
        )


def from_command_line() -> Demo:
    """The demo that the program was started with."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {Path(sys.argv[0]).name} DEMO_JSON: the object that `usher demo --json` prints, or its file")
    return Demo.named(sys.argv[1])


YEAR = datetime.now(timezone.utc).year + 1
"""A year that is not over, so that nothing here goes stale."""

_serial = itertools.count(1)


def unique(prefix: str) -> str:
    """A word that no other run and no other check uses."""
    return f"{prefix}-{time.time_ns() // 1_000_000:x}-{os.getpid():x}-{next(_serial)}"
