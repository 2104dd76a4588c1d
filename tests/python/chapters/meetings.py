"""The meetings that registrations hang on."""

import datetime

from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.online_meeting import OnlineMeeting
from msgraph_beta.generated.users.item.online_meetings.create_or_get.create_or_get_post_request_body import (
    CreateOrGetPostRequestBody,
)
from msgraph_beta.generated.users.item.online_meetings.item.online_meeting_item_request_builder import (
    OnlineMeetingItemRequestBuilder,
)
from msgraph_beta.generated.users.item.online_meetings.online_meetings_request_builder import (
    OnlineMeetingsRequestBuilder,
)

from lib.client import configured, refused
from lib.demo import unique

from .fresh import END, START, Run, built_in, words

ItemQuery = OnlineMeetingItemRequestBuilder.OnlineMeetingItemRequestBuilderGetQueryParameters
Query = OnlineMeetingsRequestBuilder.OnlineMeetingsRequestBuilderGetQueryParameters


async def meetings(run: Run) -> None:
    demo, check, organizer = run.demo, run.check, run.organizer
    mine = organizer.me.online_meetings
    meeting = OnlineMeeting()

    with check("a meeting is created"):
        east = datetime.timezone(datetime.timedelta(hours=2))
        body = OnlineMeeting(
            subject="Flow in small streams – a clinic",
            start_date_time=START.astimezone(east),
            end_date_time=END.astimezone(east),
        )
        meeting = await organizer.answered(201, mine.post(body))
        assert meeting.id and meeting.subject == body.subject
        assert (meeting.start_date_time, meeting.end_date_time) == (START, END)
        assert meeting.creation_date_time and meeting.creation_date_time.tzinfo
        assert meeting.join_web_url.startswith(f"{demo.baseUrl}/l/meetup-join/")
        assert meeting.join_meeting_id_settings.join_meeting_id.isdigit()

    with check("a date without a zone is taken as UTC"):
        naive = OnlineMeeting(start_date_time=START.replace(tzinfo=None), end_date_time=END.replace(tzinfo=None))
        assert (await mine.post(naive)).start_date_time == START

    with check("createOrGet creates once and then finds"):
        body = CreateOrGetPostRequestBody(
            external_id=unique("crm"), start_date_time=START, end_date_time=END, subject="Found again"
        )
        first = await organizer.answered(201, mine.create_or_get.post(body))
        second = await organizer.answered(200, mine.create_or_get.post(body))
        assert (second.id, second.join_web_url) == (first.id, first.join_web_url)

    with check("a meeting is read by the organizer and by the application"):
        assert (await run.mine(meeting).get()).subject == meeting.subject
        assert (await run.theirs(run.app, meeting).get()).id == meeting.id

    for name, filter in [
        ("join link", f"JoinWebUrl eq '{meeting.join_web_url}'"),
        ("number", f"joinMeetingIdSettings/joinMeetingId eq '{meeting.join_meeting_id_settings.join_meeting_id}'"),
    ]:
        with check(f"a meeting is found by its {name}"):
            found = await organizer.answered(200, mine.get(configured(Query(filter=filter))))
            assert [one.id for one in found.value] == [meeting.id]

    with check("a meeting shows its registration if that is expanded"):
        other = run.mine(await run.registered(built_in(MeetingAudience.Everyone, custom_questions=[words()])))
        made = await other.registration.get()
        read = await organizer.answered(200, other.get(configured(ItemQuery(expand=["registration"]))))
        assert (read.registration.id, read.registration.custom_questions) == (made.id, None)
        nested = ItemQuery(select=["id"], expand=["registration($expand=customQuestions)"])
        [question] = (await other.get(configured(nested))).registration.custom_questions
        assert question.display_name == words().display_name
        assert (await run.mine(meeting).get(configured(ItemQuery(expand=["registration"])))).registration is None

    with check("a whole meeting sent back changes what was changed in it"):
        read = await run.mine(meeting).get()
        read.subject = "Flow in small streams, 2"
        changed = await organizer.answered(200, run.mine(meeting).patch(read))
        assert (changed.subject, changed.join_web_url) == (read.subject, meeting.join_web_url)

    with check("a meeting that ends before it starts is refused"):
        body = OnlineMeeting(start_date_time=END, end_date_time=START)
        await refused(mine.post(body), 400, "endNotAfterStart", "endDateTime")

    with check("a deleted meeting is gone"):
        await organizer.answered(204, run.mine(meeting).delete())
        await refused(run.mine(meeting).get(), 404, "meetingNotFound")
