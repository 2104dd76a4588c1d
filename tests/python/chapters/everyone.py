"""Enrolling where everyone may: the answer says nothing, the list says all."""

from msgraph_beta.generated.models.custom_question_answer import CustomQuestionAnswer
from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.meeting_registrant import MeetingRegistrant
from msgraph_beta.generated.models.meeting_registrant_status import MeetingRegistrantStatus as Status

from lib.client import refused

from .fresh import Run, built_in, choice, registrant, stranger, ticket, words


async def everyone(run: Run) -> None:
    check, app = run.check, run.app
    body = built_in(MeetingAudience.Everyone, custom_questions=[choice(), words()])
    meeting = await run.registered(body)
    mine, theirs = run.mine(meeting).registration, run.theirs(app, meeting).registration.registrants
    asked = (await mine.custom_questions.get()).value
    answers = [
        CustomQuestionAnswer(question_id=asked[0].id, value="No"),
        CustomQuestionAnswer(question_id=asked[1].id, value="Upper Loire – Forez"),
    ]
    odile = stranger()

    with check("an application enrols somebody and is told nothing"):
        answer = await app.answered(200, theirs.post(registrant(odile, answers)))
        assert type(answer) is MeetingRegistrant
        assert (answer.id, answer.join_web_url, answer.email, answer.status) == ("", "", None, None)
        assert answer.custom_question_answers == []

    with check("the organizer sees the row, with links and questions filled"):
        [row] = (await mine.registrants.get()).value
        assert type(row) is MeetingRegistrant
        assert (row.first_name, row.last_name, row.email) == (odile.givenName, odile.surname, odile.mail)
        assert row.status is Status.Registered and row.registration_date_time.tzinfo
        assert "/l/meetup-join/" in row.join_web_url
        told = [(one.question_id, one.display_name, one.value) for one in row.custom_question_answers]
        assert told == [(one.question_id, question.display_name, one.value) for one, question in zip(answers, asked)]
        alone = await mine.registrants.by_meeting_registrant_base_id(row.id).get()
        assert (alone.id, alone.email) == (row.id, odile.mail)

    with check("the same person again gets the same answer, and one row"):
        assert (await app.answered(200, theirs.post(registrant(odile, answers)))).id == ""
        assert len((await mine.registrants.get()).value) == 1

    with check("a signed-in person enrols here too"):
        there = run.theirs(run.colleague, meeting).registration.registrants
        bram = stranger("Bram", "Oyelaran")
        assert (await run.colleague.answered(200, there.post(registrant(bram, answers[:1])))).join_web_url == ""
        [row] = [row for row in (await mine.registrants.get()).value if row.email == bram.mail]
        assert [one.value for one in row.custom_question_answers] == ["No", ""]

    with check("the application cancels, and who was canceled may come back"):
        [row] = [row for row in (await mine.registrants.get()).value if row.email == odile.mail]
        await app.answered(204, theirs.by_meeting_registrant_base_id(row.id).delete())
        await app.answered(200, theirs.post(registrant(odile, answers)))
        rows = [row for row in (await mine.registrants.get()).value if row.email == odile.mail]
        assert sorted(row.status for row in rows) == [Status.Canceled, Status.Registered]
        assert len({row.join_web_url for row in rows}) == 2, "the link is a fresh one"

    nobody = CustomQuestionAnswer(question_id="MSM5YjlmM2Q4ZQ==", value="x")
    for name, body, inner, target in [
        ("a required answer missing", registrant(stranger()), "requiredAnswerMissing", None),
        ("an unknown question", registrant(stranger(), [*answers, nobody]), "unknownQuestion", None),
        (
            "an answer not offered",
            registrant(stranger(), [CustomQuestionAnswer(question_id=asked[0].id, value="Perhaps")]),
            "answerNotAllowed",
            None,
        ),
        ("one question answered twice", registrant(stranger(), [*answers, answers[0]]), "repeatedAnswer", None),
        ("no address", MeetingRegistrant(first_name="Nils", last_name="Abara"), "memberMissing", "email"),
        ("the wrong kind", ticket("7731"), "registrantKind", None),
    ]:
        with check(f"an enrolment with {name} is refused"):
            await refused(theirs.post(body), 400, inner, target)

    with check("every fault is told at once"):
        told = await refused(theirs.post(MeetingRegistrant()), 400)
        assert len(told.details) >= 4
        assert all(detail.code and detail.message and detail.target for detail in told.details)

    with check("whoever is one too many is told that all places are taken"):
        small = built_in(MeetingAudience.Everyone)
        small.additional_data = {"capacity": 1}
        there = run.theirs(app, await run.registered(small)).registration.registrants
        await app.answered(200, there.post(registrant(stranger())))
        await refused(there.post(registrant(stranger("Mirja", "Dossou"))), 409, "registrationFull")
