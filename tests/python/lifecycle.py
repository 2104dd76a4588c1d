"""The whole life of a registration, driven by the official client for Python.

    python lifecycle.py DEMO_JSON
"""

import asyncio

from chapters.attendance import attendance
from chapters.batch import batch
from chapters.changes import changes
from chapters.conditions import conditions
from chapters.delta import delta
from chapters.everyone import everyone
from chapters.external import external
from chapters.fresh import Run
from chapters.letters import letters
from chapters.life import life
from chapters.many import many
from chapters.meetings import meetings
from chapters.organization import organization
from chapters.paging import paging
from chapters.people import people
from chapters.queries import queries
from chapters.questions import questions
from chapters.refusals import refusals
from chapters.registration import registration
from chapters.surface import surface
from lib.checks import Checks
from lib.client import Client
from lib.demo import from_command_line

CHAPTERS = [
    people,
    meetings,
    registration,
    questions,
    everyone,
    organization,
    life,
    letters,
    many,
    external,
    paging,
    queries,
    conditions,
    attendance,
    changes,
    delta,
    batch,
    refusals,
    surface,
]


async def main() -> None:
    demo = from_command_line()
    checks = Checks()
    run = Run(
        demo=demo,
        check=checks,
        organizer=Client(demo.baseUrl, demo.organizer.token),
        colleague=Client(demo.baseUrl, demo.colleague.token),
        app=Client(demo.baseUrl, demo.app.token),
        nobody=Client(demo.baseUrl, None),
    )
    for chapter in CHAPTERS:
        # A chapter that cannot even begin is a failure of its own, not the end of the run.
        with checks(f"the chapter `{chapter.__name__}` runs to its end"):
            await chapter(run)
    checks.finish()


asyncio.run(main())
