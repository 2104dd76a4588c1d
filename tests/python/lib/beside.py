"""What the client has no method for: actions and functions beside Graph's own, by its adapter."""

import json
from typing import Any

from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from lib.client import ERRORS, Client


def beside(there: Any, name: str) -> RequestInformation:
    """A request for something below what a builder of the client stands for."""
    request = there.to_get_request_information()
    request.url_template = request.url_template.split("{?")[0] + f"/{name}"
    request.headers.clear()
    return request


async def act(client: Client, there: Any, action: str, body: Any = None, **headers: str) -> Any:
    """Posts to an action; the answer as plain JSON, or `None` where there is none."""
    request = beside(there, action)
    request.http_method = Method.POST
    request.headers.add("accept", "application/json")
    for header, value in headers.items():
        request.headers.add(header.replace("_", "-"), value)
    if body is not None:
        # The client's own way for streams hands over one that its transport does not read.
        request.content = json.dumps(body).encode()
        request.headers.add("content-type", "application/json")
    answer = await client.adapter.send_primitive_async(request, "bytes", ERRORS)
    return json.loads(answer) if answer else None


async def read(client: Client, there: Any, function: str) -> bytes:
    """What a function gives, to the byte."""
    return await client.adapter.send_primitive_async(beside(there, function), "bytes", ERRORS)
