"""Custom questions."""

from msgraph_beta.generated.models.answer_input_type import AnswerInputType
from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.meeting_registration_question import MeetingRegistrationQuestion

from lib.client import refused

from .fresh import Run, built_in, choice, external, words


async def questions(run: Run) -> None:
    check, organizer = run.check, run.organizer
    here = run.mine(await run.registered(built_in(MeetingAudience.Everyone))).registration.custom_questions

    with check("a question is asked, read, changed and taken back"):
        made = await organizer.answered(201, here.post(words()))
        assert made.answer_input_type is AnswerInputType.Text and made.answer_options == []
        one = here.by_meeting_registration_question_id(made.id)
        assert (await organizer.answered(200, one.get())).display_name == words().display_name
        change = MeetingRegistrationQuestion(
            answer_input_type=AnswerInputType.RadioButton, answer_options=["Rhine", "Elbe"], is_required=True
        )
        changed = await organizer.answered(200, one.patch(change))
        assert (changed.answer_options, changed.is_required) == (["Rhine", "Elbe"], True)
        assert changed.display_name == words().display_name
        assert [question.id for question in (await here.get()).value] == [made.id]
        assert await here.count.get() == 1
        await organizer.answered(204, one.delete())
        await refused(one.get(), 404, "questionNotFound")

    with check("a choice without options is refused"):
        body = choice()
        body.answer_options = []
        await refused(here.post(body), 400, "invalidOptions", "answerOptions")

    with check("an external registration has no questions"):
        other = run.mine(await run.registered(external(MeetingAudience.Everyone)))
        await refused(other.registration.custom_questions.post(words()), 400, "notBuiltIn")
