"""Whether the chapters before have asked for everything that the server describes. The last one to run."""

import re

import httpx

from lib.client import asked

from .fresh import Run

METHODS = ("get", "post", "patch", "delete")


def below(path: str) -> str:
    """What stands below the version and the person, who may be called `me` or by their id."""
    return re.sub(r"^/(me|users/[^/]+)(?=/)", "", re.sub(r"^/(beta|v1\.0)(?=/)", "", path))


def pattern(place: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", place)), re.IGNORECASE)


async def surface(run: Run) -> None:
    with run.check("every operation that the server describes was answered to this client"):
        paths = httpx.get(f"{run.demo.baseUrl}/openapi.json").json()["paths"]
        left = {(method, below(path)) for path, of in paths.items() for method in METHODS if method in of}
        assert len(left) > 50, f"{len(left)} operations are described"
        # What is spelt out comes before what may be anything: `registrants/delta` is nobody's id.
        places = sorted({below(path) for path in paths}, key=lambda place: place.count("{"))
        for method, path in asked:
            place = next((one for one in places if pattern(one).fullmatch(below(path))), "")
            left.discard((method, place))
        assert left == {("get", "/$metadata")}, f"but for what tests/js/csdl.mjs reads: {left}"
