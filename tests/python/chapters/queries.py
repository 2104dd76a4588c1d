"""What a list is asked for: whom, in which order, how many."""

from msgraph_beta.generated.models.custom_question_answer import CustomQuestionAnswer
from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.users.item.online_meetings.item.registration.registrants.count.count_request_builder import (
    CountRequestBuilder,
)
from msgraph_beta.generated.users.item.online_meetings.item.registration.registrants.registrants_request_builder import (
    RegistrantsRequestBuilder,
)
from msgraph_core.tasks.page_iterator import PageIterator

from lib.client import configured, refused

from .fresh import Run, built_in, registrant, stranger, words

Query = RegistrantsRequestBuilder.RegistrantsRequestBuilderGetQueryParameters
Counting = CountRequestBuilder.CountRequestBuilderGetQueryParameters

PEOPLE = [("Odile", "Marchetti"), ("Bram", "O'Yelaran"), ("Zoë", "Abara"), ("Mirja", "Dossou")]


async def queries(run: Run) -> None:
    check = run.check
    meeting = await run.registered(built_in(MeetingAudience.Everyone, custom_questions=[words()]))
    here = run.mine(meeting).registration
    [question] = (await here.custom_questions.get()).value
    people = [stranger(given, surname) for given, surname in PEOPLE]
    theirs = run.theirs(run.app, meeting).registration.registrants
    for person in people:
        answer = CustomQuestionAnswer(question_id=question.id, value=f"The river of {person.givenName}")
        await theirs.post(registrant(person, [answer]))

    async def names(**query: object) -> list[str]:
        return [row.first_name for row in (await here.registrants.get(configured(Query(**query)))).value]

    for filter, expected in [
        (f"email eq '{people[0].mail}'", ["Odile"]),
        ("lastName eq 'O''Yelaran'", ["Bram"]),
        ("startswith(firstName,'Zoë') or firstName in ('Mirja')", ["Mirja", "Zoë"]),
        ("status eq 'registered' and not contains(lastName, 'r')", ["Mirja"]),
        ("customQuestionAnswers/any(a:a/value eq 'The river of Bram')", ["Bram"]),
        ("registrationDateTime ge 2000-01-01T00:00:00Z", sorted(given for given, _ in PEOPLE)),
    ]:
        with check(f"a list is filtered: {filter.split('@')[0]}"):
            assert sorted(await names(filter=filter)) == expected, await names(filter=filter)

    with check("a list is searched, ordered, and read from the middle"):
        assert await names(search='"marchetti"') == ["Odile"]
        assert await names(orderby=["lastName desc"]) == ["Bram", "Odile", "Mirja", "Zoë"]
        assert await names(orderby=["lastName"], skip=1, top=2) == ["Mirja", "Odile"]

    with check("the iterator keeps filter and order from page to page"):
        seen: list[str] = []
        query = Query(filter="firstName ne 'Odile'", orderby=["firstName"], top=2)
        iterator = PageIterator(await here.registrants.get(configured(query)), run.organizer.adapter)
        await iterator.iterate(lambda row: seen.append(row.first_name) or True)
        assert seen == ["Bram", "Mirja", "Zoë"], seen

    with check("the number alone is a number"):
        assert await here.registrants.count.get() == len(PEOPLE)
        assert await here.registrants.count.get(configured(Counting(filter="lastName eq 'abara'"))) == 1

    for filter in ["firstName eq", "shoeSize eq 4", "firstName eq 'x' or or true", "(" * 200 + "true" + ")" * 200]:
        with check(f"a filter that says nothing is refused: {filter[:30]}"):
            told = await refused(here.registrants.get(configured(Query(filter=filter))), 400, target="$filter")
            assert "SQL" not in told.message.upper(), told.message
