"""What schemathesis cannot know of Usher: which ids are there, and what a refusal has to say.

Loaded by schemathesis itself; `contract.py` starts it.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import schemathesis
from contract_stage import Stage
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.parameters import ParameterLocation

STAGE = Stage(**json.loads(os.environ["USHER_STAGE"]))
CALLER = os.environ["USHER_CALLER"]

TOLD = Path(__file__).resolve().parent.parent.parent / "docs" / "graph-compat.md"
ROW = re.compile(r"^\| (\d{3}) \| (\w+) \| `(\w+)` \|", re.MULTILINE)
REFUSALS = {(int(status), code, inner) for status, code, inner in ROW.findall(TOLD.read_text(encoding="utf-8"))}
"""Every refusal that is documented: status, code, inner code."""

UNREAD = {"invalidJson", "pathEncoding", "unknownSegment"}
"""Refusals that say a request could not even be read."""


CONDITIONS = ("If-Match", "Idempotency-Key")
"""Headers by which a request is answered before anything else in it is looked at."""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Puts ids that are there where the description asks for any: made-up ones lead to 404 and no further. What is
    about to be removed, or to be made, is new. Conditions are left out unless they are what is tried."""
    headers = case.meta.components.get(ParameterLocation.HEADER) if case.meta is not None else None
    if case.method in ("POST", "PATCH") and (headers is None or headers.mode.is_positive):
        for name in CONDITIONS:
            case.headers.pop(name, None)
    if subscribes(case) and isinstance(case.body, dict):
        # Nothing here calls another machine.
        for name in ("notificationUrl", "lifecycleNotificationUrl"):
            if str(case.body.get(name)).startswith("http"):
                case.body[name] = STAGE.receiver
    wanted = [name for name in case.path_parameters or {} if name in STAGE.ids]
    if not wanted:
        return
    ids = dict(STAGE.ids)
    if CALLER == "organizer":
        if case.method == "DELETE":
            ids |= STAGE.furnish()
        elif case.operation.definition.raw.get("operationId", "").startswith("registration-create"):
            ids["meetingId"] = STAGE.meeting()
    for name in wanted:
        case.path_parameters[name] = ids[name]


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Ends what was subscribed to: all that happens later would be told there."""
    if subscribes(case) and response.status_code == 201:
        STAGE.delete(f"/beta/subscriptions/{response.json()['id']}", response.request.headers["Authorization"])


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Of many at once, what is wrong with one is told with its result, and is no reason to refuse the others."""
    if not isinstance(failure, AcceptedNegativeData) or response.status_code != 200:
        return True
    results = response.json().get("value")
    return not (isinstance(results, list) and any(isinstance(one, dict) and one.get("error") for one in results))


def subscribes(case: Any) -> bool:
    return case.method == "POST" and case.path.endswith("/subscriptions")


@schemathesis.check
def refusals_are_the_documented_ones(context: Any, response: Any, case: Any) -> None:
    """Status, code and inner code stand in the list, and the message and both ids are there."""
    if response.status_code < 400 or case.method == "HEAD":
        return
    error = response.json()["error"]
    inner = error["innerError"]
    told = (response.status_code, error["code"], inner["code"])
    assert told in REFUSALS, f"{told} is not documented"
    assert error["message"] and inner["request-id"] and inner["client-request-id"], "a refusal says what was wrong"


@schemathesis.check
def what_is_described_is_understood(context: Any, response: Any, case: Any) -> None:
    """What the description calls valid may be against a rule, but it is read."""
    if response.status_code == 400 and case.meta is not None and case.meta.generation.mode.is_positive:
        inner = response.json()["error"]["innerError"]["code"]
        assert inner not in UNREAD, f"`{inner}` for what is valid by the description"


@schemathesis.check
def nobody_gets_nothing(context: Any, response: Any, case: Any) -> None:
    """Without a token nothing is said but that there is none, except where the description asks for none."""
    is_open = case.operation.definition.raw.get("security") == []
    if CALLER == "nobody" and not is_open:
        assert response.status_code == 401, f"{response.status_code} without a token"
