"""Lists by pages, with the client's own iterator."""

from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.users.item.online_meetings.item.registration.registrants.registrants_request_builder import (
    RegistrantsRequestBuilder,
)
from msgraph_core.tasks.page_iterator import PageIterator

from lib.client import configured, refused

from .fresh import Run, external, ticket

Query = RegistrantsRequestBuilder.RegistrantsRequestBuilderGetQueryParameters


async def paging(run: Run) -> None:
    check, organizer = run.check, run.organizer
    here = run.mine(await run.registered(external(MeetingAudience.Everyone))).registration.registrants
    ids = [f"person {number}" for number in range(25)]
    for id in ids:
        await here.post(ticket(id))

    with check("a page says how many there are and where the next one is"):
        page = await organizer.answered(200, here.get(configured(Query(top=10, count=True))))
        assert [row.id for row in page.value] == ids[:10]
        assert page.odata_count == len(ids) and page.odata_next_link.startswith(run.demo.baseUrl)

    with check("the client's iterator walks over all of them, in order"):
        seen: list[str] = []
        iterator = PageIterator(await here.get(configured(Query(top=10))), organizer.adapter)
        await iterator.iterate(lambda row: seen.append(row.id) or True)
        assert seen == ids, seen

    with check("an empty list is a list"):
        there = run.mine(await run.registered(external(MeetingAudience.Everyone))).registration.registrants
        page = await there.get()
        assert (page.value, page.odata_next_link) == ([], None)

    with check("a page of a size that is none is refused"):
        await refused(here.get(configured(Query(top=-1))), 400, target="$top")
