"""Make `.venv` ready to run and to test, with nothing but Python 3.11 or newer.

Rules of the file:
1. Standard library only, and old enough syntax to tell an old Python what is wrong with it.
2. A second call does nothing when nothing changed: a stamp holds the hash of what the environment was made from.
3. What cannot be done is one sentence with the command that mends it.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "made-from"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"

# Debian and Ubuntu package of each shared library that Qt's window, offscreen and sound parts load.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libXext.so.6": "libxext6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libpulse.so.0": "libpulse0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# The files of Qt whose needs are checked, relative to the PySide6 folder.
QT_PARTS = (
    "Qt/lib/libQt6Widgets.so.6",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/platforms/libqoffscreen.so",
)


def main(argv=None):
    """Run from the Makefile; returns the exit status."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument(
        "--xvfb", action="store_true", help="also install an X server for the end-to-end tests, if possible"
    )
    wanted = options.parse_args(argv)
    if sys.version_info < (3, 11):
        return fail(
            f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Name another: make PYTHON=python3.12 ..."
        )
    stamp = made_from()
    if not (STAMP.exists() and STAMP.read_text() == stamp):
        if not has_venv():
            package = f"python3.{sys.version_info.minor}-venv"
            if not apt([package]):
                return fail(f"Python's venv module is missing. Install it: apt-get install {package}")
        make_environment()
        status = check_libraries()
        if status:
            return status
        STAMP.write_text(stamp)
    if wanted.xvfb and sys.platform == "linux" and not shutil.which("Xvfb") and not apt(["xvfb"]):
        print("Xvfb is not installed and could not be: the end-to-end tests run offscreen only (apt-get install xvfb).")
    return 0


def fail(sentence):
    """Print one sentence on standard error and return 1."""
    print(sentence, file=sys.stderr)
    return 1


def made_from():
    """Return a hash of everything that the environment depends on."""
    parts = [sys.version, str(ROOT)]
    parts += [path.read_text() for path in (ROOT / "pyproject.toml", CONSTRAINTS, Path(__file__))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def has_venv():
    """Say whether this Python can make a virtual environment with pip in it (Debian splits that off)."""
    return (
        subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode
        == 0
    )


def make_environment():
    """Create `.venv` and install the pinned packages and the project itself."""
    if not (VENV / "pyvenv.cfg").exists():
        print("Making .venv (once; a minute or two) ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    python = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [
        str(python),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--constraint",
        str(CONSTRAINTS),
    ]
    subprocess.run([*pip, "hatchling", "editables"], check=True)
    subprocess.run([*pip, "--no-build-isolation", "--editable", f"{ROOT}[dev]"], check=True)


def check_libraries():
    """Install the shared libraries that Qt lacks, or say how to."""
    if sys.platform != "linux" or not shutil.which("ldd"):
        return 0
    missing = missing_libraries()
    if not missing:
        return 0
    packages = sorted({PACKAGES[name] for name in missing if name in PACKAGES})
    if packages and apt(packages):
        missing = missing_libraries()
    if not missing:
        return 0
    unknown = sorted(name for name in missing if name not in PACKAGES)
    line = f"sudo apt-get install {' '.join(packages)}" if packages else "your distribution's package for each"
    more = f" (and the packages that hold {', '.join(unknown)})" if unknown and packages else ""
    return fail(f"Qt needs shared libraries that are missing: {', '.join(sorted(missing))}. Install them: {line}{more}")


def missing_libraries():
    """Return the sonames that the loader cannot find for Qt's parts."""
    tag = f"python{sysconfig.get_python_version()}"
    folder = VENV / "lib" / tag / "site-packages" / "PySide6"
    missing = set()
    for part in QT_PARTS:
        told = subprocess.run(["ldd", str(folder / part)], capture_output=True, text=True, check=False).stdout
        missing |= {line.split()[0] for line in told.splitlines() if "not found" in line}
    return missing


def apt(packages):
    """Install Debian packages when this is Debian and we are root; say which. Returns whether it worked."""
    if not shutil.which("apt-get"):
        return False
    print(f"Needed: apt-get install {' '.join(packages)}", flush=True)
    if os.geteuid() != 0:
        return False
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages])
    return all(
        subprocess.run(step, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode == 0 for step in steps
    )


if __name__ == "__main__":
    sys.exit(main())
