"""Change notifications: the client subscribes, and a server of our own is told."""

import base64
import datetime
import hashlib
import hmac
import json
from datetime import timezone

from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.subscription import Subscription

from lib.client import refused
from lib.receiver import Receiver

from .fresh import Run, external, ticket


def is_signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """Whether the signature is the secret's, over the very bytes that came."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return f"v1,{right}" in headers["webhook-signature"].split(" ")


async def changes(run: Run) -> None:
    check, organizer = run.check, run.organizer
    subscriptions = organizer.graph.subscriptions
    meeting = await run.registered(external(MeetingAudience.Everyone))
    here = run.mine(meeting).registration.registrants
    receiver = Receiver()
    soon = datetime.datetime.now(timezone.utc).replace(microsecond=0) + datetime.timedelta(hours=2)
    body = Subscription(
        resource=f"me/onlineMeetings/{meeting.id}/registration/registrants",
        change_type="created,deleted",
        notification_url=receiver.address,
        client_state="between us",
        expiration_date_time=soon,
    )
    made, secret = Subscription(), ""

    with check("the client subscribes, and the receiver proves that it wants to be told"):
        made = await organizer.answered(201, subscriptions.post(body))
        secret = made.additional_data["signingSecret"]
        assert made.id and made.expiration_date_time == soon and secret.startswith("whsec_")

    with check("who enrols and who leaves is told, in that order, signed"):
        await here.post(ticket("7731"))
        await here.by_meeting_registrant_base_id("7731").delete()
        kinds: list[str] = []
        while len(kinds) < 2:
            headers, sent = await receiver.next()
            assert is_signed(headers, sent, secret)
            assert not is_signed(headers, sent + b" ", secret), "another body is not signed by it"
            for item in json.loads(sent)["value"]:
                assert (item["subscriptionId"], item["clientState"]) == (made.id, "between us"), item
                kinds.append(item["changeType"])
        assert kinds == ["created", "deleted"], kinds

    with check("a subscription is read, renewed and ended"):
        one = subscriptions.by_subscription_id(made.id)
        assert (await organizer.answered(200, one.get())).client_state is None
        later = soon + datetime.timedelta(hours=1)
        renewed = await organizer.answered(200, one.patch(Subscription(expiration_date_time=later)))
        assert renewed.expiration_date_time == later
        assert made.id in [listed.id for listed in (await subscriptions.get()).value]
        await organizer.answered(204, one.delete())
        await refused(one.get(), 404)

    with check("nobody else's subscription is there"):
        made = await subscriptions.post(body)
        await refused(run.colleague.graph.subscriptions.by_subscription_id(made.id).get(), 404)
        await subscriptions.by_subscription_id(made.id).delete()

    with check("one that would end after 30 days is refused"):
        body.expiration_date_time = soon + datetime.timedelta(days=31)
        await refused(subscriptions.post(body), 400, target="expirationDateTime")

    receiver.server.shutdown()
