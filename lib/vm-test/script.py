# The script of a test made by `mkVmTest`: boots the hosts, then tries each assertion of
# `nixfleet.vmTest` until it holds or its time is over. `CHECKS`, `{ host: assertions }`, comes before.
import re
import shlex
import time

by_name = {machine.name: machine for machine in machines}


def matches(expected, text):
    if expected.get("exact") is not None and text != expected["exact"]:
        return False
    if expected.get("contains") is not None and expected["contains"] not in text:
        return False
    return expected.get("regex") is None or re.search(expected["regex"], text, re.MULTILINE) is not None


def unit(machine, check):
    _, state = machine.execute(f"systemctl is-active {shlex.quote(check['unit'])}")
    return state.strip() == check["state"], f"unit {check['unit']} is {state.strip()}, not {check['state']}"


def port(machine, check):
    outside = check["from"] == "outside"
    source, target = (by_name["outside"], machine.name) if outside else (machine, "localhost")
    status, _ = source.execute(f"timeout 5 bash -c '</dev/tcp/{target}/{check['port']}'")
    return status == 0, f"port {check['port']} accepts no connection from {check['from']}"


def http(machine, check):
    status, answer = machine.execute(
        f"curl --silent --max-time 10 --write-out '\\n%{{http_code}}' {shlex.quote(check['url'])}"
    )
    body, _, code = answer.rpartition("\n")
    holds = status == 0 and code == str(check["status"]) and matches(check["body"], body)
    return holds, f"{check['url']} answered {code}: {body}"


def command(machine, check):
    line = f"runuser -u {shlex.quote(check['user'])} -- sh -c {shlex.quote(check['command'])}"
    status, output = machine.execute(line)
    holds = status == check["status"] and matches(check["stdout"], output)
    return holds, f"`{check['command']}` exited {status}: {output}"


def file(machine, check):
    status, seen = machine.execute(f"stat --format '%a %U %G' {shlex.quote(check['path'])}")
    if status != 0:
        return False, f"{check['path']} does not exist"
    mode, owner, group = seen.split()
    holds = (
        (check["mode"] is None or int(check["mode"], 8) == int(mode, 8))
        and check["owner"] in (None, owner)
        and check["group"] in (None, group)
    )
    return holds, f"{check['path']} has mode {mode}, owner {owner}, group {group}"


def hold(machine, kind, check):
    deadline = time.monotonic() + check["within"]
    while True:
        holds, seen = kind(machine, check)
        if holds:
            return
        if time.monotonic() > deadline:
            raise Exception(f"{machine.name}: {seen} (after {check['within']} s)")
        time.sleep(1)


start_all()
for machine in machines:
    machine.wait_for_unit("multi-user.target")

kinds = {"units": unit, "ports": port, "http": http, "commands": command, "files": file}
for name, checks in CHECKS.items():
    with subtest(name):
        for kind, run in kinds.items():
            for check in checks[kind]:
                hold(by_name[name], run, check)
