"""Runs the hosts of the control plane's measurements: `examples/load` of its crate."""

import json
import resource
import subprocess
from pathlib import Path

RUST = Path(__file__).resolve().parents[2] / "rust"
LONGEST = 600


def load(hosts, what):
    """What so many hosts see of a control plane, by `what` they do there."""
    build = "cargo build --quiet --release --locked --package nixfleet-control-plane --bins --examples"
    subprocess.run(build.split(), cwd=RUST, check=True)
    # A connection has two ends here.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    built = RUST / "target/release"
    command = [built / "examples/load", built / "nixfleet-control-plane", str(hosts), what]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=LONGEST).stdout)
