"""What the service refuses, read by the client's error classes."""

import base64
import datetime
from datetime import timezone

from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.meeting_registration import MeetingRegistration
from msgraph_beta.generated.models.online_meeting import OnlineMeeting

from lib.client import Client, refused

from .fresh import Run, built_in, enable, registrant, stranger


def unknown(organizer: str) -> str:
    """An id that a meeting of theirs could have, and none has."""
    thread = base64.b64encode(b"00000000-0000-4000-8000-000000000000").decode()
    return base64.b64encode(f"1*{organizer}*0**19:meeting_{thread}@thread.v2".encode()).decode()


async def refusals(run: Run) -> None:
    demo, check = run.demo, run.check
    meeting = await run.registered(built_in(MeetingAudience.Everyone))
    theirs = run.theirs(run.colleague, meeting)

    head, claims, signature = demo.organizer.token.split(".")
    other = demo.colleague.token.split(".")
    for name, token, inner in [
        ("none", None, "tokenMissing"),
        ("no token at all", "nonsense", "tokenMalformed"),
        ("one with another's signature", f"{head}.{claims}.{other[2]}", "tokenSignature"),
        ("one with another's claims", f"{head}.{other[1]}.{signature}", "tokenSignature"),
    ]:
        with check(f"a token that proves nothing is refused: {name}"):
            await refused(Client(demo.baseUrl, token).me.get(), 401, inner)

    with check("a text that is no meeting id, and an id of no meeting"):
        await refused(run.mine(OnlineMeeting(id="nonsense")).get(), 400, "invalidId")
        await refused(run.mine(OnlineMeeting(id=unknown(demo.organizer.id))).get(), 404, "meetingNotFound")

    with check("a colleague does not run the organizer's meeting"):
        for act in [
            theirs.registration.get(),
            theirs.registration.patch(MeetingRegistration(subject="Mine now")),
            theirs.registration.delete(),
            theirs.registration.registrants.get(),
            theirs.delete(),
        ]:
            await refused(act, 403, "notOrganizer")
        assert (await run.mine(meeting).registration.get()).subject == built_in(MeetingAudience.Everyone).subject

    with check("an application acts only where a policy lets it"):
        body = OnlineMeeting(subject="x")
        await refused(run.app.user(demo.colleague.id).online_meetings.post(body), 403, "noAccessPolicy")

    with check("enrolling where no registration is"):
        there = run.theirs(run.app, await run.meeting())
        await refused(there.registration.registrants.post(registrant(stranger())), 404, "registrationNotFound")

    with check("enrolling after the end is refused"):
        over = datetime.datetime.now(timezone.utc) - datetime.timedelta(hours=1)
        body = built_in(MeetingAudience.Everyone)
        body.start_date_time, body.end_date_time = over - datetime.timedelta(hours=1), over
        ended = await run.meeting()
        await enable(run.organizer, run.mine(ended), body)
        there = run.theirs(run.app, ended)
        await refused(there.registration.registrants.post(registrant(stranger())), 400, "registrationEnded")

    with check("what the service does not serve is said to be unknown"):
        await refused(run.organizer.me.messages.get(), 400, "unknownSegment")
