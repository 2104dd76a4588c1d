"""What became of somebody's letters: docs/letters.md. The client has no method for them; its adapter reads them."""

import datetime
import json
import uuid
from typing import Any

from msgraph_beta.generated.models.meeting_audience import MeetingAudience

from lib.beside import act, read
from lib.client import Client, refused
from lib.patience import awaited

from .fresh import Run, built_in, external, registrant, stranger, ticket


async def letters(run: Run) -> None:
    check, organizer = run.check, run.organizer
    meeting = await run.registered(built_in(MeetingAudience.Everyone))
    here = run.mine(meeting).registration.registrants
    await run.theirs(run.app, meeting).registration.registrants.post(registrant(stranger()))
    [row] = (await here.get()).value
    one = here.by_meeting_registrant_base_id(row.id)

    async def told(query: str = "") -> list[dict[str, Any]]:
        return json.loads(await read(organizer, one, f"letters{query}"))["value"]

    with check("the organizer reads that the confirmation was sent"):
        [letter] = await awaited(told, lambda letters: letters[0]["status"] != "queued")
        assert (letter["kind"], letter["status"], letter["withheldReason"]) == ("confirmation", "sent", None), letter
        assert uuid.UUID(letter["id"])
        sent_at = datetime.datetime.fromisoformat(letter["statusDateTime"])
        assert abs(datetime.datetime.now(datetime.timezone.utc) - sent_at) < datetime.timedelta(minutes=5)

    with check("the letters that follow stand before it"):
        await act(organizer, one, "cancel")
        both = await awaited(told, lambda letters: letters[0]["status"] != "queued")
        assert [letter["kind"] for letter in both] == ["cancellation", "confirmation"]
        assert {letter["status"] for letter in both} == {"sent"}, both

    with check("letters are asked for as other lists are"):
        assert [letter["kind"] for letter in await told("?$filter=kind eq 'confirmation'")] == ["confirmation"]
        assert [letter["kind"] for letter in await told("?$top=1&$skip=1")] == ["confirmation"]
        assert await told("?$filter=status eq 'failed'") == []
        assert int(await read(organizer, one, "letters/$count")) == 2
        await refused(told("?$filter=shoeSize eq 4"), 400, target="$filter")

    with check("whoever another system wrote to has no letters of ours"):
        there = run.mine(await run.registered(external(MeetingAudience.Everyone))).registration.registrants
        await there.post(ticket("7731"))
        answer = await read(organizer, there.by_meeting_registrant_base_id("7731"), "letters")
        assert json.loads(answer)["value"] == []

    with check("letters are the organizer's, and an application's for them"):

        def of(client: Client, id: str = row.id) -> Any:
            there = run.theirs(client, meeting).registration.registrants
            return read(client, there.by_meeting_registrant_base_id(id), "letters")

        assert len(json.loads(await of(run.app))["value"]) == 2
        await refused(of(run.colleague), 403, "notOrganizer")
        await refused(of(run.nobody), 401)
        await refused(of(organizer, "nobody"), 404, "registrantNotFound")
