"""What changed since the last time. The client has no method for `delta` here; its builders follow the links."""

from typing import Any

from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.meeting_registrant import MeetingRegistrant
from msgraph_beta.generated.models.meeting_registrant_base_collection_response import (
    MeetingRegistrantBaseCollectionResponse,
)
from msgraph_beta.generated.models.online_meeting import OnlineMeeting
from msgraph_beta.generated.models.online_meeting_collection_response import OnlineMeetingCollectionResponse

from lib.beside import act, beside
from lib.client import Client, refused
from lib.patience import awaited

from .fresh import Run, built_in, enable, external, registrant, stranger, ticket

Registrants = MeetingRegistrantBaseCollectionResponse
Meetings = OnlineMeetingCollectionResponse


async def begin(client: Client, there: Any, kind: Any, query: str = "") -> tuple[list[Any], str]:
    """The first round: what is there, and the link that a later question begins with."""
    return await rest(there, await client.send(beside(there, f"delta{query}"), kind))


async def follow(there: Any, link: str) -> tuple[list[Any], str]:
    """What changed since a link was given, and the next such link."""
    return await rest(there, await there.with_url(link).get())


async def rest(there: Any, page: Any) -> tuple[list[Any], str]:
    items = list(page.value)
    while page.odata_next_link:
        assert "@odata.deltaLink" not in page.additional_data, "on the last page alone"
        page = await there.with_url(page.odata_next_link).get()
        items += page.value
    return items, page.additional_data["@odata.deltaLink"]


def removed(item: Any) -> str | None:
    """Why something is gone; `None` of what is there."""
    return item.additional_data.get("@removed", {}).get("reason")


async def delta(run: Run) -> None:
    check, organizer, app = run.check, run.organizer, run.app
    meeting = await run.registered(built_in(MeetingAudience.Everyone))
    here, there = run.mine(meeting).registration.registrants, run.theirs(app, meeting).registration.registrants
    for given in ["Odile", "Bram", "Mirja"]:
        await there.post(registrant(stranger(given)))
    odile, bram, mirja = (await here.get()).value
    link = ""

    with check("the first round lists who is there, page by page, and then nothing changed"):
        first = await organizer.send(beside(here, "delta?$top=2"), Registrants)
        assert len(first.value) == 2 and first.odata_next_link.startswith(run.demo.baseUrl)
        listed, link = await rest(here, first)
        assert [(row.id, row.first_name, row.join_web_url) for row in listed] == [
            (row.id, row.first_name, row.join_web_url) for row in (odile, bram, mirja)
        ]
        again, link = await follow(here, link)
        assert again == []

    with check("who came, was changed and left is told, each as it is now"):
        await there.post(registrant(stranger("Nils")))
        await here.by_meeting_registrant_base_id(bram.id).patch(MeetingRegistrant(first_name="Abraham"))
        await act(organizer, here.by_meeting_registrant_base_id(odile.id), "cancel", {"reason": "The boat is full"})
        nils = (await here.get()).value[-1]
        told, link = await follow(here, link)
        known = {row.id: row for row in told}
        assert known.keys() == {nils.id, bram.id, odile.id}
        assert known[nils.id].email == nils.email and known[bram.id].first_name == "Abraham"
        assert [removed(known[row.id]) for row in (nils, bram, odile)] == [None, None, "changed"]
        again, link = await follow(here, link)
        assert again == []

    with check("whoever knows the list begins with what comes next"):
        nothing, latest = await begin(organizer, here, Registrants, "?$deltatoken=latest")
        assert nothing == []
        await there.post(registrant(stranger("Zoe")))
        [zoe], _ = await follow(here, latest)
        assert zoe.first_name == "Zoe"

    with check("external registrants are gone by the id that their system gave them"):
        fair = run.mine(await run.registered(external(MeetingAudience.Everyone))).registration.registrants
        await fair.post(ticket("7731"))
        [row], later = await begin(organizer, fair, Registrants)
        assert row.id == "7731"
        await fair.by_meeting_registrant_base_id("7731").delete()
        [gone], _ = await follow(fair, later)
        assert (gone.id, removed(gone)) == ("7731", "deleted")

    with check("meetings are followed in the same way"):
        mine = organizer.me.online_meetings
        kept, dropped = await run.meeting(), await run.meeting()
        listed, next_link = await begin(organizer, mine, Meetings, "?$top=50")
        assert {kept.id, dropped.id} <= {one.id for one in listed}
        await run.mine(kept).patch(OnlineMeeting(subject="Reading two rivers"))
        await run.mine(dropped).delete()
        made = await run.meeting()
        seen: dict[str, Any] = {}

        async def ask() -> list[tuple[str | None, str | None] | None]:
            """What is known of the three by now; a change shows up within a second or two."""
            nonlocal next_link
            told, next_link = await follow(mine, next_link)
            seen.update({one.id: one for one in told})
            found = [seen.get(one.id) for one in (kept, dropped, made)]
            return [one and (one.subject, removed(one)) for one in found]

        expected = [("Reading two rivers", None), (None, "deleted"), (made.subject, None)]
        await awaited(ask, lambda known: known == expected)

    with check("a token is good for the list that it was made for"):
        other = run.mine(await run.registered(built_in(MeetingAudience.Everyone))).registration.registrants
        query = "?" + link.split("?", 1)[1]
        assert (await begin(organizer, here, Registrants, query))[0]
        await refused(begin(organizer, other, Registrants, query), 410, "resyncRequired")
        await refused(begin(organizer, here, Registrants, f"{query}x"), 400, "unsupportedQuery", "$deltatoken")

    with check("another registration on the meeting asks to begin anew"):
        fair = run.mine(await run.registered(external(MeetingAudience.Everyone)))
        _, later = await begin(organizer, fair.registration.registrants, Registrants)
        await fair.registration.delete()
        await refused(follow(fair.registration.registrants, later), 404, "registrationNotFound")
        await enable(organizer, fair, external(MeetingAudience.Everyone))
        await refused(follow(fair.registration.registrants, later), 410, "resyncRequired")

    with check("what changed is the organizer's, and an application's for them"):
        assert len((await begin(app, there, Registrants))[0]) == 4
        others = run.theirs(run.colleague, meeting).registration.registrants
        await refused(begin(run.colleague, others, Registrants), 403, "notOrganizer")
        await refused(begin(run.nobody, run.theirs(run.nobody, meeting).registration.registrants, Registrants), 401)
