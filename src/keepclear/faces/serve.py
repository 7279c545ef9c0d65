"""``keepclear serve``: the node in a folder answers over HTTP until it is told to stop."""

from __future__ import annotations

from contextlib import ExitStack, closing

import click

from keepclear.errors import ConfigurationError
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.node.files import STDIN

__all__ = ["serve"]


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Where it listens.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8200, help="0: any that is free.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="A name under which others reach it. May be repeated; requests to other names are refused.",
)
@click.option("--tls-cert", default="", metavar="FILE", help="Its certificate, with the chain.")
@click.option("--tls-key", default="", metavar="FILE", help="The key of the certificate.")
@click.option(
    "--per-party",
    type=click.FloatRange(0),
    metavar="N",
    help="Requests a second that one party may send in the long run; 0: no limit.",
)
@click.option(
    "--per-address",
    type=click.FloatRange(0),
    metavar="N",
    help="Requests a second from one address in the long run; 0: no limit.",
)
@click.option("--front", is_flag=True, help="Have a process of its own speak with clients.")
def serve(
    folder: str,
    host: str,
    port: int,
    names: tuple[str, ...],
    tls_cert: str,
    tls_key: str,
    per_party: float | None,
    per_address: float | None,
    front: bool,
) -> int:
    """Serve the node in DIR: its API, and the events of its parties, until it is told to stop.

    Plain HTTP is for this machine alone; others need --tls-cert and --tls-key. The first start prints a
    link for the first person, which is good until somebody is in, or until the next start.
    """
    from keepclear.faces.api.early import early  # noqa: PLC0415
    from keepclear.faces.api.limits import NO_LIMIT, PER_ADDRESS, PER_PARTY  # noqa: PLC0415
    from keepclear.faces.api.server import Place, listening, run, service_of  # noqa: PLC0415
    from keepclear.faces.front.behind import Behind  # noqa: PLC0415
    from keepclear.faces.front.inlet import Inlets  # noqa: PLC0415
    from keepclear.faces.peer.conversation import Conversation  # noqa: PLC0415
    from keepclear.node.links import first_link  # noqa: PLC0415
    from keepclear.node.serving import serving  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.node.talking import Talk  # noqa: PLC0415
    from keepclear.node.worker import Worker  # noqa: PLC0415

    place = Place(host, port, names, tls_cert, tls_key)
    known = place.checked()
    with ExitStack() as stack:
        listener = stack.enter_context(listening(place))
        pace, behind = PER_ADDRESS.at(per_address), None
        if front:
            behind = stack.enter_context(closing(Behind(place, pace, listener)))
            pace = NO_LIMIT  # the front counts
        with early(place, listener) as state:
            home, node = stack.enter_context(running(folder, say=say, tell=state.tell))
        if behind is not None:
            behind.warm()
        url = place.url(listener.getsockname()[1])
        link = first_link(node)
        if link is not None:
            deliver(f"{url}/first#{link}\n", STDIN)
            say("this link lets in the first person, once; whoever has it is the first")
        conversation = Conversation(Talk(node, home.message_key), identity=home.age_identity)
        worker = Worker(node)
        service = service_of(
            worker,
            known,
            conversation=conversation,
            per_party=PER_PARTY.at(per_party),
            per_address=pace,
        )
        inlets = Inlets(service)
        try:
            with serving(home.folder, url):
                say(f"serving the node of {home.owner} at {url}")
                if behind is None:
                    run(place, service, listener)
                else:
                    behind.run(service, inlets)
        except OSError as error:
            raise ConfigurationError(f"{folder!r} cannot be served ({error})") from error
        finally:
            worker.close()
            inlets.close()
    say("stopped; everything that was answered is kept")
    return Exit.NOTHING
