"""Versions, retries and preferences, which the client leaves to headers."""

from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.meeting_registration import MeetingRegistration
from msgraph_beta.generated.models.online_meeting import OnlineMeeting

from lib.client import configured, refused
from lib.demo import unique

from .fresh import END, START, Run, built_in


async def conditions(run: Run) -> None:
    check, organizer = run.check, run.organizer
    here = run.mine(await run.registered(built_in(MeetingAudience.Everyone))).registration

    with check("a change asks for the version that was read"):
        tag = (await here.get()).additional_data["@odata.etag"]
        assert organizer.last.headers["etag"] == tag
        await here.patch(MeetingRegistration(subject="First"), configured(If_Match=tag))
        late = here.patch(MeetingRegistration(subject="Late"), configured(If_Match=tag))
        await refused(late, 412, "preconditionFailed")
        assert (await here.get()).subject == "First"

    with check("what is known already is not sent again"):
        tag = (await here.get()).additional_data["@odata.etag"]
        await here.get(configured(If_None_Match=tag))
        assert organizer.last.status_code == 304 and not organizer.last.content

    with check("a request that is sent again under its key is done once"):
        body = OnlineMeeting(subject="Once", start_date_time=START, end_date_time=END)
        keyed = configured(Idempotency_Key=unique("key"))
        first = await organizer.answered(201, organizer.me.online_meetings.post(body, keyed))
        again = await organizer.answered(201, organizer.me.online_meetings.post(body, keyed))
        assert again.id == first.id
        body.subject = "Something else"
        await refused(organizer.me.online_meetings.post(body, keyed), 422, "idempotencyKeyReused")

    with check("an answer that is not wanted is not sent"):
        change = here.patch(MeetingRegistration(subject="Quietly"), configured(Prefer="return=minimal"))
        assert await change is None
        assert organizer.last.status_code == 204 and organizer.last.headers["preference-applied"] == "return=minimal"
        assert (await here.get()).subject == "Quietly"

    with check("a request is found again by the id that its client gave it"):
        mine = "5f0c1d2e-1111-4222-8333-444455556666"
        await here.get(configured(client_request_id=mine))
        assert organizer.last.headers["client-request-id"] == mine and organizer.last.headers["request-id"]
