"""The whole life of a registration, driven by the official client for Python.

    python lifecycle.py DEMO_JSON
"""

import asyncio
import warnings

# The client calls what it drives deprecated: at Microsoft it is gone. Each builder says so.
warnings.simplefilter("ignore", DeprecationWarning)

from chapters.attendance import attendance  # noqa: E402
from chapters.batch import batch  # noqa: E402
from chapters.conditions import conditions  # noqa: E402
from chapters.everyone import everyone  # noqa: E402
from chapters.external import external  # noqa: E402
from chapters.fresh import Run  # noqa: E402
from chapters.meetings import meetings  # noqa: E402
from chapters.organization import organization  # noqa: E402
from chapters.paging import paging  # noqa: E402
from chapters.people import people  # noqa: E402
from chapters.questions import questions  # noqa: E402
from chapters.refusals import refusals  # noqa: E402
from chapters.registration import registration  # noqa: E402
from lib.checks import Checks  # noqa: E402
from lib.client import Client  # noqa: E402
from lib.demo import from_command_line  # noqa: E402

CHAPTERS = [
    people,
    meetings,
    registration,
    questions,
    everyone,
    organization,
    external,
    paging,
    conditions,
    attendance,
    batch,
    refusals,
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
