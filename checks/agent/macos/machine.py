"""A Mac that is played, in a mount namespace of its own: its systems, and what is done and seen on it."""
import json
import os
import plistlib
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKS = HERE.parent
AGENT = HERE.parents[2] / "rust/target/debug/nixfleet-agent"
STORE, MACHINE, RELEASE = Path("/nix/store"), Path("/nix/machine"), Path("/nix/release")
DAEMONS, AGENTS = Path("/Library/LaunchDaemons"), Path("/Users/me/Library/LaunchAgents")
PATH = "/nix/bin:/usr/bin:/bin"
PROFILE = Path("/nix/var/nix/profiles/system")
# What one thing may take to come to be, in seconds.
PATIENCE = 40
# Nix's letters have no `e`.
NIX32 = str.maketrans("e", "z")
SEQUENCE = 0


def path_of(name):
    return STORE / f"{name.encode().hex().translate(NIX32):0<32.32}-darwin-system-{name}"


# The system that it begins with.
OLD = str(path_of("old"))


def new_mac():
    """With nix-darwin's system `old`, whose agent runs."""
    for place in ["/nix", "/run", "/Library", "/Users"]:
        mount(place)
    for place in [STORE, MACHINE, DAEMONS, RELEASE, PROFILE.parent, "/nix/bin", "/nix/state", AGENTS]:
        Path(place).mkdir(parents=True)
    os.chown(AGENTS, 65534, 65534)
    shutil.copy(HERE / "launchctl", "/nix/bin")
    for name in ["nix", "nix-store", "nix-env"]:
        shutil.copy(HERE / "nix", f"/nix/bin/{name}")
    script("/nix/bin/sysctl", "cat /run/boot\n")
    script("/nix/bin/ioreg", "echo '  \"IOPlatformUUID\" = \"A-B\"'\n")
    # What a person's launchd is told is root's here.
    script("/nix/bin/sudo", """
        [ "$1 $2 $4" != "-n -u --" ] || { user=$3 && shift 4 && exec /usr/sbin/runuser -u "$user" -- "$@"; }
        [ "$1 $2 $3 $4" != "-n --user=#65534 -- launchctl" ] || { shift 3 && exec "$@"; }
        [ "$1 $2 $3" != "-n --user=#65534 --" ] || { shift 3 && exec /usr/sbin/runuser -u nobody -- "$@"; }
        exit 1\n""")
    os.environ["PATH"] = PATH
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/nix/key"], check=True)
    Path("/run/boot").write_text("first\n")
    system("old")
    run("nix-env", "--profile", str(PROFILE), "--set", OLD)
    # With nothing to read the agent would look ever less often.
    release(OLD)
    run(f"{OLD}/activate")
    (MACHINE / "activations").unlink()
    eventually(lambda: status() is not None)


def mount(place):
    Path(place).mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)


def power_off():
    for file in Path("/run/launchd").glob("*.json"):
        state = job(file.stem) or {}
        for pid in [state.get("keeper"), state.get("pid")]:
            try:
                os.killpg(pid, signal.SIGKILL) if pid else None
            except ProcessLookupError:
                pass


def power_cut(empties=True):
    """At its start a Mac takes up the services that are there, in no order; one of them names the profile's
    system the running one. Whether macOS empties /run is not to be counted on."""
    power_off()
    for file in Path("/run").iterdir():
        if file.name == "launchd" or empties:
            shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink()
    Path("/run/boot").write_text("second\n")
    (MACHINE / "starts").touch()
    for file in sorted(DAEMONS.iterdir(), reverse=True):
        run("launchctl", "load", "-w", str(file))


def system(name, services=(), people=(), files=(), agent="", program=None, **settings):
    """A system of nix-darwin; `agent` is what is run in its agent's place, and None for a system without."""
    made = path_of(name)
    for folder in ["etc/nixfleet", "Library/LaunchDaemons", "sw/bin"]:
        (made / folder).mkdir(parents=True)
    shutil.copy(HERE / "activate", made)
    for file in ["darwin-version", "systemConfig", *files]:
        (made / file).write_text(str(made))
    config = configuration(settings)
    (made / "etc/nixfleet/agent.json").symlink_to(config)
    (made / "sw/bin/nixfleet-agent").symlink_to(AGENT)
    if program:
        (made / "sw/bin/nixfleet-agent").unlink()
        script(made / "sw/bin/nixfleet-agent", program)
    # Another one with each system (nix-darwin, modules/services/activate-system). At a start it is late.
    daemon(made, "activate-system", ["/bin/sh", "-c", f"""set -e # {name}
        [ ! -e {MACHINE}/starts ] || sleep 1
        system=$(cat {PROFILE}/systemConfig)
        ln -sfn $system /run/current-system
        sleep 0.2
        ln -sfn $system/etc {MACHINE}/etc"""], RunAtLoad=True, KeepAlive=False)
    for service, line in dict(services).items():
        daemon(made, service, ["/bin/sh", "-c", line])
    for service, line in dict(people).items():
        daemon(made / "user", service, ["/bin/sh", "-c", line], folder="LaunchAgents")
    if agent is not None:
        daemon(made, "nixfleet-agent", ["/bin/sh", "-c", agent] if agent else [str(AGENT), "--config", config, "run"])
    return str(made)


def daemon(made, service, words, folder="LaunchDaemons", **more):
    label = f"org.nixos.{service}"
    (made / f"Library/{folder}/{label}.plist").parent.mkdir(parents=True, exist_ok=True)
    (made / f"Library/{folder}/{label}.plist").write_bytes(plistlib.dumps({
        "Label": label, "ProgramArguments": words, "KeepAlive": True, "StandardErrorPath": f"/nix/machine/{label}.log",
        "EnvironmentVariables": {"PATH": PATH, "RUNTIME_DIRECTORY": "/run/nixfleet-agent"}, **more,
    }))


def configuration(settings):
    """By its content, as in a store."""
    text = json.dumps({
        "hostName": "guest", "fleet": "demo", "source": [str(RELEASE)], "threshold": 1, "floor": 0, "window": None,
        "keys": [Path("/nix/key.pub").read_text().strip()], "reboot": "never", "probation": "1s", "settle": "2s",
        "switchWithin": "30s", "poll": "1s", "dryRun": False, "health": {}, "hostKeyFiles": [], "metrics": None,
        "state": "/nix/state", "profile": str(PROFILE), "boot": None, "serviceManager": "launchd", **settings,
    })
    file = STORE / f"{hash(text) & 0xffffffff:032d}-agent.json"
    file.write_text(text)
    return str(file)


def script(path, text):
    Path(path).write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}")
    Path(path).chmod(0o755)


def release(target):
    """The next one."""
    global SEQUENCE
    SEQUENCE += 1
    subprocess.run([sys.executable, "-B", CHECKS / "release.py", RELEASE, "--key", "/nix/key",
                    "--sequence", str(SEQUENCE), "--system", target], check=True)


def remove_release():
    (RELEASE / "release.json").unlink()


def run(*words):
    ran = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE)
    assert ran.returncode == 0, ran
    return ran.stdout


def agent(*words, status=0):
    ran = subprocess.run([AGENT, "--config", f"{OLD}/etc/nixfleet/agent.json", *words], capture_output=True,
                         text=True, timeout=PATIENCE, env={"PATH": PATH, "RUNTIME_DIRECTORY": "/run/nixfleet-agent"})
    assert ran.returncode == status, ran
    return ran.stdout


def status():
    try:
        return json.loads(Path("/run/nixfleet-agent/status.json").read_text())
    except FileNotFoundError:
        return None


def job(label):
    try:
        return json.loads(Path(f"/run/launchd/{label}.json").read_text())
    except FileNotFoundError:
        return None


def activations():
    file = MACHINE / "activations"
    return file.read_text().split() if file.exists() else []


def generations():
    return [str(it.resolve()) for it in PROFILE.parent.glob("system-*-link")]


def log():
    """The last lines of the agent, and of the jobs that it made."""
    files = [MACHINE / "org.nixos.nixfleet-agent.log", *sorted(Path("/run/nixfleet-agent").glob("nixfleet-*.log"))]
    return "\n".join(f"{file.name}: {line}" for file in files if file.exists() for line in file.read_text().splitlines()[-25:])


def rests_on(target, says=""):
    eventually(lambda: status()["step"] == "idle" and says in json.dumps(status()["last"]) and status()["last"] is not None
               and os.readlink("/run/current-system") == target)
    is_whole(target)


def is_whole(target):
    places = [os.readlink("/run/current-system"), str(PROFILE.resolve()), os.path.dirname(os.readlink(MACHINE / "etc"))]
    assert places == [target] * 3, (target, places)
    assert not job("nixfleet-guard"), "the guard still stands"


def eventually(holds):
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, ("in vain", status())
        time.sleep(0.05)
