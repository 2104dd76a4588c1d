"""Enrolling where only the organisation may: people enrol themselves, signed in."""

from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.meeting_registrant import MeetingRegistrant
from msgraph_beta.generated.models.meeting_registrant_status import MeetingRegistrantStatus as Status

from lib.client import refused

from .fresh import Run, built_in, registrant, stranger


async def organization(run: Run) -> None:
    demo, check, colleague = run.demo, run.check, run.colleague
    meeting = await run.registered(built_in(MeetingAudience.Organization))
    theirs = run.theirs(colleague, meeting).registration.registrants
    own = MeetingRegistrant()

    with check("a colleague enrols and gets id and link"):
        own = await colleague.answered(200, theirs.post(registrant(demo.colleague)))
        assert type(own) is MeetingRegistrant and own.id.count(",") == 6
        assert own.join_web_url.startswith(f"{demo.baseUrl}/l/meetup-join/")
        assert (own.email, own.status, own.custom_question_answers) == (None, None, [])

    with check("enrolling again gives the same id and link"):
        again = await theirs.post(registrant(demo.colleague))
        assert (again.id, again.join_web_url) == (own.id, own.join_web_url)

    with check("the colleague cancels, and a new enrolment has a link of its own"):
        await colleague.answered(204, theirs.by_meeting_registrant_base_id(own.id).delete())
        [row] = (await run.mine(meeting).registration.registrants.get()).value
        assert (row.id, row.status) == (own.id, Status.Canceled)
        assert (await theirs.post(registrant(demo.colleague))).join_web_url != own.join_web_url

    for member, name in [("first_name", "firstName"), ("last_name", "lastName"), ("email", "email")]:
        with check(f"another {name} than the directory's is refused"):
            body = registrant(demo.colleague)
            setattr(body, member, "somebody@else.example")
            await refused(theirs.post(body), 400, "directoryMismatch", name)

    with check("nobody else enrols a colleague"):
        body = registrant(demo.colleague)
        await refused(run.mine(meeting).registration.registrants.post(body), 403, "colleagueEnrolment")
        there = run.theirs(run.app, meeting).registration.registrants
        await refused(there.post(registrant(stranger())), 403, "onlyMembersThemselves")
