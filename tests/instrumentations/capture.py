"""Captures what instrumentations send, as fixtures.

usage: capture.py [--root FOLDER] [SCENARIO …]

For each scenario: a virtual environment with its pinned packages, a fake provider, a collector, the
scenario as a process of its own. Into tests/fixtures/instrumentations/<scenario>/ go the requests
(NNN.<signal>.binpb) and what the provider answered (truth.json). An absent.json there is kept.

What was sent must not tell where it was captured: stack traces name files, so the environments are
made under a neutral ROOT, and a capture that holds a word of this machine is an error.
"""

import argparse
import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from collector import Collector
from fake_provider import FakeProvider

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE / "scenarios"
FIXTURES = HERE.parent / "fixtures" / "instrumentations"

PYTHON = "/usr/bin/python3"  # the system's: its standard library is in no one's home
INSTALL_SECONDS_MAX = 600
SCENARIO_SECONDS_MAX = 120


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path("/opt/app"))
    parser.add_argument("names", nargs="*", metavar="SCENARIO")
    options = parser.parse_args()
    names = options.names or sorted(it.stem for it in SCENARIOS.glob("*.py"))
    for name in names:
        capture(name, options.root / name)


def capture(name: str, place: Path):
    """Captures the scenario `name` with an environment in `place`, which may be there already."""
    python = environment(name, place)
    for shared in HERE.glob("*.py"):
        shutil.copy(shared, place)
    # Under its own name it would hide the package of that name.
    scenario = shutil.copy(SCENARIOS / f"{name}.py", place / "scenario.py")
    with tempfile.TemporaryDirectory() as folder:
        with FakeProvider() as provider, Collector(Path(folder)) as collector:
            run(python, scenario, provider.url, collector.url)
        requests = sorted(Path(folder).iterdir())
        for request in requests:
            check_neutral(request)
        truth = {
            "instrumentation": name,
            "versions": versions(python, name),
            "calls": provider.truth,
        }
        keep(FIXTURES / name, requests, truth)
    print(f"{name}: {len(provider.truth)} calls, {len(requests)} requests", *collector.refused)


def environment(name: str, place: Path) -> Path:
    """The interpreter of a virtual environment that has the scenario's packages."""
    python = place / "venv" / "bin" / "python"
    requirements = SCENARIOS / f"{name}.txt"
    installed = place / "installed.txt"
    if installed.exists() and installed.read_text() == requirements.read_text():
        return python
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    bounded([PYTHON, "-m", "venv", place / "venv"], INSTALL_SECONDS_MAX)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    bounded([*pip, "--requirement", requirements], INSTALL_SECONDS_MAX)
    shutil.copy(requirements, installed)
    return python


def run(python: Path, scenario: Path, provider: str, collector: str):
    variables = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(scenario.parent),
        "PROVIDER_URL": provider,
        "COLLECTOR_URL": collector,
        "NO_PROXY": "*",
    }
    bounded([python, scenario], SCENARIO_SECONDS_MAX, cwd=scenario.parent, env=variables)


def bounded(command: list, seconds_max: int, **options):
    subprocess.run([str(it) for it in command], check=True, timeout=seconds_max, **options)


def versions(python: Path, name: str) -> dict[str, str]:
    """The version of each package that the scenario names."""
    names = [
        line.partition("==")[0].partition("[")[0]
        for line in (SCENARIOS / f"{name}.txt").read_text().split()
    ]
    program = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))"
    printed = subprocess.run(
        [str(python), "-c", program, *names], check=True, timeout=60, capture_output=True, text=True
    ).stdout
    return dict(zip(names, printed.split(), strict=True))


def check_neutral(request: Path):
    """A capture names nothing of the machine that made it."""
    words = {socket.gethostname(), str(HERE.parents[2]), str(Path.home()), tempfile.gettempdir()}
    if getpass.getuser() != "root":  # a word of the language
        words.add(getpass.getuser())
    body = request.read_bytes()
    found = [word for word in words if len(word) > 2 and word.encode() in body]
    if found:
        sys.exit(f"{request.name} names this machine: {found}")


def keep(folder: Path, requests: list[Path], truth: dict):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.binpb"):
        old.unlink()
    for request in requests:
        shutil.copy(request, folder)
    (folder / "truth.json").write_text(json.dumps(truth, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
