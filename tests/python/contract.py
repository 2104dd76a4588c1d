"""Holds the server to its own description, with schemathesis: what `/openapi.json` calls valid is sent, and what it
calls invalid, by callers who may everything, something and nothing; every answer has to be one that it tells of.

    python contract.py DEMO_JSON

The same seed and the same description make the same requests.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from contract_stage import Stage

from lib.demo import Demo, from_command_line
from lib.receiver import Receiver

HERE = Path(__file__).resolve().parent
SEED = 1
"""Raised by hand, to look elsewhere."""

EXAMPLES = 8
"""How many requests are made up for an operation, beside those that every border of its description asks for."""

# A rule that the description cannot tell is no fault of the description: that an end comes after a start, that an id is
# one of ours. `contract_hooks.py` says what may be refused instead. 412 comes before the body is read.
CONFIGURATION = """
seed = {seed}
continue-on-failure = true
suppress-health-check = ["all"]
hooks = "contract_hooks"

[cache]
enabled = false

[generation]
max-examples = {examples}
database = "none"

[checks.positive_data_acceptance]
enabled = false

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 412, 422]

[phases.stateful]
enabled = false
"""


def run(stage: Stage, caller: str, token: str | None, document: str, *options: str) -> tuple[bool, str]:
    """One run of schemathesis: whether it was content, and what it said."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = CONFIGURATION.format(seed=SEED, examples=EXAMPLES)
        if token is not None:
            configuration += f'\n[headers]\nAuthorization = "Bearer {token}"\n'
        Path(folder, "schemathesis.toml").write_text(configuration, encoding="utf-8")
        words = ["--config-file", "schemathesis.toml", "run", document, "--url", f"{stage.base_url}/beta", "--no-color"]
        surroundings = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "USHER_STAGE": json.dumps(asdict(stage)),
            "USHER_CALLER": caller,
        }
        command = [sys.executable, "-m", "schemathesis.cli", *words, *options]
        done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def doctored(stage: Stage, folder: str) -> str:
    """The description with one lie in it: that names are numbers."""
    document = stage.get("/openapi.json")
    told = document["paths"]["/me"]["get"]["responses"]["200"]["content"]["application/json"]
    told["schema"] = {"type": "object", "properties": {"displayName": {"type": "integer"}}}
    file = Path(folder, "openapi.json")
    file.write_text(json.dumps(document), encoding="utf-8")
    return str(file)


def main() -> None:
    demo: Demo = from_command_line()
    stage = Stage.set_up(demo.baseUrl, demo.organizer.token or "", Receiver().address)
    document = f"{demo.baseUrl}/openapi.json"
    passed = failed = 0

    def count(name: str, is_good: bool, said: str) -> None:
        nonlocal passed, failed
        passed, failed = passed + is_good, failed + (not is_good)
        cases = re.search(r"(\d+) generated", said)
        print(f"{'ok     ' if is_good else 'FAILED '} {name}: {cases[1] if cases else 'no'} requests", flush=True)
        if not is_good:
            print(said)

    # Every border of a description is tried by whoever may everything, and once: what is below `/users/{userId}` is
    # described as what is below `/me`. The others need to be tried less.
    made_up = ["--phases", "examples,fuzzing"]
    for caller, token, options in [
        ("organizer", demo.organizer.token, ["--exclude-path-regex", "^/users"]),
        ("application", demo.app.token, ["--include-path-regex", "^/users", *made_up]),
        ("colleague", demo.colleague.token, made_up),
        ("nobody", None, made_up),
    ]:
        is_content, said = run(stage, caller, token, document, *options)
        count(f"the {caller} is answered as described", is_content, said)

    with tempfile.TemporaryDirectory() as folder:
        lie = doctored(stage, folder)
        is_content, said = run(stage, "organizer", demo.organizer.token, lie, "--include-operation-id", "me-get-me")
        count("a lie in the description is found", not is_content and "displayName" in said, said)

    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
