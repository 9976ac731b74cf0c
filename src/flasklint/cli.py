"""The command line: arguments in, a report out, an exit code.

Exit codes: 0 there is nothing to complain of; 1 there is, or a file could not be read; 2 the work could not be done, or
a part of flasklint failed; 130 it was interrupted. Standard output holds the report and nothing else.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from flasklint import __version__, replay, settings
from flasklint.cache import Cache
from flasklint.console import FAILED, FINDINGS, INTERRUPTED, OK, Bar, Output, standard_output
from flasklint.discovery import PathError, shown
from flasklint.findings import UNREADABLE, Report, Severity, Verdict
from flasklint.planning import NothingToAnalyseError, Orders, Plan, Survey, chosen, survey
from flasklint.reporters import FORMATS, Format, render
from flasklint.reporters.options import RenderOptions
from flasklint.reporters.terminal import PLAIN, ColorChoice
from flasklint.rules.registry import UnknownRuleError, load

if TYPE_CHECKING:  # what analyses is imported once there is something to analyse
    from flasklint import engine, explain, reading

NAMED_SKIPS = 10
DEPTH = 10_000
STACK = 100 << 20
"""In bytes. Linux leaves at least 128 MB of address space for the main thread's stack, whatever its limit was at the start."""
GITHUB_SHOWS = 5000

Form = Literal["text", "markdown", "json"]
View = Literal["text", "json"]
COLOR = click.Choice(["auto", "always", "never"])


def main(argv: Sequence[str], name: str | None = None) -> int:
    """Run a command line and give its exit code. ``name``: what the run is to be remembered as, if it is."""
    out = Output(name)
    depth = sys.getrecursionlimit()
    try:
        _make_room()
        code = _cli.main(args=list(argv), prog_name="flasklint", standalone_mode=False, obj=out)
        code = code if isinstance(code, int) else OK
    except click.ClickException as error:
        code = out.fail(_usage(error))
    except (PathError, settings.SettingsError, NothingToAnalyseError, UnknownRuleError, UsageError) as error:
        code = out.fail(str(error.args[0]) + _command_hint(argv))
    except (KeyboardInterrupt, click.Abort):
        out.note("interrupted")
        code = INTERRUPTED
    finally:
        sys.setrecursionlimit(depth)
    out.finish(code)
    return code


def _make_room() -> None:
    """Room for code that is nested deeply, here and in the processes forked from here: trees are walked by recursion."""
    sys.setrecursionlimit(max(DEPTH, sys.getrecursionlimit()))
    if sys.platform == "linux":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
        if soft != resource.RLIM_INFINITY and soft < STACK and (hard == resource.RLIM_INFINITY or hard >= STACK):
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_STACK, (STACK, hard))


class UsageError(Exception):
    """Orders that cannot be carried out, in words for the caller."""


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f"\nTry '{context.command_path} --help'." if context else ""
    return error.format_message() + hint


def _command_hint(argv: Sequence[str]) -> str:
    """For a path that is not there: the command that was meant, if it looks like one."""
    word = argv[0] if argv else ""
    if word in _cli.commands or word.startswith("-") or os.path.lexists(word):
        return ""
    from difflib import get_close_matches  # ten milliseconds that only a mistake needs

    near = get_close_matches(word, _cli.commands, n=1, cutoff=0.7)
    return f"; did you mean the command `{near[0]}`?" if near else ""


class _Commands(click.Group):
    """Commands, of which ``check`` need not be named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if first not in self.commands and first not in ("--help", "-h", "--version"):
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    subcommand_metavar="[check] [PATHS]... | COMMAND",
    epilog="`flasklint check --help` lists the options of a run.",
)
@click.version_option(__version__, message="flasklint %(version)s")
def _cli() -> None:
    """flasklint finds security weaknesses in Flask apps: in their Python, their templates and how the two meet.

    Without a command it checks the paths that it is given, or this folder.
    """


# check -------------------------------------------------------------------------------------------------------------


def _split(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...] | None:
    """Words given one by one or with commas between them; nothing if none was given."""
    words = tuple(word.strip() for item in value for word in item.split(",") if word.strip())
    return words if value else None


def _setting(name: str, *flags: str, metavar: str | None = None, **more: Any) -> Callable[[Any], Any]:
    """The option of a setting: its meaning and what it takes are those of the settings."""
    setting = next(item for item in settings.SETTINGS if item.field == name)
    flags = flags or (f"--{setting.key}",)
    about = setting.help.replace("`", "")
    variable = f"FLASKLINT_{name.upper()}"
    if setting.kind is settings.FLAG:
        both = f"{flags[0]}/--no-{setting.key}"
        return click.option(name, both, default=None, help=about, envvar=variable, **more)
    if setting.kind is settings.STRINGS:
        metavar = metavar or "WORDS"
        return click.option(name, *flags, multiple=True, callback=_split, help=about, envvar=variable, metavar=metavar)
    kind = click.Choice(setting.kind.choices, case_sensitive=False) if setting.kind.choices else str
    return click.option(name, *flags, type=kind, help=about, envvar=variable, metavar=metavar, **more)


def _option(*flags: str, **more: Any) -> Callable[[Any], Any]:
    name = next(flag for flag in flags if flag.startswith("--")).split("/")[0].removeprefix("--").replace("-", "_")
    return click.option(*flags, envvar=f"FLASKLINT_{name.upper()}", **more)


_READING = (
    _option("--config", metavar="FILE", help="Take the settings of this file instead of the project's."),
    _option("--isolated", is_flag=True, help="Take no settings from any file."),
    _setting("exclude", metavar="PATTERNS"),
    _setting("extend_exclude", metavar="PATTERNS"),
    _setting("respect_gitignore"),
    _setting("force_exclude"),
    _setting("max_file_size", metavar="SIZE"),
    _setting("template_folders", metavar="FOLDERS"),
    _setting("jobs", "--jobs", "-j", metavar="N"),
    _option("--cache-dir", metavar="FOLDER", help="Where to keep what can be worked out again."),
    _option("--no-cache", is_flag=True, help="Keep nothing, and use nothing that was kept."),
    _option(
        "--color", type=COLOR, default="auto", help="Whether to use colours; NO_COLOR and FORCE_COLOR are honoured."
    ),
    _option("--no-progress", is_flag=True, help="Show no progress bar."),
    _option("-q", "--quiet", count=True, help="Say nothing besides the report; twice: nothing at all."),
    _option("-v", "--verbose", is_flag=True, help="Say more about what is left out."),
)


def _reading(command: Any) -> Any:
    """The options of every command that reads a project."""
    for option in reversed(_READING):
        command = option(command)
    return command


@_cli.command(short_help="Check paths for weaknesses (the default command).")
@click.argument("paths", nargs=-1)
@_setting("select", metavar="RULES")
@_setting("ignore", metavar="RULES")
@_setting("extend_select", metavar="RULES")
@_setting("min_severity")
@_setting("min_confidence")
@_setting("persona")
@_setting("fail_on")
@_option("--exit-zero", is_flag=True, help="End with 0 whatever is found, unless the work could not be done.")
@_setting("output_format", "--format", "--output-format")
@_option(
    "--output",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Write a report to a file besides; may be given several times.",
)
@_option(
    "--sarif-category",
    metavar="NAME",
    default="flasklint",
    help="What tells this SARIF report from others that are uploaded for the same commit.",
)
@_option("--statistics", is_flag=True, help="Count the findings of each rule.")
@_option(
    "--show-suppressed", "--include-suppressed", is_flag=True, help="Show suppressed findings too, marked as such."
)
@_option("--no-ignores", is_flag=True, help="Pay no regard to suppressions in the code.")
@_option("--show-files", is_flag=True, help="List the files that would be checked, and do nothing else.")
@_option(
    "--show-settings", is_flag=True, help="Show the settings in force and where they come from, and do nothing else."
)
@_option(
    "--debug-flow",
    metavar="FILE:LINE",
    help="Tell why a line is or isn't reported: what gets there, what stops it, what hides it; report nothing.",
)
@_option("--stdin-filename", metavar="PATH", help="The file that standard input (`-`) stands for.")
@_reading
@click.pass_obj
def check(out: Output, /, paths: tuple[str, ...], **given: Any) -> int:
    """Check files and folders, by default this one.

    When only files are named, the project around them is read for its context, and what is found in them is reported.
    `-` stands for standard input.
    """
    values = _values(given)
    files = [_report_file(word) for word in given["output"]]
    overlay = {}
    if "-" in paths:
        name = given["stdin_filename"] or "stdin.py"
        overlay = {os.path.abspath(name): sys.stdin.buffer.read()}
        paths = tuple(os.path.abspath(name) if path == "-" else path for path in paths)
    orders = Orders(paths or (".",), values, given["config"] or "", given["isolated"], overlay)
    ground = survey(orders)
    if given["show_settings"] or given["show_files"]:
        plan = chosen(ground)
        out.say(_settings_text(plan) if given["show_settings"] else _files_text(plan))
        return OK
    folder, cache = _cache(ground, given)
    if given["debug_flow"]:
        from flasklint import why

        try:
            out.say(why.explain(chosen(ground), given["debug_flow"], cache))
        except why.PlaceError as error:
            raise UsageError(str(error)) from None
        return OK
    with _begun(ground, cache) as reading:
        plan = chosen(ground)

        from flasklint import engine

        with Bar(quiet=bool(given["no_progress"] or given["quiet"])) as bar:
            outcome = engine.run(plan, cache, bar, reading=reading, heed_suppressions=not given["no_ignores"])
    trouble = cache.save()

    report = outcome.report
    code = OK if given["exit_zero"] and not report.crashes else exit_code(report, plan.settings.fail_on)
    options = RenderOptions(
        terminal=standard_output(given["color"]),
        cwd=_posix(os.getcwd()),
        repository=_posix(plan.discovery.repository),
        include_suppressed=given["show_suppressed"],
        exit_code=code,
        category=given["sarif_category"],
    )
    form = cast(Format, plan.settings.output_format)
    if given["quiet"] < 2:
        text = render(form, report, outcome.texts, options)
        out.say(text, "utf-8" if form in ("json", "sarif") else None)
    for kind, path in files:
        _save(path, render(kind, report, outcome.texts, replace(options, terminal=PLAIN)))
    if given["statistics"] and given["quiet"] < 2:
        _statistics(report, out, form)
    if "sarif" in (form, *(kind for kind, _ in files)) and not given["quiet"]:
        _limit(report, out)
    if form != "text" or given["quiet"] > 1:  # which names them itself
        for crash in report.crashes:
            out.note(
                f"flasklint: internal error: {crash.part} failed{crash.path and f' on {crash.path}'}: {crash.error}"
            )
    if not given["quiet"]:
        _notes(report, plan.discovery.excluded, out, trouble, verbose=given["verbose"])
    if outcome.steady and not overlay and not files:
        out.trail, out.folder = plan.trail, folder
    return code


def _cache(ground: Survey, given: Mapping[str, Any]) -> tuple[str | None, Cache]:
    """The folder in which things are kept, if they are, and what is kept there of the project."""
    folder = None if given["no_cache"] else given["cache_dir"] or replay.cache_folder()
    return folder, Cache(folder, ground.discovery.root)


def _begun(ground: Survey, cache: Cache) -> reading.Reading:
    """The reading of all that is sure to be read, begun: that takes about as long as to import the rules."""
    from flasklint.reading import Reading, set_aside

    files = ground.discovery.files
    aside = set_aside(files, ground.discovery.named or frozenset())
    return Reading([file for file in files if file.path not in aside], cache, ground.loaded.settings.jobs)


def exit_code(report: Report, fail_on: Severity | None) -> int:
    """How a run ends: see the head of this module."""
    if report.crashes:
        return FAILED
    if fail_on is None:
        return OK
    reported = [judged.finding for judged in report.results if judged.verdict is Verdict.REPORTED]
    return FINDINGS if any(item.severity >= fail_on or item.code == UNREADABLE for item in reported) else OK


def _values(given: Mapping[str, Any]) -> dict[str, object]:
    """The settings among the options of a command line, by field."""
    fields = {setting.field: setting for setting in settings.SETTINGS}
    return {
        name: _converted(fields[name], value) for name, value in given.items() if name in fields and value is not None
    }


def _converted(setting: settings.Setting, value: object) -> object:
    """What an option of the command line gives, as the setting's own type."""
    if setting.kind is settings.NUMBER and isinstance(value, str) and value.isdecimal():
        value = int(value)
    try:
        return setting.kind.convert(value)
    except (TypeError, ValueError):
        raise UsageError(f"--{setting.key} takes {setting.kind.name}, not {value}") from None


def _report_file(word: str) -> tuple[Format, str]:
    form, _, path = word.partition("=")
    if form not in FORMATS or not path:
        from difflib import get_close_matches  # ten milliseconds that only a mistake needs

        near = get_close_matches(form, FORMATS, n=1)
        hint = f"; did you mean `{near[0]}={path or 'FILE'}`?" if near else ""
        raise UsageError(f"--output takes FORMAT=FILE with one of the formats {', '.join(FORMATS)}, not {word}{hint}")
    if os.path.isdir(path) or not os.path.isdir(os.path.dirname(os.path.abspath(path))):
        raise UsageError(f"--output {word}: there is no such folder, or a folder of this name")
    return form, path


def _save(path: str, text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    try:
        if os.path.islink(path) or (os.path.exists(path) and not os.path.isfile(path)):
            # A device, a pipe, a link: put in its place, a file would take `/dev/null` away from the whole machine.
            with open(path, "wb") as file:
                file.write(data)
        else:
            replay.replace(os.path.abspath(path), data)
    except OSError as error:
        raise UsageError(f"{shown(path)}: {error.strerror or error}") from None


def _posix(path: str) -> str:
    return shown(path).replace(os.sep, "/")


def _files_text(plan: Plan) -> str:
    return "".join(f"{file.path}\n" for file in plan.discovery.files)


def _settings_text(plan: Plan) -> str:
    lines = [f"# root: {shown(plan.discovery.root)}", f"# from: {shown(plan.loaded.source.path) or 'no file'}"]
    for setting in settings.SETTINGS:
        value = getattr(plan.settings, setting.field)
        unset = "" if setting.field in plan.loaded.given else "  # default"
        lines.append(
            f"{setting.key} = {settings.show(value)}{unset}" if value is not None else f"# {setting.key} is not set"
        )
    return "\n".join(lines) + "\n"


def _statistics(report: Report, out: Output, form: Format) -> None:
    """How many findings of which rule, the most frequent first; beside a report for programs on standard error."""
    names = {rule.code: rule.name for rule in report.rules}
    counts = Counter(item.finding.code for item in report.results if item.verdict is Verdict.REPORTED)
    say = out.note if form in ("json", "sarif") else lambda line: out.say(line + "\n")
    size = max((len(str(count)) for count in counts.values()), default=1)
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        say(f"{count:{size}}  {code}  {names.get(code, '')}")


def _limit(report: Report, out: Output) -> None:
    count = sum(judged.verdict is Verdict.REPORTED for judged in report.results)
    if count > GITHUB_SHOWS:
        out.note(
            f"flasklint: GitHub shows {GITHUB_SHOWS} results of a SARIF report, this one has {count}; the worst come first"
        )


def _notes(report: Report, excluded: Sequence[str], out: Output, trouble: str, *, verbose: bool) -> None:
    """What was left out, and why."""
    limit = len(report.skipped) if verbose else NAMED_SKIPS
    for item in report.skipped[:limit]:
        out.note(f"flasklint: skipped {item.path}: {item.reason}")
    if len(report.skipped) > limit:
        out.note(f"flasklint: skipped {len(report.skipped) - limit} more; -v names them")
    if verbose:
        for path in excluded:
            out.note(f"flasklint: skipped {path}: excluded by the settings")
        if trouble:
            out.note(f"flasklint: nothing was kept for the next run: {trouble}")


# explain, rules ----------------------------------------------------------------------------------------------------

FORM = click.Choice(["text", "markdown", "json"])


@_cli.command("explain", short_help="Show the pages of rules.")
@click.argument("rules", nargs=-1, metavar="[RULE]...")
@click.option("everything", "--all", is_flag=True, help="All rules.")
@click.option("form", "--format", type=FORM, default="text", help="What is printed.")
@_option("--color", type=COLOR, default="auto", help="Whether to use colours.")
@click.pass_obj
def explain_(out: Output, /, rules: tuple[str, ...], everything: bool, form: Form, color: ColorChoice) -> int:
    """Show what rules look for, why it matters, and what to do. A rule is named by its code, a prefix of codes or its name."""
    from flasklint import explain

    registry = load()
    if everything == bool(rules):
        raise UsageError("explain takes the rules to explain, or --all")
    chosen = registry.rules if everything else tuple(rule for word in rules for rule in registry.find(word))
    infos = [rule.info() for rule in dict.fromkeys(chosen)]
    out.say(explain.pages(infos, form, _screen(color)), "utf-8" if form != "text" else None)
    return OK


@_cli.command("rules", short_help="List all rules.")
@click.option("form", "--format", type=FORM, default="text", help="What is printed.")
@_option("--color", type=COLOR, default="auto", help="Whether to use colours.")
@click.pass_obj
def rules_(out: Output, /, form: Form, color: ColorChoice) -> int:
    """List all rules, by family."""
    from flasklint import explain

    infos = [rule.info() for rule in load()]
    out.say(explain.listing(infos, form, _screen(color)), "utf-8" if form != "text" else None)
    return OK


def _screen(color: ColorChoice) -> explain.Screen:
    from flasklint import explain

    known = standard_output(color)
    return explain.Screen(known.width, known.color, known.unicode)


# routes, config ----------------------------------------------------------------------------------------------------

VIEW = click.Choice(["text", "json"])


@_cli.command("routes", short_help="Show the attack surface: every route of the apps.")
@click.argument("paths", nargs=-1)
@click.option("form", "--format", type=VIEW, default="text", help="What is printed.")
@_option("--no-sinks", is_flag=True, help="Do not follow the data of visitors: faster, and without the sinks.")
@_reading
@click.pass_obj
def routes_(out: Output, /, paths: tuple[str, ...], form: View, **given: Any) -> int:
    """Show what a visitor can ask the apps for, and what stands before it.

    For each route: its view, who must be logged in, whether forged requests are kept out and by what, its rate limit, what it
    reads of the request, and what dangerous places that data gets to. When only files are named, the routes of those files are
    shown.
    """
    from flasklint.overview import routes

    known, plan = _understood(paths, given, out, follow=not given["no_sinks"])
    apps = routes.app_routes(known.project, known.flows, plan.discovery.named)
    if form == "json":
        from flasklint.overview import data

        text = data.routes(apps, _troubles(known), known.texts)
    else:
        from flasklint.overview import tables

        text = tables.routes(apps, _place(known, plan, given))
    return _overview(text, form, known, plan, out, given)


@_cli.command("config", short_help="Show the configuration in force of the apps.")
@click.argument("paths", nargs=-1)
@_option("--profile", metavar="NAME", default="", help="Show this profile alone: its name, or what it is for.")
@click.option("form", "--format", type=VIEW, default="text", help="What is printed.")
@_reading
@click.pass_obj
def config_(out: Output, /, paths: tuple[str, ...], profile: str, form: View, **given: Any) -> int:
    """Show the settings of the apps that matter for security, in each profile.

    For each: its value, with secrets masked, where that comes from and what it overrides, and whether it is safe in production.
    flasklint's own settings are shown by `flasklint check --show-settings`.
    """
    from flasklint.overview import settings as overview

    known, plan = _understood(paths, given, out)
    try:
        apps = overview.app_settings(known.project, profile)
    except overview.UnknownProfileError as error:
        raise UsageError(f"--profile: {error}") from None
    if form == "json":
        from flasklint.overview import data

        text = data.settings(apps, _troubles(known), known.texts)
    else:
        from flasklint.overview import tables

        text = tables.settings(apps, _place(known, plan, given))
    return _overview(text, form, known, plan, out, given)


def _understood(
    paths: tuple[str, ...], given: Mapping[str, Any], out: Output, *, follow: bool = False
) -> tuple[engine.Understanding, Plan]:
    """The project around some paths, read as ``check`` reads it."""
    orders = Orders(paths or (".",), _values(given), given["config"] or "", given["isolated"])
    ground = survey(orders)
    folder, cache = _cache(ground, given)
    with _begun(ground, cache) as reading:
        plan = chosen(ground)

        from flasklint import engine

        with Bar(quiet=bool(given["no_progress"] or given["quiet"])) as bar:
            known = engine.understand(plan, reading, bar, follow=follow)
    trouble = cache.save()
    if given["verbose"] and trouble:
        out.note(f"flasklint: nothing was kept for the next run: {trouble}")
    if known.steady:
        out.trail, out.folder = plan.trail, folder
    return known, plan


def _place(known: engine.Understanding, plan: Plan, given: Mapping[str, Any]) -> Any:
    from flasklint.overview.tables import Place

    return Place(
        standard_output(given["color"]),
        not sys.stdout.isatty() and "COLUMNS" not in os.environ,
        known.texts,
        _posix(os.getcwd()),
        _posix(plan.discovery.root),
        given["verbose"],
    )


def _troubles(known: engine.Understanding) -> list[tuple[str, str]]:
    return [*known.unread, *((crash.path, f"{crash.part} failed: {crash.error}") for crash in known.crashes)]


def _overview(
    text: str, form: View, known: engine.Understanding, plan: Plan, out: Output, given: Mapping[str, Any]
) -> int:
    """Print an overview, and say what is missing from it."""
    if given["quiet"] < 2:
        out.say(text, "utf-8" if form == "json" else None)
    for path, reason in known.unread if not given["quiet"] else ():
        out.note(f"flasklint: {path} could not be read: {reason}")
    if not given["quiet"]:
        for path, reason in plan.discovery.skipped.items():
            out.note(f"flasklint: skipped {path}: {reason}")
    for crash in known.crashes:
        out.note(f"flasklint: internal error: {crash.part} failed{crash.path and f' on {crash.path}'}: {crash.error}")
    return FAILED if known.crashes else FINDINGS if known.unread else OK
