"""Fresh meetings and registrations, one per check that needs its own, and who the checks act as."""

import datetime
from dataclasses import dataclass
from datetime import timezone
from typing import Any

from kiota_abstractions.method import Method
from msgraph_beta.generated.models.answer_input_type import AnswerInputType
from msgraph_beta.generated.models.external_meeting_registrant import ExternalMeetingRegistrant
from msgraph_beta.generated.models.external_meeting_registration import ExternalMeetingRegistration
from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.meeting_registrant import MeetingRegistrant
from msgraph_beta.generated.models.meeting_registration import MeetingRegistration
from msgraph_beta.generated.models.meeting_registration_question import MeetingRegistrationQuestion
from msgraph_beta.generated.models.meeting_speaker import MeetingSpeaker
from msgraph_beta.generated.models.online_meeting import OnlineMeeting

from lib.checks import Checks
from lib.client import Client
from lib.demo import YEAR, Demo, Person, unique

START = datetime.datetime(YEAR, 3, 9, 11, 0, tzinfo=timezone.utc)
END = datetime.datetime(YEAR, 3, 9, 14, 30, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Run:
    """One drive through the surface: where, as whom, and what counts the checks."""

    demo: Demo
    check: Checks
    organizer: Client
    colleague: Client
    app: Client
    nobody: Client

    def mine(self, meeting: OnlineMeeting) -> Any:
        """A meeting as its organizer calls it."""
        return self.organizer.me.online_meetings.by_online_meeting_id(meeting.id)

    def theirs(self, client: Client, meeting: OnlineMeeting) -> Any:
        """The same, as others call it."""
        return client.user(self.demo.organizer.id).online_meetings.by_online_meeting_id(meeting.id)

    async def meeting(self) -> OnlineMeeting:
        """A new meeting of the organizer."""
        body = OnlineMeeting(subject=unique("Reading a river"), start_date_time=START, end_date_time=END)
        return await self.organizer.me.online_meetings.post(body)

    async def registered(self, registration: MeetingRegistration | ExternalMeetingRegistration) -> OnlineMeeting:
        """A new meeting with that registration."""
        meeting = await self.meeting()
        await enable(self.organizer, self.mine(meeting), registration)
        return meeting


async def enable(client: Client, meeting: Any, registration: MeetingRegistration | ExternalMeetingRegistration) -> Any:
    """`POST …/registration`. Graph's description lacked it, so the client has a method for PATCH alone."""
    request = meeting.registration.to_patch_request_information(registration)
    request.http_method = Method.POST
    return await client.send(request, type(registration))


def built_in(audience: MeetingAudience, **more: Any) -> MeetingRegistration:
    """A registration that the service runs."""
    return MeetingRegistration(
        subject="Reading a river: gauging for beginners",
        description="A half-day online clinic – stage, discharge and the errors between them.",
        start_date_time=START,
        end_date_time=END,
        allowed_registrant=audience,
        speakers=[MeetingSpeaker(display_name="Ines Calloway", bio="Leads the sediment transport group")],
        **more,
    )


def external(audience: MeetingAudience) -> ExternalMeetingRegistration:
    """A registration whose list is kept elsewhere."""
    return ExternalMeetingRegistration(allowed_registrant=audience)


def choice() -> MeetingRegistrationQuestion:
    return MeetingRegistrationQuestion(
        display_name="Have you used an acoustic profiler before?",
        answer_input_type=AnswerInputType.RadioButton,
        answer_options=["Yes", "No"],
        is_required=True,
    )


def words() -> MeetingRegistrationQuestion:
    return MeetingRegistrationQuestion(
        display_name="Which river do you work on?", answer_input_type=AnswerInputType.Text, is_required=False
    )


def registrant(person: Person, answers: list[Any] | None = None) -> MeetingRegistrant:
    return MeetingRegistrant(
        first_name=person.givenName,
        last_name=person.surname,
        email=person.mail,
        custom_question_answers=answers or [],
    )


def ticket(id: str, **more: str) -> ExternalMeetingRegistrant:
    """Somebody by the id that another system knows them by."""
    return ExternalMeetingRegistrant(id=id, **more)


def stranger(given: str = "Odile", surname: str = "Marchetti") -> Person:
    """Somebody from elsewhere, with an address nobody has used."""
    letters = "".join(letter for letter in given.lower() if letter.isascii())
    return Person(given, surname, f"{unique(letters)}@pinewater.example")
