"""What becomes of a registrant: docs/registrant-life.md."""

import json
from typing import Any

from msgraph_beta.generated.models.custom_question_answer import CustomQuestionAnswer
from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.meeting_registrant import MeetingRegistrant
from msgraph_beta.generated.models.meeting_registrant_status import MeetingRegistrantStatus as Status
from msgraph_beta.generated.models.meeting_registration import MeetingRegistration

from lib.beside import act, read
from lib.client import configured, refused

from .fresh import Run, built_in, registrant, stranger, words


async def life(run: Run) -> None:
    check, organizer, app = run.check, run.organizer, run.app

    async def hall(**settings: Any) -> tuple[Any, Any]:
        """A registration with these settings, as its organizer and as the application call it."""
        body = built_in(MeetingAudience.Everyone, custom_questions=[words()])
        body.additional_data = settings
        meeting = await run.registered(body)
        return run.mine(meeting).registration, run.theirs(app, meeting).registration

    async def rows(here: Any) -> list[dict[str, Any]]:
        """The list as plain JSON: the client's enumeration knows none of the states that the old API had not."""
        return json.loads(await read(organizer, here, "registrants"))["value"]

    async def enrol(there: Any, given: str) -> None:
        await there.registrants.post(registrant(stranger(given)))

    with check("a registrant's answers and names are changed, and their address is not"):
        here, there = await hall()
        await enrol(there, "Odile")
        [row] = (await here.registrants.get()).value
        [question] = (await here.custom_questions.get()).value
        one = here.registrants.by_meeting_registrant_base_id(row.id)
        answer = CustomQuestionAnswer(question_id=question.id, value="The Rhine")
        change = MeetingRegistrant(first_name="Odile-Marie", custom_question_answers=[answer])
        changed = await organizer.answered(200, one.patch(change))
        assert (changed.first_name, changed.last_name) == ("Odile-Marie", "Marchetti")
        assert [told.value for told in changed.custom_question_answers] == ["The Rhine"]
        assert (await one.get()).first_name == "Odile-Marie"
        await refused(one.patch(MeetingRegistrant(email=stranger().mail)), 400, "notUpdatable", "email")
        tag = (await one.get()).additional_data["@odata.etag"]
        await one.patch(MeetingRegistrant(first_name="Odile"), configured(If_Match=tag))
        late = one.patch(MeetingRegistrant(first_name="Late"), configured(If_Match=tag))
        await refused(late, 412, "preconditionFailed")

    with check("whoever is canceled for a reason has it in the list"):
        here, there = await hall()
        await enrol(there, "Odile")
        [row] = (await here.registrants.get()).value
        one = here.registrants.by_meeting_registrant_base_id(row.id)
        assert await act(organizer, one, "cancel", {"reason": "The boat is full"}) is None
        assert organizer.last.status_code == 204
        [row] = (await here.registrants.get()).value
        assert row.status is Status.Canceled and row.additional_data["cancelationReason"] == "The boat is full"
        assert row.additional_data["canceledBy"] == f"person:{run.demo.organizer.id}"
        await act(organizer, one, "cancel")
        assert organizer.last.status_code == 204, "once more is no fault"

    with check("whoever was canceled may come back, as somebody new"):
        here, there = await hall()
        odile = stranger()
        await there.registrants.post(registrant(odile))
        [before] = (await here.registrants.get()).value
        await act(organizer, here.registrants.by_meeting_registrant_base_id(before.id), "cancel")
        await there.registrants.post(registrant(odile))
        canceled, again = (await here.registrants.get()).value
        assert (canceled.id, canceled.status) == (before.id, Status.Canceled)
        assert (again.email, again.status) == (odile.mail, Status.Registered)
        assert again.id != before.id and again.join_web_url != before.join_web_url, "with links of their own"

    with check("the organizer approves one and rejects another"):
        here, there = await hall(isManualApprovalEnabled=True)
        for given in ["Odile", "Bram"]:
            await enrol(there, given)
        odile, bram = await rows(here)
        assert (odile["status"], bram["status"], odile["joinWebUrl"]) == ("pendingApproval", "pendingApproval", None)
        of = here.registrants.by_meeting_registrant_base_id
        approved = await act(organizer, of(odile["id"]), "approve")
        assert approved["status"] == "registered" and approved["joinWebUrl"].startswith("http")
        rejected = await act(organizer, of(bram["id"]), "reject", {"reason": "Not a river person"})
        assert (rejected["status"], rejected["cancelationReason"]) == ("rejectedByOrganizer", "Not a river person")
        assert (await act(organizer, of(odile["id"]), "approve"))["status"] == "registered", "once more is no fault"
        await refused(act(organizer, of(bram["id"]), "approve"), 409, "registrantStatus")
        await refused(act(run.nobody, of(bram["id"]), "approve"), 401)

    with check("whoever finds no place waits, is offered one, and has it once it is accepted"):
        here, there = await hall(capacity=1, isWaitlistEnabled=True)
        for given in ["Odile", "Bram", "Mirja"]:
            await enrol(there, given)
        odile, bram, mirja = await rows(here)
        assert [one["status"] for one in (odile, bram, mirja)] == ["registered", "waitlisted", "waitlisted"]
        known = [one.status for one in (await here.registrants.get()).value]
        assert known == [Status.Registered, None, None], "the client reads a state that it does not know as none"
        of = here.registrants.by_meeting_registrant_base_id
        await act(organizer, of(odile["id"]), "cancel", {"reason": "Gives way"})
        odile, bram, mirja = await rows(here)
        assert bram["offerExpirationDateTime"] and "offerExpirationDateTime" not in mirja, "in order of arrival"
        await refused(act(organizer, of(mirja["id"]), "accept"), 409, "registrantStatus")
        assert (await act(organizer, of(bram["id"]), "accept"))["status"] == "registered"
        assert [one["status"] for one in await rows(here)] == ["canceled", "registered", "waitlisted"]

    with check("more places are offered to whoever waits"):
        body = MeetingRegistration()
        body.additional_data = {"capacity": 2}
        await here.patch(body)
        assert (await rows(here))[2]["offerExpirationDateTime"]

    with check("without a waiting list whoever finds no place is told so"):
        here, there = await hall(capacity=1)
        await enrol(there, "Odile")
        await refused(there.registrants.post(registrant(stranger("Bram"))), 409, "registrationFull")
