"""A real process: first link, log-in, declarations, a stream that resumes, and a good end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import warnings
from contextlib import contextmanager, suppress

import httpx2
import pytest

from keepclear.app import main
from keepclear.errors import UsageError
from keepclear.faces.api.server import Place
from keepclear.node.home import make_home
from keepclear.node.serving import served_at
from keepclear.node.start import running
from keepclear.wire.declaration import encode
from tests.node.world import agreement, operation, site

PASSWORD = "four words of no meaning"
OPENED = []
"""Connections, closed at the end."""
FAREWELL_S = 9.0
"""Less than what was asked before the end may take."""
START_S = 300
"""Where the compiled path was never made, it is made at the first question; on a busy machine."""


@contextmanager
def served(folder, *options, log):
    """A process, and its address; what it says goes to a file, so that it never waits to be heard."""
    command = [sys.executable, "-m", "keepclear", "serve", str(folder), "--port", "0", *options]
    with log.open("w") as err:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, text=True)
    try:
        for _ in range(START_S * 10):
            if "serving the node" in log.read_text():
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
                break
        url = served_at(folder)
        assert url, log.read_text()
        yield process, url
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def client(url, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {"Origin": url}
    OPENED.append(httpx2.Client(base_url=url, headers=headers, timeout=START_S))
    return OPENED[-1]


def events(http, after, wanted):
    """The ids and kinds of events that follow an entry."""
    found, last = [], {}
    with http.stream("GET", "/api/v1/events", headers={"Last-Event-ID": str(after)}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if name in {"id", "event", "data"}:
                last[name] = value
            elif not line and "id" in last:
                assert json.loads(last["data"])["number"] == int(last["id"])
                found.append((int(last["id"]), last["event"]))
                last = {}
                if len(found) == wanted:
                    return found
    return found


def declare(http, declaration, **headers):
    return http.post(
        "/api/v1/declarations",
        content=encode(declaration),
        headers={"Content-Type": "application/json", **headers},
    )


@pytest.fixture(scope="module")
def play(tmp_path_factory):
    """One node's first day, from its first link to its end."""
    folder = tmp_path_factory.mktemp("api") / "node"
    make_home(folder, "")
    seen = {"folder": folder}
    log = folder.parent / "log"
    with served(folder, log=log) as (process, url):
        seen["url"] = url
        link = process.stdout.readline().strip()
        seen["link"] = link
        assert link.startswith(f"{url}/first#")
        admin = client(url)
        come = {"link": link.partition("#")[2], "mark": "admin-1", "password": PASSWORD}
        seen["come"] = admin.post("/api/v1/links", json=come)
        seen["come again"] = admin.post("/api/v1/links", json={**come, "mark": "admin-2"})
        seen["wrong"] = admin.post(
            "/api/v1/session", json={"mark": "admin-1", "password": "x" * 20}
        )
        seen["login"] = admin.post(
            "/api/v1/session", json={"mark": "admin-1", "password": PASSWORD}
        )
        admin.put("/api/v1/arrangements/Darling", json={"text": agreement()})
        tokens = {}
        for party in ("Alder", "Birch", "Relief"):
            mark = f"{party.lower()}-1"
            invited = admin.post(
                "/api/v1/people", json={"mark": mark, "role": "administrator", "party": party}
            ).json()
            person = client(url)
            password = f"{PASSWORD} {party}"
            person.post("/api/v1/links", json={"link": invited["secret"], "password": password})
            person.post("/api/v1/session", json={"mark": mark, "password": password})
            scopes = ["declare", "look", "record"]
            tokens[party] = person.post(
                "/api/v1/people",
                json={"mark": f"feed-{mark}", "role": "duty", "party": party, "only": scopes},
            ).json()["secret"]
        seen["tokens"] = tokens
        alder, birch = client(url, tokens["Alder"]), client(url, tokens["Birch"])
        seen["declared"] = [
            declare(alder, operation("A1")),
            declare(birch, operation("B1", party="Birch")),
        ]
        declare(client(url, tokens["Relief"]), site())
        seen["size"] = int(alder.get("/api/v1/record/checkpoint").text.split("\n")[1])
        seen["all"] = events(alder, 0, 4)
        middle = seen["all"][1][0]
        seen["resumed"] = events(alder, middle, 2)
        seen["commands"] = commands(folder, url, tokens["Alder"])
        seen["logout"] = admin.delete("/api/v1/session")
        seen["after logout"] = admin.get("/api/v1/session")
        put_out(url, seen)
        with alder.stream("GET", "/api/v1/events") as open_stream:
            process.send_signal(signal.SIGTERM)
            seen["farewell"] = b"".join(open_stream.iter_bytes())
        process.communicate(timeout=START_S)
        seen["code"], seen["err"] = process.returncode, log.read_text()
    for http in OPENED:
        http.close()
    return seen


def put_out(url, seen):
    """A token that was put out opens nothing from then on."""
    admin = client(url)
    admin.post("/api/v1/session", json={"mark": "birch-1", "password": f"{PASSWORD} Birch"})
    admin.delete("/api/v1/people/feed-birch-1")
    seen["put out"] = client(url, seen["tokens"]["Birch"]).get("/api/v1/session")


def commands(folder, url, token):
    """What the command line makes of it: name -> (code, stdout, stderr)."""
    found = {}
    environment = {**os.environ, "KEEPCLEAR_TOKEN": token}
    plan = folder.parent / "alder.geojson"
    feature = {
        "type": "Feature",
        "properties": {
            "id": "A7", "kind": "operation", "radius_m": 500.0,
            "altitude_lower": {"value": 100, "units": "M", "reference": "W84"},
            "altitude_upper": {"value": 500, "units": "M", "reference": "W84"},
            "time_start": "1970-01-01T18:30:00Z", "time_end": "1970-01-01T19:00:00Z",
        },
        "geometry": {"type": "Point", "coordinates": [144.0, -31.2]},
    }  # fmt: skip
    plan.write_text(json.dumps(feature))
    runs = {
        "declare": ("declare", url, str(plan)),
        "declare again": ("declare", url, str(plan), "--if-match", "5"),
        "list": ("list", url, "--json"),
        "show": ("show", url, "Alder/A7"),
        "nothing": ("show", url, "Birch/B1"),
        "act": ("act", url, "Alder/A7", "activate"),
        "withdraw": ("withdraw", url, "Alder/A1", "--reason", "not needed"),
        "status": ("status", url),
        "folder": ("list", str(folder)),
        "beside": ("status", str(folder)),
    }
    for name, words in runs.items():
        done = subprocess.run(
            [sys.executable, "-m", "keepclear", *words],
            capture_output=True, text=True, env=environment, timeout=START_S, check=False,
        )  # fmt: skip
        found[name] = (done.returncode, done.stdout, done.stderr)
    return found


def test_the_first_link_lets_in_one_person_once(play):
    assert (play["come"].status_code, play["come"].json()["mark"]) == (201, "admin-1")
    assert (play["come again"].status_code, play["come again"].json()["code"]) == (
        403,
        "access.link",
    )


def test_a_session_is_in_a_cookie_that_no_script_reads(play):
    assert (play["wrong"].status_code, play["wrong"].json()["code"]) == (403, "login.refused")
    assert play["login"].status_code == 200
    cookies = play["login"].headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith(("keepclear=", "keepclear-device="))
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Secure" not in cookie, "plain HTTP is for this machine alone, and says so"
    assert play["logout"].status_code == 204
    assert play["after logout"].status_code == 401
    assert play["put out"].status_code == 401


def test_each_is_told_what_both_share(play):
    first, second = play["declared"]
    assert [one.status_code for one in play["declared"]] == [201, 201]
    assert first.json()["shown"][0]["crossings"] == []
    (crossing,) = second.json()["shown"][0]["crossings"]
    assert (crossing["party"], crossing["level"]) == ("Alder", "crossing")
    assert "A1" not in second.text


def test_a_stream_goes_on_from_the_last_event_seen(play):
    assert [kind for _, kind in play["all"]] == ["arranged", "declared", "shown", "shown"]
    assert play["resumed"] == play["all"][2:]


def test_the_command_line_is_a_client_of_it(play):
    done = play["commands"]
    code, out, err = done["declare"]
    assert code == 1, err
    assert "crosses operation of Birch" in out
    assert "B1" not in out + err
    assert done["declare again"][0] == 5
    assert "version" in done["declare again"][2]
    assert {one["subject"] for one in json.loads(done["list"][1])["declarations"]} == {
        "Alder/A1",
        "Alder/A7",
    }
    assert "Alder/A7: operation, Accepted, version 1" in done["show"][1]
    assert done["nothing"][0] == 5
    assert "Alder/A7: version 1 is Activated" in done["act"][1]
    assert "is Ended" in done["withdraw"][1]
    assert play["tokens"]["Alder"] not in str(done)
    assert f"node        {play['url']}" in done["status"][1]


def test_a_folder_that_is_served_says_where(play):
    code, _, err = play["commands"]["folder"]
    assert code == 3
    assert f"is being served; give {play['url']} in place of the folder" in err
    code, out, _ = play["commands"]["beside"]
    assert code == 0
    assert play["url"] in out


def test_told_to_stop_it_ends_well_and_everything_answered_is_there(play):
    assert play["code"] == 0
    assert "everything that was answered is kept" in play["err"]
    assert "Traceback" not in play["err"]
    assert play["farewell"].startswith(b"retry:")
    assert served_at(play["folder"]) == ""
    with running(str(play["folder"])) as (_, node):
        assert node.store.size() > play["size"]
        assert {"Alder/A1", "Alder/A7", "Birch/B1", "Relief/S1"} == set(node.memory.cases)


def test_no_secret_is_in_the_log_or_in_the_database_as_it_is(play):
    secrets = [*play["tokens"].values(), play["link"].partition("#")[2], PASSWORD]
    kept = b"".join(one.read_bytes() for one in play["folder"].iterdir() if one.is_file())
    for secret in secrets:
        assert secret not in play["err"]
        assert secret.encode() not in kept


def test_a_stale_file_of_a_killed_process_is_not_believed(tmp_path, capsys):
    make_home(tmp_path / "node", "Alder")
    (tmp_path / "node" / "serving").write_text("http://127.0.0.1:1\n")
    assert main(["status", str(tmp_path / "node")]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place("0.0.0.0", 1), "this machine alone"),
        (Place("192.0.2.1", 1), "this machine alone"),
        (Place("node.example", 1), "this machine alone"),
        (Place("127.0.0.1", 1, (), "cert.pem"), "belong together"),
        (Place("0.0.0.0", 1, (), "cert.pem", "key.pem"), "--name HOST"),
    ],
)
def test_plain_http_is_for_this_machine_alone(place, words):
    with pytest.raises(UsageError, match=words):
        place.checked()


def test_names_are_those_that_were_given():
    assert Place("127.0.0.2", 1).checked().hosts == {"localhost", "127.0.0.1", "[::1]"}
    named = Place("::", 1, ("Node.Example",), "c", "k").checked()
    assert (named.hosts, named.encrypted) == ({"node.example"}, True)


def test_a_port_that_is_taken_is_one_sentence(tmp_path, capsys):
    make_home(tmp_path / "node", "Alder")
    with socket.create_server(("127.0.0.1", 0)) as other:
        code = main(["serve", str(tmp_path / "node"), "--port", str(other.getsockname()[1])])
    assert code == 3
    said = capsys.readouterr().err
    assert "cannot be listened to" in said
    assert "Traceback" not in said


def test_certificates_that_cannot_be_used_are_one_sentence(tmp_path, capsys):
    make_home(tmp_path / "node", "Alder")
    (tmp_path / "c.pem").write_text("nothing")
    words = ["--tls-cert", str(tmp_path / "c.pem"), "--tls-key", str(tmp_path / "c.pem")]
    code = main(["serve", str(tmp_path / "node"), "--port", "0", *words])
    assert code == 3
    assert "cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "token", "code", "said"),
    [
        (("list", "http://127.0.0.1:1"), "t", 4, "nothing was sent: there is no node at"),
        (("list", "http://127.0.0.1:1"), "", 2, "KEEPCLEAR_TOKEN"),
        (("list", "http://node.example:80"), "t", 2, "https alone"),
        (("list", "https://node.example/path"), "t", 2, "expected an address"),
        (("list", "http://127.0.0.1:x"), "t", 2, "expected an address"),
        (("show", "http://127.0.0.1:1", "A1"), "t", 2, "Party/id"),
        (("withdraw", "http://127.0.0.1:1", "A/1", "--reason", "r", "--by", "me"), "t", 2, "--by"),
    ],
)
def test_a_line_that_cannot_be_is_one_sentence(monkeypatch, capsys, words, token, code, said):
    monkeypatch.setenv("KEEPCLEAR_TOKEN", token)
    assert main(list(words)) == code
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of this test's own; made by the openssl that is there."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate with")
    place = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", str(place / "key.pem"), "-out", str(place / "cert.pem"),
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    return place


def test_an_end_waits_for_nobody_who_is_connected_and_asks_nothing(tmp_path, certificate):
    """Other nodes keep connections open; over TLS an end would wait ten seconds for each of them."""
    folder = tmp_path / "node"
    make_home(folder, "Alder")
    files = ["--tls-cert", str(certificate / "cert.pem"), "--tls-key", str(certificate / "key.pem")]
    with served(folder, *files, "--name", "localhost", log=tmp_path / "log") as (process, url):
        trusted = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        with httpx2.Client(base_url=url, verify=trusted) as http:
            assert http.get("/healthz").status_code == 200
            asked_s = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(START_S)
            assert time.monotonic() - asked_s < FAREWELL_S
        assert process.returncode == 0


def test_over_tls_cookies_are_secure_and_old_versions_are_refused(tmp_path, certificate):
    folder = tmp_path / "node"
    make_home(folder, "Alder")
    files = ["--tls-cert", str(certificate / "cert.pem"), "--tls-key", str(certificate / "key.pem")]
    with served(folder, *files, "--name", "localhost", log=tmp_path / "log") as (process, url):
        assert url.startswith("https://localhost:")
        link = process.stdout.readline().strip().partition("#")[2]
        trusted = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        with httpx2.Client(base_url=url, headers={"Origin": url}, verify=trusted) as http:
            said = {"link": link, "mark": "alder-1", "password": PASSWORD}
            assert http.post("/api/v1/links", json=said).json()["party"] == "Alder"
            login = http.post("/api/v1/session", json={"mark": "alder-1", "password": PASSWORD})
            assert login.status_code == 200
            for cookie in login.headers.get_list("set-cookie"):
                assert cookie.startswith("__Host-keepclear")
                assert "; Secure" in cookie
                assert "Path=/;" in cookie
            assert http.get("/api/v1/session").json()["mark"] == "alder-1"
            assert login.headers["strict-transport-security"]
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with (
            socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as raw,
            pytest.raises((ssl.SSLError, ConnectionError)),
        ):
            old.wrap_socket(raw)
