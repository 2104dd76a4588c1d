"""External registration: another system keeps the list and gets each person's link."""

from msgraph_beta.generated.models.external_meeting_registrant import ExternalMeetingRegistrant
from msgraph_beta.generated.models.external_meeting_registration import ExternalMeetingRegistration
from msgraph_beta.generated.models.meeting_audience import MeetingAudience

from lib.client import refused

from .fresh import Run, enable, registrant, stranger, ticket
from .fresh import external as external_registration

STRANGE = ["9d96988d-a66a-46ce-aad7-0b245615b297", "crm/7731 a?b#ü", "a,b", "x+y=", "100%", "%2F", "'*'", "日本"]


async def external(run: Run) -> None:
    demo, check, organizer = run.demo, run.check, run.organizer
    meeting = await run.meeting()
    mine = run.mine(meeting).registration

    with check("an external registration is created"):
        body = external_registration(MeetingAudience.Everyone)
        made = await organizer.answered(201, enable(organizer, run.mine(meeting), body))
        assert type(made) is ExternalMeetingRegistration and len(made.id) == 36
        assert made.allowed_registrant is MeetingAudience.Everyone

    with check("the client's GET has one type for both kinds, and @odata.type tells"):
        assert (await mine.get()).odata_type == "#microsoft.graph.externalMeetingRegistration"

    for id in STRANGE:
        with check(f"the registrant `{id}` is enrolled, found and removed"):
            made = await organizer.answered(200, mine.registrants.post(ticket(id)))
            assert type(made) is ExternalMeetingRegistrant and made.id == id
            assert (made.user_id, made.tenant_id) == (None, None)
            assert made.join_web_url.startswith(f"{demo.baseUrl}/l/meetup-join/")
            assert (await mine.registrants.post(ticket(id))).join_web_url == made.join_web_url
            one = mine.registrants.by_meeting_registrant_base_id(id)
            assert (await one.get()).id == id
            [row] = (await mine.registrants.get()).value
            assert type(row) is ExternalMeetingRegistrant and row.join_web_url == made.join_web_url
            await organizer.answered(204, one.delete())
            await refused(one.delete(), 404, "registrantNotFound")

    with check("the application enrols, lists and removes"):
        theirs = run.theirs(run.app, meeting).registration.registrants
        assert (await run.app.answered(200, theirs.post(ticket("by-app")))).id == "by-app"
        assert [row.id for row in (await theirs.get()).value] == ["by-app"]
        await run.app.answered(204, theirs.by_meeting_registrant_base_id("by-app").delete())

    with check("where the organisation may, the person is named"):
        there = run.mine(await run.registered(external_registration(MeetingAudience.Organization))).registration
        await refused(there.registrants.post(ticket("7731")), 400, "memberMissing")
        named = ticket("7731", tenant_id=demo.tenantId, user_id=demo.colleague.id)
        made = await there.registrants.post(named)
        assert (made.tenant_id, made.user_id) == (demo.tenantId, demo.colleague.id)

    with check("a registrant of the built-in kind is refused"):
        await refused(mine.registrants.post(registrant(stranger())), 400, "registrantKind")

    with check("an external registration is deleted"):
        await organizer.answered(204, mine.delete())
        await refused(mine.registrants.get(), 404, "registrationNotFound")
