"""Many people in one request, and their list as a file: docs/bulk.md. The client has no methods for them; its adapter
sends and reads them all the same."""

import csv
import io

from msgraph_beta.generated.models.meeting_audience import MeetingAudience

from lib.beside import act, read
from lib.client import refused

from .fresh import Run, built_in, external, stranger


def row(at: int) -> dict[str, str]:
    person = stranger()
    return {
        "firstName": person.givenName,
        "lastName": person.surname,
        "email": person.mail,
        "idempotencyKey": f"line {at}",
    }


async def many(run: Run) -> None:
    check, organizer, app = run.check, run.organizer, run.app
    meeting = await run.registered(built_in(MeetingAudience.Everyone))
    mine, theirs = run.mine(meeting).registration, run.theirs(app, meeting).registration
    rows = [row(at) for at in range(30)]
    rows[7]["email"] = "nobody"
    results: list[dict[str, object]] = []

    with check("many are enrolled in one request, each with a result"):
        answer = await act(app, theirs, "enrollRegistrants", {"registrants": rows})
        assert app.last.status_code == 200
        results = answer["value"]
        assert [result["index"] for result in results] == list(range(30))
        assert {result["status"] for at, result in enumerate(results) if at != 7} == {"registered"}
        error = results[7]["error"]
        assert (error["target"], error["innerError"]["code"]) == ("registrants/7/email", "invalidEmail"), error

    with check("the client's own list has them all"):
        listed = await mine.registrants.get()
        assert sorted(one.email for one in listed.value) == sorted(one["email"] for one in rows if "@" in one["email"])

    with check("a row that is sent again has the place of the first time"):
        again = await act(app, theirs, "enrollRegistrants", {"registrants": [rows[0]]})
        [result] = again["value"]
        assert (result["id"], result["wasRegistered"]) == (results[0]["id"], True)
        assert await mine.registrants.count.get() == 29

    with check("a key of the request is a key of each row"):
        keyless = {key: value for key, value in row(0).items() if key != "idempotencyKey"}
        first = await act(app, theirs, "enrollRegistrants", {"registrants": [keyless]}, idempotency_key="python")
        again = await act(app, theirs, "enrollRegistrants", {"registrants": [keyless]}, idempotency_key="python")
        assert first["value"][0]["id"] == again["value"][0]["id"]

    with check("the list comes as a file that a reader of CSV reads"):
        file = await read(organizer, mine, "exportRegistrants(format='csv')")
        assert organizer.last.headers["content-type"].startswith("text/csv")
        read_back = list(csv.DictReader(io.StringIO(file.decode())))
        assert len(read_back) == 30
        assert {one["email"] for one in read_back} >= {one["email"] for one in rows if "@" in one["email"]}

    with check("many are canceled in one request, and whoever is unknown is said to be"):
        ids = [{"id": result["id"]} for at, result in enumerate(results) if at != 7]
        answer = await act(organizer, mine, "cancelRegistrants", {"registrants": [*ids, {"id": "nobody"}]})
        *canceled, unknown = answer["value"]
        assert {result["status"] for result in canceled} == {"canceled"}
        assert unknown["error"]["innerError"]["code"] == "registrantNotFound", unknown
        again = await act(organizer, mine, "cancelRegistrants", {"registrants": ids[:1]})
        assert again["value"][0]["canceledBy"] == canceled[0]["canceledBy"]

    with check("an external system enrols many and keeps their links"):
        there = run.theirs(app, await run.registered(external(MeetingAudience.Everyone))).registration
        answer = await act(app, there, "enrollRegistrants", {"registrants": [{"id": "crm/1"}, {"id": "cancelRegistrants"}]})
        assert all(result["joinWebUrl"].startswith("http") for result in answer["value"])
        listed = await there.registrants.get()
        assert [one.id for one in listed.value] == ["crm/1", "cancelRegistrants"]

    with check("no rows, and more than a thousand, are refused as a whole"):
        for wrong in [[], [{"id": str(at)} for at in range(1_001)]]:
            await refused(act(app, theirs, "enrollRegistrants", {"registrants": wrong}), 400, target="registrants")

    with check("many are the organizer's alone"):
        others = run.theirs(run.colleague, meeting).registration
        await refused(act(run.colleague, others, "enrollRegistrants", {"registrants": [row(0)]}), 403)
        await refused(act(run.colleague, others, "cancelRegistrants", {"registrants": [{"id": "x"}]}), 403)
        await refused(read(run.colleague, others, "exportRegistrants(format='csv')"), 403)
        await refused(read(run.nobody, run.theirs(run.nobody, meeting).registration, "exportRegistrants(format='csv')"), 401)
