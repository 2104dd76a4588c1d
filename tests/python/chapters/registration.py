"""A built-in registration from creation to deletion."""

from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.meeting_registration import MeetingRegistration
from msgraph_beta.generated.models.meeting_speaker import MeetingSpeaker
from msgraph_beta.generated.users.item.online_meetings.item.registration.registration_request_builder import (
    RegistrationRequestBuilder,
)

from lib.client import configured, refused

from .fresh import END, START, Run, built_in, choice, enable, words

EVERYONE = MeetingAudience.Everyone
Query = RegistrationRequestBuilder.RegistrationRequestBuilderGetQueryParameters


async def registration(run: Run) -> None:
    demo, check, organizer = run.demo, run.check, run.organizer
    meeting = await run.meeting()
    here = run.mine(meeting)
    made = MeetingRegistration()

    with check("a meeting without a registration has none to show"):
        await refused(here.registration.get(), 404, "registrationNotFound")

    with check("a registration is created"):
        body = built_in(EVERYONE, custom_questions=[choice(), words()])
        made = await organizer.answered(201, enable(organizer, here, body))
        assert len(made.id) == 137 and made.allowed_registrant is EVERYONE
        assert made.registration_page_web_url.startswith(f"{demo.baseUrl}/registration/{made.id}?")
        assert (made.start_date_time, made.end_date_time) == (START, END)
        assert made.description == body.description
        assert [one.display_name for one in made.speakers] == ["Ines Calloway"]
        assert (made.custom_questions, made.registration_page_view_count) == (None, None)

    with check("it is read back, with its views and, when asked for, its questions"):
        read = await organizer.answered(200, here.registration.get())
        assert (read.id, read.registration_page_view_count, read.custom_questions) == (made.id, 0, None)
        expanded = await here.registration.get(configured(Query(expand=["customQuestions"])))
        told = [(one.display_name, one.is_required, one.answer_options) for one in expanded.custom_questions]
        assert told == [(one.display_name, one.is_required, one.answer_options or []) for one in (choice(), words())]
        cast = Query(expand=["microsoft.graph.meetingRegistration/customQuestions"])
        assert len((await here.registration.get(configured(cast))).custom_questions) == 2

    with check("a whole registration sent back changes what was changed in it"):
        read = await here.registration.get(configured(Query(expand=["customQuestions"])))
        read.subject = "Sent back whole"
        read.speakers = [MeetingSpeaker(display_name="Bram Oyelaran")]
        changed = await organizer.answered(200, here.registration.patch(read))
        assert (changed.id, changed.subject) == (made.id, "Sent back whole")
        assert [one.display_name for one in changed.speakers] == ["Bram Oyelaran"]
        assert len((await here.registration.custom_questions.get()).value) == 2

    with check("what Microsoft's description does not know is kept in additional_data"):
        body = MeetingRegistration()
        body.additional_data = {"capacity": 40}
        changed = await here.registration.patch(body)
        assert changed.additional_data["capacity"] == 40
        body.additional_data = {"capacity": None}
        assert (await here.registration.patch(body)).additional_data["capacity"] is None

    with check("the audience cannot be changed"):
        other = MeetingRegistration(allowed_registrant=MeetingAudience.Organization)
        await refused(here.registration.patch(other), 400, "notUpdatable", "allowedRegistrant")

    with check("a second registration is refused"):
        await refused(enable(organizer, here, built_in(EVERYONE)), 409, "registrationExists")

    with check("a deleted registration is gone"):
        await organizer.answered(204, here.registration.delete())
        await refused(here.registration.get(), 404, "registrationNotFound")

    with check("a change where nothing is creates: the client has no method for POST"):
        made = await organizer.answered(201, here.registration.patch(built_in(EVERYONE)))
        assert (await here.registration.get()).id == made.id

    with check("the application creates, changes and deletes for the organizer"):
        there = run.theirs(run.app, await run.meeting())
        await run.app.answered(201, enable(run.app, there, built_in(EVERYONE)))
        changed = await run.app.answered(200, there.registration.patch(MeetingRegistration(subject="By the app")))
        assert changed.subject == "By the app"
        await run.app.answered(204, there.registration.delete())

    with check("text of any kind comes back to the letter"):
        # The client sends what is not ASCII as pairs of escapes.
        subject = ' 🛶 Łódź \\ "quoted" <b>&amp;</b> \u202eRTL '
        there = run.mine(await run.registered(built_in(EVERYONE)))
        assert (await there.registration.patch(MeetingRegistration(subject=subject))).subject == subject
        assert (await there.registration.get()).subject == subject
