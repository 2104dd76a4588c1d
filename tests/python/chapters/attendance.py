"""Who came."""

import datetime
from datetime import timezone

from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.online_meeting import OnlineMeeting

from lib.client import refused

from .fresh import Run, enable, external, ticket


async def attendance(run: Run) -> None:
    check, organizer = run.check, run.organizer

    with check("a meeting whose door has not opened has no report"):
        there = run.mine(await run.registered(external(MeetingAudience.Everyone)))
        assert (await organizer.answered(200, there.attendance_reports.get())).value == []

    with check("absentees are in the report too"):
        now = datetime.datetime.now(timezone.utc)
        body = OnlineMeeting(start_date_time=now, end_date_time=now + datetime.timedelta(hours=1))
        here = run.mine(await organizer.me.online_meetings.post(body))
        await enable(organizer, here, external(MeetingAudience.Everyone))
        await here.registration.registrants.post(ticket("7731"))
        [report] = (await organizer.answered(200, here.attendance_reports.get())).value
        assert report.total_participant_count == 0
        one = here.attendance_reports.by_meeting_attendance_report_id(report.id)
        assert (await one.get()).meeting_end_date_time > now
        [record] = (await organizer.answered(200, one.attendance_records.get())).value
        assert (record.registrant_id, record.total_attendance_in_seconds) == ("7731", 0)
        assert record.attendance_intervals == []
        assert (await here.attendance_reports.count.get(), await one.attendance_records.count.get()) == (1, 1)

    with check("a report that is not there is not found"):
        nothing = there.attendance_reports.by_meeting_attendance_report_id("00000000-0000-4000-8000-000000000000")
        await refused(nothing.get(), 404, "attendanceReportNotFound")
