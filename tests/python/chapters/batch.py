"""Several requests in one, put together and taken apart by the client's own classes."""

from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.meeting_registrant_base_collection_response import (
    MeetingRegistrantBaseCollectionResponse,
)
from msgraph_beta.generated.models.meeting_registration import MeetingRegistration
from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError
from msgraph_beta.generated.models.user import User
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_core.requests.batch_response_content import BatchResponseContent

from lib.client import ERRORS, Client, refused

from .fresh import Run, built_in, registrant, stranger


async def batch(run: Run) -> None:
    demo, check, app = run.demo, run.check, run.app
    meeting = await run.meeting()

    def create(client: Client) -> RequestInformation:
        request = run.theirs(client, meeting).registration.to_patch_request_information(
            built_in(MeetingAudience.Everyone)
        )
        request.http_method = Method.POST
        return request

    async def send(client: Client, items: dict[str, RequestInformation]) -> BatchResponseContent:
        content = BatchRequestContent({id: BatchRequestItem(request, id) for id, request in items.items()})
        return await client.answered(200, BatchRequestBuilder(client.adapter, ERRORS).post(content))

    with check("a client that has sent nothing yet names its requests by path"):
        fresh = Client(demo.baseUrl, demo.organizer.token)
        done = await send(fresh, {"me": fresh.me.to_get_request_information()})
        assert done.response_body("me", User).mail == demo.organizer.mail

    with check("one that has sent something names them by their whole addresses"):
        done = await send(run.organizer, {"me": run.organizer.me.to_get_request_information()})
        assert done.response_body("me", User).mail == demo.organizer.mail

    with check("a registration is made in a batch"):
        done = await send(app, {"create": create(app)})
        assert done.get_response_status_codes() == {"create": 201}
        made = done.response_body("create", MeetingRegistration)
        assert made.allowed_registrant is MeetingAudience.Everyone

    with check("twenty people enrol in one batch"):
        there = run.theirs(app, meeting).registration.registrants
        people = [stranger() for _ in range(20)]
        requests = {
            str(at): there.to_post_request_information(registrant(person)) for at, person in enumerate(people)
        }
        done = await send(app, requests)
        assert set(done.get_response_status_codes().values()) == {200}
        done = await send(app, {"list": there.to_get_request_information()})
        rows = done.response_body("list", MeetingRegistrantBaseCollectionResponse).value
        assert sorted(row.email for row in rows) == sorted(person.mail for person in people)

    with check("a request that fails leaves the others alone, and its error is read as any other"):
        nothing = run.theirs(app, await run.meeting()).registration.to_get_request_information()
        done = await send(app, {"nothing": nothing, "who": app.user(demo.organizer.id).to_get_request_information()})
        assert done.get_response_status_codes() == {"nothing": 404, "who": 200}
        told = done.response_body("nothing", ODataError).error
        assert (told.code, told.inner_error.additional_data["code"]) == ("NotFound", "registrationNotFound")

    with check("a batch without a token is refused whole"):
        request = run.nobody.me.to_get_request_information()
        await refused(send(run.nobody, {"me": request}), 401, "tokenMissing")
