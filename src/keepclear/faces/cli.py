"""The command line: turns what was typed into a question, and the answer into words and a code.

Data goes to stdout or the file asked for, words and progress to stderr. Heavy imports wait inside
the commands, so that help appears at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from keepclear import __version__
from keepclear.errors import ConfigurationError, UsageError
from keepclear.faces import quantities
from keepclear.faces.arrangement import arrangement
from keepclear.faces.columns import map_option
from keepclear.faces.consenting import consent, due
from keepclear.faces.convert import convert
from keepclear.faces.declaring import declare
from keepclear.faces.evidence import bundle, log, verify
from keepclear.faces.folder import backup, init, status
from keepclear.faces.incident import incident
from keepclear.faces.journeys import hold, return_, split
from keepclear.faces.keep import keep
from keepclear.faces.limits import max_bytes_option
from keepclear.faces.link import link
from keepclear.faces.lint import lint
from keepclear.faces.lives import act, delay, list_, show, withdraw
from keepclear.faces.outcome import EXIT_WORDS, Exit, exit_code
from keepclear.faces.people import admit, people, put_out
from keepclear.faces.playing import demo
from keepclear.faces.report import FORMS, render
from keepclear.faces.serve import serve
from keepclear.faces.template import template
from keepclear.faces.terminal import ProgressLine, deliver, not_over_input, say
from keepclear.faces.where import where
from keepclear.node.config import CHECK_SETTINGS, settings
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.node.check import Question

__all__ = ["cli"]

_SUFFIXES: Final = {".json": "json", ".geojson": "geojson", ".csv": "csv", ".html": "html"}
"""What the name after ``-o`` asks for where no format is given."""
_HELP_FLAGS: Final = {"--help", "-h", "--version"}


class _DefaultCommand(click.Group):
    """``keepclear FILE...`` is ``keepclear check FILE...``."""

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Commands by what one has before one, each in one line."""
        for title, commands in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(str(one.name), words) for one, words in commands])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in _HELP_FLAGS:
            _perhaps_meant(args[0], list(self.commands))
            args = ["check", *args]
        return super().parse_args(ctx, args)


def _perhaps_meant(word: str, commands: list[str]) -> None:
    """A mistyped command is not a missing file."""
    close = get_close_matches(word, commands, n=1, cutoff=0.7)
    if close and not Path(word).exists():
        raise UsageError(
            f"there is no file and no command {word!r}; did you mean 'keepclear {close[0]}'?"
        )


@click.group(cls=_DefaultCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="keepclear")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find where the plans of parties who share a space cross, before they meet.

    keepclear FILE... is short for keepclear check FILE...
    """
    if ctx.invoked_subcommand == "check":
        ctx.default_map = {"check": settings()}


def _setting(*names: str, **rest: Any) -> Callable[[Any], Any]:
    """An option that may also stand in the environment or a settings file."""
    name = next(name for name in names if name.startswith("--")).removeprefix("--")
    assert name in CHECK_SETTINGS
    variable = "KEEPCLEAR_" + name.upper().replace("-", "_")
    return click.option(*names, envvar=variable, **rest)


_EXIT_CODES: Final = "\b\nExit code:\n" + "\n".join(
    f"  {code.value:>3}  {words}" for code, words in EXIT_WORDS.items()
)
"""Click leaves the lines of a paragraph alone that begins with a backspace."""


@cli.command(epilog=_EXIT_CODES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_setting(
    "--horizontal",
    type=quantities.HORIZONTAL,
    default="0",
    metavar="LENGTH",
    help="Distance that must remain free: 1000m, 1.5km, 5NM.",
)
@_setting(
    "--vertical",
    type=quantities.VERTICAL,
    default="0",
    metavar="LENGTH",
    help="Height that must remain free: 300ft, 100m.",
)
@_setting(
    "--time",
    type=quantities.DURATION,
    default="0",
    metavar="DURATION",
    help="Time that must remain free: 60s, 5min.",
)
@_setting(
    "--ground",
    type=quantities.GROUND,
    metavar="LOW..HIGH",
    help="Lowest and highest ground above the sea, where a file states none: 40..150m.",
)
@_setting(
    "--after",
    type=quantities.INSTANT,
    metavar="TIME",
    help="Only what happens from then on: 2015-11-20T06:30Z.",
)
@_setting(
    "--before", type=quantities.INSTANT, metavar="TIME", help="Only what happens before then."
)
@_setting(
    "--within-party", is_flag=True, help="Compare declarations of one party with each other, too."
)
@_setting(
    "--format",
    "-f",
    type=click.Choice(FORMS),
    help="Form of the answer; table, or what the name after -o says.",
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("-o", "--output", default=STDIN, metavar="FILE", help="Write the answer there.")
@_setting(
    "--read-as",
    metavar="FORMAT",
    help="Format of the files, where it should not be guessed: "
    "geojson, ndjson, csv, xlsx, f3548, ed269, ed318, tracks, kml, kmz, gpx, cot, openair, yaixm, "
    "notam, notam-json, readsb, sbs or sbs-utc.",
)
@map_option()
@max_bytes_option(_setting)
@_setting("--keep-going", is_flag=True, help="Unreadable rows do not make the exit code 3.")
@_setting("--exit-zero", is_flag=True, help="Crossings do not make the exit code 1.")
@_setting("--quiet", "-q", is_flag=True, help="Say only what could not be read.")
@click.pass_context
def check(ctx: click.Context, /, files: tuple[str, ...], **options: Any) -> int:
    """Find every crossing among the declarations in FILE...

    Files of all parties go in together; - is standard input. A declaration that names no party
    belongs to the party that its file is named after.
    """
    from keepclear.detect.crossing import Minima
    from keepclear.faces.telling import say_closing, say_findings, say_left_out
    from keepclear.node.check import Question, answer
    from keepclear.node.clock import now_us
    from keepclear.node.gather import gather
    from keepclear.node.lint import deviations_of

    form = _form(ctx, options["format"], options["output"], as_json=options["as_json"])
    not_over_input(options["output"], files)
    quiet = options["quiet"]
    if not quiet:
        _say_settings(ctx)
        if STDIN in files and sys.stdin.isatty():
            say("reading what you type; end it with Ctrl-D on a line of its own")
    question = Question(
        minima=Minima(options["horizontal"], options["vertical"], options["time"]),
        ground=options["ground"],
        after_us=options["after"],
        before_us=options["before"],
        within_party=options["within_party"],
        areas=form != "pairs",
    )
    if form == "pairs":
        code = _many_pairs(files, question, options)
        if code is not None:
            return code
    progress = ProgressLine(wanted=not quiet)
    try:
        reading = gather(
            files,
            read_as=options["read_as"],
            max_bytes=options["max_bytes"],
            mapping=options["mapping"],
        )
        comparison = answer(reading, question, now_us=now_us(), progress=progress)
    finally:
        progress.close()
    say_left_out(comparison, quiet=quiet)
    if not quiet:
        say_findings(deviations_of(reading), files)
    code = exit_code(comparison, keep_going=options["keep_going"], exit_zero=options["exit_zero"])
    output = options["output"]
    try:
        deliver(render(form, comparison, reading, question, output=output), output)
    except ConfigurationError as error:
        # The verdict is known: a full disk must not turn a crossing into "nothing crosses".
        say(f"keepclear: {error}")
        code = code or Exit.UNREADABLE
    if not quiet:
        say_closing(comparison, in_table=form == "table" and output == STDIN)
    return code


def _many_pairs(files: tuple[str, ...], question: Question, options: dict[str, Any]) -> Exit | None:
    """Large plain files in columns all the way; None where that way is not open."""
    from keepclear.faces.telling import say_left_out
    from keepclear.faces.words import closing
    from keepclear.node.bulk import bulk_pairs

    found = bulk_pairs(files, question, read_as=options["read_as"], max_bytes=options["max_bytes"])
    if found is None:
        return None
    from keepclear.faces.report.columns import render_columns

    text = render_columns(found)
    if text is None:
        return None
    say_left_out(found.comparison, quiet=options["quiet"])
    deliver(text, options["output"])
    crossings = len(found.a)
    if not options["quiet"]:
        say(closing(found.comparison, (crossings, crossings)))
    return Exit.CROSSING if crossings and not options["exit_zero"] else Exit.NOTHING


@cli.command()
@click.argument("folder", metavar="[DIR]", default="")
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def doctor(folder: str, *, as_json: bool) -> int:
    """Look whether everything that keepclear needs is here, and say what to do where not.

    With DIR, look at the node in that folder instead: its folder and keys, disk and clock, the database
    with every entry against the record, the last checkpoint, and whether a process uses it. Nothing is
    changed.
    """
    from keepclear.faces.report.health import render_health, sound

    if folder:
        from keepclear.node.examining import examine_node

        findings = examine_node(Path(folder))
    else:
        from keepclear.node.doctor import examine

        findings = examine(__version__)
    deliver(render_health(findings, as_json=as_json), STDIN)
    return Exit.NOTHING if sound(findings) else Exit.UNREADABLE


def _form(ctx: click.Context, form: str | None, output: str, *, as_json: bool) -> str:
    """The form asked for; the name of the output decides where nothing else does."""
    if not as_json:
        return form or _SUFFIXES.get(Path(output).suffix.lower(), "table")
    typed = ctx.get_parameter_source("format") is ParameterSource.COMMANDLINE
    if typed and form != "json":
        raise UsageError(f"--json and --format {form} contradict each other; give one of them")
    return "json"


def _say_settings(ctx: click.Context) -> None:
    """Options that nobody typed must not be a surprise."""
    sources = {
        ParameterSource.ENVIRONMENT: "the environment",
        ParameterSource.DEFAULT_MAP: "a settings file",
    }
    for source, words in sources.items():
        names = [
            f"--{name.replace('_', '-')}"
            for name in ctx.params
            if ctx.get_parameter_source(name) is source
        ]
        if names:
            say(f"from {words}: {', '.join(sorted(names))}")


_SECTIONS: Final[dict[str, tuple[tuple[click.Command, str], ...]]] = {
    "Files": (
        (check, "find every crossing of what files declare"),
        (lint, "say what looks wrong in files, before they are sent"),
        (convert, "write a file in another form, and list what is lost"),
        (template, "write an empty spreadsheet to fill in and send"),
        (where, "write a position in every notation, and as check words"),
    ),
    "What was agreed": ((arrangement, "write, check, show, propose and sign an arrangement"),),
    "A node": (
        (init, "make a folder a node"),
        (serve, "serve it: API and events"),
        (status, "say what it holds, and its public keys"),
        (doctor, "say what is missing here, or wrong with a node"),
        (backup, "write a whole copy of its database"),
        (people, "list who is let in"),
        (admit, "let a person or a program in"),
        (put_out, "let one in no more"),
        (due, "do what time has brought"),
        (keep, "list what was kept long enough, or erase it"),
    ),
    "Declarations at a node": (
        (declare, "declare what is in files, and say what it crosses"),
        (list_, "list what is declared"),
        (show, "show the history of one, and who was shown what"),
        (act, "take one step in its life"),
        (delay, "a movement leaves later"),
        (hold, "a movement stays at a stop"),
        (split, "a movement becomes two"),
        (return_, "a movement goes back"),
        (withdraw, "take one back; its history stays"),
        (consent, "say who is told of a site or movement, and what"),
    ),
    "Other desks": (
        (link, "enrol with other desks, compare keys, call"),
        (incident, "report an incident, and what was said about it"),
    ),
    "The record": (
        (log, "show the record: what was kept, in order"),
        (bundle, "make a bundle of evidence"),
        (verify, "say what a bundle proves, offline"),
    ),
    "To look at": ((demo, "play a scenario on real nodes of this machine"),),
}
"""What there is, as help shows it: who has files alone needs the first section and nothing else."""
for _command in (one for section in _SECTIONS.values() for one, _ in section):
    cli.add_command(_command)
