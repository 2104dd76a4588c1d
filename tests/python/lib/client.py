"""The official client, unmodified, pointed at a server on plain http."""

import datetime
import re
from collections.abc import Awaitable
from typing import Any, TypeVar

import httpx
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from kiota_abstractions.request_information import RequestInformation
from kiota_abstractions.serialization import Parsable
from msgraph_beta import GraphRequestAdapter, GraphServiceClient
from msgraph_beta.generated.models.o_data_errors.main_error import MainError
from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError
from msgraph_beta.graph_request_adapter import options
from msgraph_core import APIVersion, GraphClientFactory

T = TypeVar("T")

ERRORS: dict[str, Any] = {"XXX": ODataError}
"""How the generated code reads errors; requests that it has no method for are told the same."""

CODES = {
    400: "BadRequest",
    401: "InvalidAuthenticationToken",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "syncStateNotFound",
    412: "PreconditionFailed",
    422: "UnprocessableEntity",
}


asked: set[tuple[str, str]] = set()
"""What was answered to any client: method and path."""


class FixedToken(AccessTokenProvider):
    """Gives one token to any host: here it is a server of our own."""

    def __init__(self, token: str | None) -> None:
        self.token = token

    async def get_authorization_token(self, uri: str, additional_authentication_context: dict[str, Any] = {}) -> str:
        return self.token or ""

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


class Client:
    """A client that speaks with one token, or with none."""

    def __init__(self, base_url: str, token: str | None, version: str = "beta") -> None:
        self.last: httpx.Response | None = None
        # The stock chain of middleware, listened to: the generated methods give the body alone.
        http = GraphClientFactory.create_with_default_middleware(api_version=APIVersion.beta, options=options)
        http.event_hooks = {"response": [self._note]}
        self.adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(FixedToken(token)), http)
        self.adapter.base_url = f"{base_url}/{version}"
        self.graph = GraphServiceClient(request_adapter=self.adapter)

    async def _note(self, response: httpx.Response) -> None:
        self.last = response
        if response.is_success:
            asked.add((response.request.method.lower(), response.request.url.path))

    @property
    def me(self) -> Any:
        """`/me`: a method in this version of the client."""
        return self.graph.me()

    def user(self, id: str) -> Any:
        return self.graph.users.by_user_id(id)

    async def answered(self, status: int, act: Awaitable[T]) -> T:
        """What was answered, which has that status."""
        answer = await act
        assert self.last is not None and self.last.status_code == status, f"{status} expected, got {self.last}"
        if status == 204:
            assert answer is None and not self.last.content, "a 204 has no body"
        else:
            assert re.match(r"application/json(;|$)", self.last.headers["content-type"])
        return answer

    async def send(self, request: RequestInformation, kind: type[Parsable]) -> Any:
        """Sends a request that the generated code has put together but has no method to send so."""
        return await self.adapter.send_async(request, kind, ERRORS)


def configured(query: Any = None, **headers: str) -> RequestConfiguration[Any]:
    """Query parameters and headers; `_` in the name of a header stands for `-`."""
    collection = HeadersCollection()
    for name, value in headers.items():
        collection.add(name.replace("_", "-"), value)
    return RequestConfiguration(headers=collection, query_parameters=query)


async def refused(
    act: Awaitable[Any], status: int, inner: str | None = None, target: str | None = None, code: str | None = None
) -> MainError:
    """That the server refuses, in Graph's way and with everything that the client makes of it."""
    try:
        answer = await act
    except ODataError as error:
        assert error.response_status_code == status, f"{status} expected, got {error.response_status_code}: {error}"
        told = error.error
        assert told is not None and told.inner_error is not None and told.message
        assert told.code == (code or CODES[status]), told.code
        assert isinstance(told.inner_error.date, datetime.datetime), "a date that the client can read"
        assert re.fullmatch(r"[0-9a-f-]{36}", told.inner_error.request_id or ""), told.inner_error.request_id
        assert told.inner_error.client_request_id
        finer = told.inner_error.additional_data.get("code")
        assert isinstance(finer, str) and re.fullmatch(r"[a-z][A-Za-z]+", finer), finer
        assert inner in (None, finer), f"{inner} expected, got {finer}: {told.message}"
        assert target in (None, told.target), f"{target} expected, got {told.target}: {told.message}"
        return told
    raise AssertionError(f"was answered instead of refused: {answer}")
