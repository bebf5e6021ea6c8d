"""The command line: one program for the nurse's window, for those who install and support it, and for scripts.

Rules of the file: 0 on success, 1 on a plain failure with one sentence on standard error, 2 on wrong usage; `--json` prints
one JSON object a line; every command has an example. Imports are late, so that `--help` is quick and no command needs Qt
but those that draw.
"""

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from getpass import GetPassWarning
from pathlib import Path
from typing import TYPE_CHECKING

import click

from devices.clock import SystemClock
from devices.errors import DeviceError
from nursestation import __version__
from nursestation.errors import NurseStationError
from nursestation.paths import Profile

if TYPE_CHECKING:
    from devices.events import PortEvent
    from nursestation.commandline.keys import Talk
    from nursestation.ui.opening import Opening


class _Program(click.Group):
    """Turns the errors that we raise on purpose into one sentence and status 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (NurseStationError, DeviceError) as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            # Whoever read our lines has seen enough (`decode ... | head`). Python's last flush must not complain either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{name}{error.strerror or error}") from error
        except click.Abort as error:
            if sys.stdin.isatty():
                raise
            click.echo(err=True)  # the question stands on this line, which nobody ended
            raise click.ClickException(
                "This has to be answered, and there is no terminal to ask at: run it in one. A passphrase can also come "
                "from a file that NURSESTATION_PASSPHRASE_FILE names; that of exported files from --passphrase-fd or "
                "--passphrase-env."
            ) from error


def _day(_ctx: click.Context, _option: click.Parameter, typed: str | None) -> date | None:
    try:
        return None if typed is None else date.fromisoformat(typed)
    except ValueError as error:
        raise click.BadParameter(f"{typed} is no day: write it as 2026-03-12.") from error


_profile_option = click.option(
    "--profile",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of settings and record (default: your own).",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.group(
    cls=_Program, invoke_without_command=True, epilog="Example: nursestation --simulate normal --simulate bp-spike"
)
@click.version_option(__version__, prog_name="nursestation")
@_profile_option
@click.option(
    "--simulate", "scenarios", multiple=True, metavar="SCENARIO", help="Add a chair with a simulated patient."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Seed of the first simulated chair; the next has one more."
)
@click.pass_context
def main(ctx: click.Context, profile: Path | None, scenarios: tuple[str, ...], seed: int) -> None:
    """Live vitals and the visit record for infusion chairs: a second display beside the bedside monitor.

    Without a command it opens the window.
    """
    opening: Opening | None = ctx.obj
    ctx.obj = Profile(profile) if profile else Profile.default()
    if ctx.invoked_subcommand is None:
        from nursestation.app import run_window

        ctx.exit(run_window(ctx.obj, scenarios, seed, opening))


def _profile(ctx: click.Context, given: Path | None) -> Profile:
    chosen: Profile = Profile(given) if given else ctx.obj
    return chosen


def _ask_secret(prompt: str, is_twice: bool) -> str:
    again = "The same again" if is_twice else False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GetPassWarning)  # of a pipe in place of a terminal, which shows nothing anyway
        return str(click.prompt(prompt, hide_input=True, confirmation_prompt=again, err=True))


def _talk() -> "Talk":
    from nursestation.commandline.keys import Talk

    return Talk(
        tell=click.echo,
        ask=lambda prompt: str(click.prompt(prompt)),
        ask_secret=_ask_secret,
        agree=lambda prompt: click.confirm(prompt, default=False),
    )


def _unlocked(ctx: click.Context, record: Path) -> None:
    """Hold the key of a record until the command ends, where it needs one: asked for on the terminal if nowhere else."""
    from nursestation.commandline.keys import unlocked

    ctx.with_resource(unlocked(record, os.environ, _talk()))


@main.command(epilog="Example: nursestation rehearse bp-spike --out out --speed 60 --seed 7")
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for report, data, pictures."
)
@click.option(
    "--speed", type=click.FloatRange(min=0.1), default=60, show_default=True, help="At most so many times real time."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same numbers.")
@click.option(
    "--pictures/--no-pictures", "with_pictures", default=True, help="Draw the window at each turn, or do not."
)
@_json_option
def rehearse(
    scenarios: tuple[str, ...], out: Path, speed: float, seed: int, with_pictures: bool, as_json: bool
) -> None:
    """Play whole visits without a person or a screen: simulated monitors on real ptys, the real program behind them.

    One scenario leaves its files in the folder; several have a folder each in it. Status 1 where a visit failed.
    """
    from nursestation.rehearsal import rehearse as run
    from nursestation.rehearsal import rehearse_all

    tell = None if as_json else click.echo
    if len(scenarios) == 1:
        summary = run(scenarios[0], out, speed=speed, seed=seed, with_pictures=with_pictures, tell=tell)
    else:
        summary = rehearse_all(scenarios, out, speed=speed, seed=seed, with_pictures=with_pictures, tell=tell)
    if as_json:
        click.echo(json.dumps(summary))
    if summary.get("passed") is False:
        sys.exit(1)


@main.command(epilog="Example: nursestation drivers --json")
@_json_option
def drivers(as_json: bool) -> None:
    """The monitors it speaks to, with their vitals, serial settings and standing."""
    from devices.registry import all_drivers

    for name, entry in sorted(all_drivers().items()):
        info = entry.info
        if as_json:
            body = asdict(replace(info, datagrams=None))
            body |= {"serial": [str(settings) for settings in info.serial], "udp_port": None}
            if info.datagrams is not None:
                body["udp_port"] = info.datagrams.port
            del body["datagrams"]
            click.echo(json.dumps(body, ensure_ascii=False))
            continue
        click.echo(f"{name}: {info.vendor}, {', '.join(info.models)}")
        click.echo(f"  numbers   {', '.join(info.numerics)}")
        click.echo(f"  waves     {', '.join(info.waveforms) or 'none'}")
        click.echo(f"  line      {', '.join(str(settings) for settings in info.serial)}")
        click.echo(f"  sends     {info.sends or 'nothing: receive only'}")
        click.echo(f"  standing  {info.standing}")


@main.command(epilog="Example: nursestation ports")
@_json_option
def ports(as_json: bool) -> None:
    """Serial ports present, with what USB says of them."""
    from devices.transport import list_ports

    found = list_ports()
    for port in found:
        if as_json:
            click.echo(json.dumps(asdict(port), ensure_ascii=False))
        else:
            usb = f"  USB {port.vid:04x}:{port.pid:04x}" if port.vid is not None and port.pid is not None else ""
            serial = f"  serial number {port.serial_number}" if port.serial_number else ""
            click.echo(f"{port.path}  {port.description or 'serial port'}{usb}{serial}")
    if not found and not as_json:
        click.echo("No serial port was found: plug the monitor's adapter in.")


def _printer(start_ns: int, as_json: bool) -> Callable[[Iterable["PortEvent"]], None]:
    from nursestation.commandline import eventlines

    line = eventlines.to_json if as_json else eventlines.to_text

    def show(events: Iterable["PortEvent"]) -> None:
        for event in events:
            click.echo(line(event, start_ns))

    return show


def _tell_unknown(unknown: Mapping[str, int], as_json: bool) -> None:
    """Name on standard error what the monitor sent that has no name here: standard output is for events."""
    from nursestation.commandline.wirelog import unknown_json, unknown_sentence

    line = unknown_json(unknown) if as_json else unknown_sentence(unknown)
    if line:
        click.echo(line, err=True)


@main.command(epilog="Example: nursestation decode capnostream20 chair2.capture --json")
@click.argument("driver")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@_json_option
def decode(driver: str, file: Path, as_json: bool) -> None:
    """Decode a capture, or plain bytes, one event a line ("-" is standard input)."""
    from devices.capture import read_capture
    from devices.registry import lookup

    decoder = lookup(driver).make()
    show = _printer(0, as_json)
    now_ns = 0
    try:
        for now_ns, data in read_capture(sys.stdin.buffer if str(file) == "-" else file):
            show(decoder.tick(now_ns))
            show(decoder.feed(data, now_ns))
            decoder.pending_writes(now_ns)  # a recording is not answered
    finally:  # what is whole is told before a damaged end is
        show(decoder.reset(now_ns))
        _tell_unknown(decoder.unknown, as_json)


@main.command(epilog="Example: nursestation watch ge_dinamap /dev/ttyUSB0 --capture chair2.capture")
@click.argument("driver")
@click.argument("port")
@click.option("--baud", type=int, help="Line speed; the driver's usual one if left out, as with the next four.")
@click.option("--data-bits", type=click.Choice(["7", "8"]), help="Data bits.")
@click.option("--parity", type=click.Choice(["none", "even", "odd"]), help="Parity.")
@click.option("--stop-bits", type=click.Choice(["1", "2"]), help="Stop bits.")
@click.option("--rtscts/--no-rtscts", default=None, help="Hardware flow control.")
@click.option("--capture", type=click.Path(dir_okay=False, path_type=Path), help="Keep the raw bytes with their times.")
@click.option("--seconds", type=click.FloatRange(min=0), help="Stop after so long (default: until interrupted).")
@_json_option
def watch(
    driver: str,
    port: str,
    baud: int | None,
    data_bits: str | None,
    parity: str | None,
    stop_bits: str | None,
    rtscts: bool | None,
    capture: Path | None,
    seconds: float | None,
    as_json: bool,
) -> None:
    """Show live events from a port."""
    from devices.driver import Parity, line_settings
    from devices.registry import lookup
    from nursestation.commandline.watch import watch as run

    settings = line_settings(
        lookup(driver).info.serial,
        baud=baud,
        data_bits=int(data_bits) if data_bits else None,
        parity=Parity[parity.upper()] if parity else None,
        stop_bits=int(stop_bits) if stop_bits else None,
        rtscts=rtscts,
    )
    clock = SystemClock()
    show = _printer(clock.now().mono_ns, as_json)
    _tell_unknown(run(driver, port, clock, show, settings=settings, capture=capture, seconds=seconds), as_json)


@main.command(epilog="Example: nursestation detect /dev/ttyUSB0")
@click.argument("port")
@click.option(
    "--keep",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep what was heard in this file (default: one in this folder, and only when the monitor is not known).",
)
@_json_option
def detect(port: str, keep: Path | None, as_json: bool) -> None:
    """Name the monitor on a port with its line settings. It is greeted, and never made to do anything to a patient."""
    from devices.registry import all_drivers
    from nursestation.commandline import detect as search
    from nursestation.commandline.interruption import interruption

    clock, drivers = SystemClock(), all_drivers()
    with interruption() as stop:
        opener = search.open_port(port, clock)
        finding, heard = search.detect(opener, drivers, clock, stop.wait, (lambda _: None) if as_json else click.echo)
    best = finding.best
    file = keep or (None if best else search.default_file(port, clock.now()))
    if heard.is_empty:
        file = None
    if file is not None:
        may_identify = best is None or drivers[best.driver].info.identity != ""
        heard.write(file, best.driver if best else "", may_identify=may_identify)
    if as_json:
        click.echo(search.as_json(finding, file))
    else:
        for candidate in finding.candidates:
            click.echo(f"{candidate.driver}: {candidate.why}")
        if file is not None:
            click.echo(search.kept_sentence(file, heard, is_known=best is not None))
    if best is None:
        raise click.ClickException(finding.sentence)
    if not as_json:
        click.echo(finding.sentence)
        click.echo(search.next_step(best, drivers[best.driver].info.serial[0], port))


@main.command(epilog="Example: nursestation simulate capnostream20 --pty /tmp/capno --scenario mild-desaturation")
@click.argument("driver")
@click.option(
    "--pty", "link", type=click.Path(path_type=Path), help="Serve on a pseudo-terminal, with this link to it."
)
@click.option("--port", help="Serve on a serial port, tcp://127.0.0.1:PORT or udp://127.0.0.1:PORT.")
@click.option("--scenario", default="normal", show_default=True, help="Which patient.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same patient.")
@click.option("--speed", type=click.FloatRange(min=0.1), default=1, show_default=True, help="Times real time.")
@click.option(
    "--fault", "faults", multiple=True, metavar="KIND@SECONDS", help="A fault of the wire at a time; may be repeated."
)
def simulate(
    driver: str, link: Path | None, port: str | None, scenario: str, seed: int, speed: float, faults: tuple[str, ...]
) -> None:
    """Speak the monitor's side of the wire."""
    if (link is None) == (port is None):
        raise click.UsageError("give either --pty or --port")
    from nursestation.commandline.serve import serve

    serve(driver, link, port, scenario=scenario, seed=seed, speed=speed, faults=faults, tell=click.echo)


@main.command(epilog="Example: nursestation sessions --json")
@_profile_option
@_json_option
@click.pass_context
def sessions(ctx: click.Context, profile: Path | None, as_json: bool) -> None:
    """Sessions in the store."""
    from nursestation.commandline.records import list_sessions

    place = _profile(ctx, profile)
    _unlocked(ctx, place.record)
    for line in list_sessions(place, as_json, SystemClock()):
        click.echo(line)


@main.command(epilog="Example: nursestation export 20260101T150000Z-2 --format pdf --out session.pdf")
@click.argument("session", required=False)
@click.option(
    "--format",
    "format_",
    required=True,
    help="pdf, csv, alarms, events, receipt, bundle, jsonl, fhir, hl7v2, edf or vital.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write, or an existing folder.")
@click.option("--from", "first", metavar="YYYY-MM-DD", callback=_day, help="In place of SESSION: all from this day on.")
@click.option("--to", "last", metavar="YYYY-MM-DD", callback=_day, help="In place of SESSION: all up to this day.")
@click.option("--deidentified", is_flag=True, help="Without who it is about, dates moved.")
@click.option("--encrypt", is_flag=True, help="Lock each file with a passphrase (zip, AES-256); asked for twice.")
@click.option("--passphrase-fd", type=int, metavar="N", help="Read the passphrase from this file descriptor.")
@click.option("--passphrase-env", metavar="NAME", help="Read the passphrase from this environment variable.")
@_profile_option
@click.pass_context
def export(
    ctx: click.Context,
    session: str | None,
    format_: str,
    out: Path,
    first: date | None,
    last: date | None,
    deidentified: bool,
    encrypt: bool,
    passphrase_fd: int | None,
    passphrase_env: str | None,
    profile: Path | None,
) -> None:
    """One session as a file, or those of a range of days as a file each into a folder."""
    from nursestation.commandline.interruption import interruption
    from nursestation.commandline.records import Wanted, export_wanted, read_passphrase
    from nursestation.export.batch import NotExported
    from nursestation.export.errors import ExportCancelled

    if (session is None) == (first is None and last is None):
        raise click.UsageError("give either SESSION, or --from or --to or both")
    if (passphrase_fd is not None or passphrase_env is not None) and not encrypt:
        raise click.UsageError("a passphrase locks nothing without --encrypt")

    passphrase = (
        read_passphrase(passphrase_fd, passphrase_env, lambda: _ask_secret("Passphrase", True)) if encrypt else None
    )
    place = _profile(ctx, profile)
    _unlocked(ctx, place.record)
    is_whole = True
    with (
        click.progressbar(length=1000, label=format_, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar,
        interruption() as stop,
    ):

        def progress(done: float) -> None:
            if stop.is_set():
                raise ExportCancelled("Stopped; no half-written file is left.")
            bar.update(round(1000 * done) - bar.pos)

        wanted = Wanted(
            format=format_,
            out=out,
            session=session,
            first=first,
            last=last,
            is_deidentified=deidentified,
            passphrase=passphrase,
            progress=progress,
        )
        for made in export_wanted(place, wanted, SystemClock()):
            if isinstance(made, NotExported):
                is_whole = False
                click.echo(f"{made.session}: {made.text}", err=True)
            else:
                click.echo(str(made.path))
    if not is_whole:
        raise click.ClickException("Not every session was written.")


@main.command(epilog="Example: nursestation wirelog 2:capnostream20 --out chair2.capture --minutes 10")
@click.argument("monitor", required=False)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="New file for the raw bytes of MONITOR.")
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), help="Only the newest minutes (default: all).")
@_profile_option
@_json_option
@click.pass_context
def wirelog(
    ctx: click.Context,
    monitor: str | None,
    out: Path | None,
    minutes: float | None,
    profile: Path | None,
    as_json: bool,
) -> None:
    """The last half hour of raw bytes of every port: what there is, or one monitor's as a capture for `decode`."""
    from nursestation.commandline.wirelog import export_line, list_lines

    if (monitor is None) != (out is None):
        raise click.UsageError("give both MONITOR and --out, or neither")
    place = _profile(ctx, profile)
    told = (
        list_lines(place, as_json)
        if monitor is None or out is None
        else export_line(place, monitor, out, minutes, as_json, SystemClock())
    )
    for line in told:
        click.echo(line)


@main.command(epilog="Example: nursestation verify session.csv")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--chain", metavar="VALUE", help="Say which visit a chain value printed on a report is of.")
@_profile_option
@_json_option
@click.pass_context
def verify(ctx: click.Context, path: Path | None, chain: str | None, profile: Path | None, as_json: bool) -> None:
    """Say whether an exported file or folder, a bundle, a record, or a profile is intact; without PATH, this record."""
    from nursestation.commandline.keys import locked_records
    from nursestation.commandline.records import find_chain_value, read_chain_value, verify_path

    value = None if chain is None else read_chain_value(chain)
    place = path or _profile(ctx, profile).record
    for record in locked_records(place):
        _unlocked(ctx, record)
    intact = True
    for finding in verify_path(place):
        intact = intact and finding.intact
        click.echo(json.dumps(asdict(finding) | {"path": str(finding.path)}) if as_json else finding.text)
    found = [] if value is None else find_chain_value(place, value)
    for one in found:
        click.echo(json.dumps(asdict(one) | {"path": str(one.path)}) if as_json else one.text)
    if not intact:
        raise click.ClickException(f"{place} is not as it was written.")
    if value is not None and not found:
        raise click.ClickException(
            f"No record in {place} has this chain value: it was typed wrongly, is of another record or a purged visit, or the "
            "report is not of this record."
        )


@main.command(epilog="Example: nursestation doctor")
@_profile_option
@_json_option
@click.pass_context
def doctor(ctx: click.Context, profile: Path | None, as_json: bool) -> None:
    """Check ports, disk, clock, sound, sleep and store; say what to do about each."""
    from devices.transport import list_ports
    from nursestation.commandline.doctor import Verdict, examine
    from nursestation.commandline.keys import unlocked_unasked
    from nursestation.runtime.wakelock import sleep_held_off
    from nursestation.ui.sound import sound_outputs

    place = _profile(ctx, profile)
    ctx.with_resource(unlocked_unasked(place.record, os.environ))
    findings = examine(place, SystemClock(), list_ports, sound_outputs, sleep_held_off)
    marks = {Verdict.OK: "ok     ", Verdict.WARNING: "look   ", Verdict.FAILED: "FAILED "}
    for finding in findings:
        click.echo(
            json.dumps(asdict(finding)) if as_json else f"{marks[finding.verdict]} {finding.check:<8} {finding.text}"
        )
    if any(finding.verdict is Verdict.FAILED for finding in findings):
        raise click.ClickException("What is marked FAILED has to be put right before a visit.")


@main.command(epilog="Example: nursestation protect")
@click.option("--keyring", "with_keyring", is_flag=True, help="Let this computer's keyring open it; no passphrase.")
@_profile_option
@click.pass_context
def protect(ctx: click.Context, with_keyring: bool, profile: Path | None) -> None:
    """Encrypt the record, so that it opens with a passphrase alone; no station may run meanwhile."""
    from nursestation.commandline import keys

    keys.protect(_profile(ctx, profile), os.environ, _talk(), with_keyring=with_keyring)


@main.command(epilog="Example: nursestation unprotect")
@_profile_option
@click.pass_context
def unprotect(ctx: click.Context, profile: Path | None) -> None:
    """Decrypt the record, so that it opens without a passphrase; no station may run meanwhile."""
    from nursestation.commandline import keys

    keys.unprotect(_profile(ctx, profile), os.environ, _talk())


@main.command(epilog="Example: nursestation key change")
@click.argument("what", type=click.Choice(["change", "recovery", "keyring", "forget-keyring"]))
@_profile_option
@click.pass_context
def key(ctx: click.Context, what: str, profile: Path | None) -> None:
    """Another passphrase, another recovery code, or whether this computer's keyring opens a protected record."""
    from nursestation.commandline import keys

    place = _profile(ctx, profile)
    if what == "change":
        keys.change(place, os.environ, _talk())
    elif what == "recovery":
        keys.recovery(place, os.environ, _talk())
    else:
        keys.keyring(place, os.environ, _talk(), forget=what == "forget-keyring")


@main.command(epilog="Example: nursestation backup --to /media/backup")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="A folder that is there.")
@_profile_option
@click.pass_context
def backup(ctx: click.Context, folder: Path | None, profile: Path | None) -> None:
    """Copy the record into a folder, also while a station runs, and check the copy."""
    from nursestation.commandline.backup import run_backup
    from nursestation.commandline.interruption import interruption

    place = _profile(ctx, profile)
    _unlocked(ctx, place.record)
    with interruption() as stop:
        for line in run_backup(place, folder, SystemClock(), stop.wait):
            click.echo(line)


@main.command(epilog="Example: nursestation restore /media/backup/record-34b0e53b-20260303T182000Z.sqlite3")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--plain", is_flag=True, help="Also where a protected record is not protected afterwards.")
@_profile_option
@click.pass_context
def restore(ctx: click.Context, file: Path, yes: bool, plain: bool, profile: Path | None) -> None:
    """Put a backup in the record's place, after saying what lies between; the present record is set aside."""
    from nursestation.commandline.backup import run_restore
    from nursestation.commandline.keys import locked_records

    place = _profile(ctx, profile)
    for locked in locked_records(file):
        _unlocked(ctx, locked)

    def agree(question: str) -> bool:
        return yes or click.confirm(question, default=False, err=True)

    def agree_to_plain(question: str) -> bool:
        if yes and not plain:
            raise click.ClickException(
                "The record would lose its protection. Nothing was changed: say --plain to have that."
            )
        return plain or click.confirm(question, default=False, err=True)

    for line in run_restore(place, file, SystemClock(), agree, agree_to_plain, os.environ):
        click.echo(line)


@main.command(epilog="Example: nursestation retention --all")
@click.option("--all", "every", is_flag=True, help="Every visit, also those that are to be kept.")
@_profile_option
@_json_option
@click.pass_context
def retention(ctx: click.Context, every: bool, profile: Path | None, as_json: bool) -> None:
    """The visits that have been kept for as long as the settings say; changes nothing."""
    from nursestation.commandline.backup import retention_lines

    place = _profile(ctx, profile)
    _unlocked(ctx, place.record)
    for line in retention_lines(place, SystemClock(), every=every, as_json=as_json):
        click.echo(line)


if __name__ == "__main__":
    sys.exit(main())
