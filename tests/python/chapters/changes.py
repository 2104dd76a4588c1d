"""Change notifications: the client subscribes, and a server of our own is told. The client has no method for the log,
for sending again and for another secret; its adapter does."""

import base64
import datetime
import hashlib
import hmac
import json
from datetime import timezone
from typing import Any

from msgraph_beta.generated.models.meeting_audience import MeetingAudience
from msgraph_beta.generated.models.subscription import Subscription
from msgraph_beta.generated.subscriptions.subscriptions_request_builder import SubscriptionsRequestBuilder

from lib.beside import act, read
from lib.client import configured, refused
from lib.patience import awaited
from lib.receiver import Receiver

from .fresh import Run, external, ticket


Query = SubscriptionsRequestBuilder.SubscriptionsRequestBuilderGetQueryParameters


def signatures(headers: dict[str, str], body: bytes, *secrets: str) -> str:
    """How the secrets sign a delivery, over the very bytes that came."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in secrets]
    right = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys]
    return " ".join(f"v1,{signature}" for signature in right)


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
    arrived: list[tuple[str, bytes]] = []

    with check("the client subscribes, and the receiver proves that it wants to be told"):
        made = await organizer.answered(201, subscriptions.post(body))
        secret = made.additional_data["signingSecret"]
        assert made.id and made.expiration_date_time == soon and secret.startswith("whsec_")

    with check("an address that does not prove it, and one that is private, are refused"):
        for address in [receiver.address + "deaf", "https://10.0.0.1/"]:
            other = Subscription(resource=body.resource, change_type="created", expiration_date_time=soon)
            other.notification_url = address
            asked = subscriptions.post(other)
            await refused(asked, 400, "receiverNotValidated", "notificationUrl", "ValidationError")

    with check("who enrols and who leaves is told, in that order, signed"):
        await here.post(ticket("7731"))
        await here.by_meeting_registrant_base_id("7731").delete()
        kinds: list[str] = []
        while len(kinds) < 2:
            headers, sent = await receiver.next()
            arrived.append((headers["webhook-id"], sent))
            assert headers["webhook-signature"] == signatures(headers, sent, secret)
            assert headers["webhook-signature"] != signatures(headers, sent + b" ", secret), "of another body"
            for item in json.loads(sent)["value"]:
                assert (item["subscriptionId"], item["clientState"]) == (made.id, "between us"), item
                kinds.append(item["changeType"])
        assert kinds == ["created", "deleted"], kinds

    one = subscriptions.by_subscription_id(made.id)

    with check("the log has what was sent, under the same ids and without what only we know"):

        async def log() -> list[dict[str, Any]]:
            return json.loads(await read(organizer, one, "deliveries"))["value"]

        rows = await awaited(log, lambda rows: all(row["status"] == "delivered" for row in rows))
        assert [row["id"] for row in rows] == [id for id, _ in arrived]
        for row, (_, sent) in zip(rows, arrived, strict=True):
            assert (row["kind"], row["attemptCount"], row["nextAttemptDateTime"]) == ("change", 1, None), row
            assert "202" in row["answer"] and "between us" not in row["body"]
            told = [{**item, "clientState": None} for item in json.loads(sent)["value"]]
            assert json.loads(row["body"])["value"] == told
        assert json.loads(await read(organizer, one, "deliveries?$filter=status eq 'waiting'"))["value"] == []
        assert int(await read(organizer, one, "deliveries/$count")) == len(arrived)

    with check("what was sent is sent again, to the byte"):
        replayed = await act(organizer, one, "replay", {"fromDeliveryId": arrived[0][0]})
        assert organizer.last.status_code == 202
        assert replayed["deliveryCount"] == len(arrived)
        for id, sent in arrived:
            headers, again = await receiver.next()
            assert (headers["webhook-id"], again) == (id, sent)
            assert headers["webhook-signature"] == signatures(headers, again, secret)
        yesterday = act(organizer, one, "replay", {"fromDeliveryId": "yesterday"})
        await refused(yesterday, 400, "invalidId", "fromDeliveryId")

    with check("another secret signs beside the one before"):
        rotated = await act(organizer, one, "rotateSigningSecret")
        assert rotated["signingKeyId"] == "k2" and rotated["signingSecret"] != secret
        again = await act(organizer, one, "rotateSigningSecret")
        assert again["signingSecret"] == rotated["signingSecret"], "asked again within the day, it is the same"
        await here.post(ticket("7732"))
        headers, sent = await receiver.next()
        assert headers["webhook-key-id"] == "k2 k1"
        assert headers["webhook-signature"] == signatures(headers, sent, rotated["signingSecret"], secret)

    with check("whoever may still see it is asked for nothing more, and the end stays"):
        await organizer.answered(204, one.reauthorize.post())
        assert (await one.get()).expiration_date_time == soon

    with check("a subscription is read, renewed and ended"):
        assert (await organizer.answered(200, one.get())).client_state is None
        later = soon + datetime.timedelta(hours=1)
        renewed = await organizer.answered(200, one.patch(Subscription(expiration_date_time=later)))
        assert renewed.expiration_date_time == later
        listed = await subscriptions.get(configured(Query(filter=f"id eq '{made.id}'")))
        assert [found.resource for found in listed.value] == [made.resource]
        assert int(await read(organizer, subscriptions, f"$count?$filter=id eq '{made.id}'")) == 1
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
