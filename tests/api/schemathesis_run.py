"""Everything that the OpenAPI document allows, and much that it does not, asked of a real process.

usage: python -m tests.api.schemathesis_run [--minutes 30] [--seed 1] [--serve=OPTION ...]

A node is served with people and programs of several parties; schemathesis asks it as some of them in
turn, for equal shares of the time. Whatever is answered with a fault of ours, or with a status, a media
type or a form that is not in the document, fails the run. The stream of events is left out, because it
has no end. At the end the run adds a line to ``docs/soak.md``.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from keepclear.domain.window import format_instant
from keepclear.node.clock import monotonic_s, now_us
from keepclear.node.home import make_home
from tests.api.test_serve import PASSWORD, client, declare, served
from tests.node.world import agreement, operation, site
from tests.soak import add_line, commit_now, take_serve

SECTION = "Requests made from the OpenAPI document"
HEAD = """
`make schemathesis` asks a served node what the document allows and what it does not, as an
administrator with a session, as duty officers of a force and of an aid organisation, and as nobody.
Faults are answers 5xx, and answers that the document does not have.

| Day | Commit | Seconds | Seed | Requests | Faults |
|---|---|---|---|---|---|
"""
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,unsupported_method,ignored_auth"
)
SCOPES = {
    "Alder": ["declare", "look", "record", "sites", "consent", "incident"],
    "Relief": ["declare", "look", "record", "consent", "incident"],
}


def prepare(url: str, link: str) -> dict[str, list[str]]:
    """People and programs; for each the headers it asks with."""
    admin = client(url)
    come = {"link": link, "mark": "admin-1", "password": PASSWORD}
    admin.post("/api/v1/links", json=come).raise_for_status()
    admin.post("/api/v1/session", json={"mark": "admin-1", "password": PASSWORD}).raise_for_status()
    admin.put("/api/v1/arrangements/Darling", json={"text": agreement(declarations=10_000_000)})
    session = admin.cookies["keepclear"]
    found = {"administrator": [f"Cookie: keepclear={session}", f"Origin: {url}"], "nobody": []}
    for party, scopes in SCOPES.items():
        mark = f"{party.lower()}-1"
        said = {"mark": mark, "role": "administrator", "party": party}
        secret = admin.post("/api/v1/people", json=said).json()["secret"]
        person = client(url)
        person.post("/api/v1/links", json={"link": secret, "password": f"{PASSWORD} {party}"})
        person.post("/api/v1/session", json={"mark": mark, "password": f"{PASSWORD} {party}"})
        said = {"mark": f"feed-{mark}", "role": "duty", "party": party, "only": scopes}
        token = person.post("/api/v1/people", json=said).json()["secret"]
        found[f"duty of {party}"] = [f"Authorization: Bearer {token}"]
        thing = operation("A1") if party == "Alder" else site()
        assert declare(client(url, token), thing).status_code == 201
    return found


def ask_everything(
    url: str, headers: list[str], seconds: float, seed: int, place: str
) -> tuple[int, str]:
    """How many requests were made, and what failed; empty where nothing did."""
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", f"{url}/openapi.json",
        "--max-time", str(int(seconds)), "--checks", CHECKS, "--seed", str(seed),
        "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-color",
        "--warnings", "off", "--request-timeout", "60", "--max-examples", "100000",
        "--exclude-path", "/api/v1/events", "--generation-database", "none",
        "--suppress-health-check", "all",
    ]  # fmt: skip
    if any("Cookie" in one for one in headers):
        # logged out, it would be nobody; on loopback the cookie has not the name in the document, so
        # that schemathesis cannot take it away: that nobody is let in without one is tested apart
        command += ["--exclude-path", "/api/v1/session", "--exclude-checks", "ignored_auth"]
    for header in headers:
        command += ["--header", header]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=place)
    asked = re.search(r"([\d,]+) generated", done.stdout)
    count = int(asked[1].replace(",", "")) if asked else 0
    return count, "" if done.returncode == 0 else done.stdout[-20_000:] + done.stderr[-2_000:]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.api.schemathesis_run")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-line", action="store_true", help="leave docs/soak.md as it is")
    take_serve(parser)
    options = parser.parse_args()
    how = f", `{' '.join(options.serve)}`" if options.serve else ""
    begun_us, begun_s, commit = now_us(), monotonic_s(), commit_now("src", "tests")
    total, failed = 0, 0
    with TemporaryDirectory() as place:
        folder = Path(place) / "node"
        make_home(folder, "")
        log = Path(place) / "log"
        limits = ("--per-party", "0", "--per-address", "0")
        with served(folder, *limits, *options.serve, log=log) as (process, url):
            people = prepare(url, process.stdout.readline().strip().partition("#")[2])
            for name, headers in people.items():
                share_s = options.minutes * 60 / len(people)
                asked, fault = ask_everything(url, headers, share_s, options.seed, place)
                total += asked
                failed += bool(fault)
                print(
                    f"{name}: {asked:,} requests, {'FAULTS' if fault else 'no fault'}", flush=True
                )
                if fault:
                    print(fault, flush=True)
        faults = [line for line in log.read_text().splitlines() if '"level":"error"' in line]
        for line in faults[:20]:
            print(json.loads(line), flush=True)
    seconds = int(monotonic_s() - begun_s)
    if not options.no_line:
        day = format_instant(begun_us)[:10]
        line = (
            f"| {day} | {commit}{how} | {seconds:,} | {options.seed} | "
            f"{total:,} | {failed + len(faults)} |"
        )
        add_line(SECTION, HEAD, line)
    return 1 if failed or faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
