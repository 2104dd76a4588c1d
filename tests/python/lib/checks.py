"""One line per check, and a last line that counts them."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError

OURS = Path(__file__).resolve().parent.parent


class Checks:
    """A run of checks. A check that raises has failed; the run goes on, so that one fault is not taken for many."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.failed += 1
            print(f"FAILED  {name}: {describe(error)}", flush=True)
        else:
            self.passed += 1
            print(f"ok      {name}", flush=True)

    def finish(self) -> None:
        """Prints the totals and ends the program."""
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def describe(error: Exception) -> str:
    """One line about an error; of an error of the service, all that it says."""
    if isinstance(error, ODataError) and error.error is not None:
        told = error.error
        inner = told.inner_error.additional_data.get("code") if told.inner_error else None
        text = f"HTTP {error.response_status_code} {told.code} {inner}: {told.message}"
    else:
        text = f"{type(error).__name__}: {error}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if OURS in Path(frame.filename).parents]
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].line})" if frames else ""
    return " ⏎ ".join(f"{text}{place}".split("\n"))[:1200]
