"""The cases of one test file, evaluated one after the other in a `nix repl`. It goes on after an error, so that each
case has an outcome of its own, and what one case evaluated of nixpkgs the next one has for nothing."""

import json
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading

import inputs

CASE_SECONDS = 300
# What a process may hold before the next case gets a new one.
MOST_BYTES = inputs.MOST_BYTES * 5 // 6

ANSI = re.compile(r"\x1b\[[0-9;]*m")
# A line of source in a trace, which may well hold the marks, or what an error is to be like.
EXCERPT = re.compile(r"^ *\d* *\|.*$\n?", re.MULTILINE)


def run(file, repl):
    load = f"t = import ./run.nix {{ file = {json.dumps(str(file.resolve()))}; }}"
    said = repl.ask(load, ":p t.names")
    names = re.search(r"<names>(.*)</names>", said)
    if not names:
        return [f"failed {file}\n{indented(said)}"]
    lines = []
    for number, (name, pattern) in enumerate(json.loads(names[1])):
        repl.end_if_large()
        if repl.process is None:
            repl.ask(load)
        lines.append(outcome(name, pattern, repl.ask(f":p t.outcome {number}")))
    return lines


def outcome(name, pattern, said):
    said = EXCERPT.sub("", said)
    if "<passed>" in said:
        return f"passed {name}"
    if failed := re.search(r"<failed>(.*)</failed>", said, re.DOTALL):
        return f"failed {name}\n{indented(failed[1])}"
    if pattern is None:
        return f"failed {name}\n{indented(said)}"
    if re.search(pattern, said, re.DOTALL):
        return f"passed {name}"
    return f"failed {name}\n  expected an error like {pattern}, got\n{indented(said)}"


class Repl:
    """A `nix repl` in this folder, begun when it is first asked and after each time that it ended."""

    def __init__(self, environment):
        self.home = tempfile.TemporaryDirectory()
        self.environment = environment | {"XDG_DATA_HOME": self.home.name, "NO_COLOR": "1", "TERM": "dumb"}
        self.process, self.asked = None, 0

    def start(self):
        self.process = subprocess.Popen(
            ["nix", "repl", "--quiet"], env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
        )
        self.lines = queue.Queue()
        threading.Thread(target=read, args=(self.process.stdout, self.lines), daemon=True).start()

    def ask(self, *commands):
        """What it says to the commands, without what it repeats of them."""
        if self.process is None:
            self.start()
        self.asked += 1
        end = f"<end {self.asked}>"
        half = f'"<en" + "d {self.asked}>"'  # not the mark itself, which it repeats
        said = []
        try:
            self.process.stdin.write("\n".join([*commands, half]) + "\n")
            self.process.stdin.flush()
            while (line := self.lines.get(timeout=CASE_SECONDS)) is not None:
                if end in line:
                    return "".join(said)
                if not line.startswith("nix-repl> "):
                    said.append(line)
            said.append("nix ended\n")
        except queue.Empty:
            said.append(f"it took more than {CASE_SECONDS} s\n")
        except BrokenPipeError:
            said.append("nix ended\n")
        self.stop()
        return "".join(said)

    def end_if_large(self):
        if self.process is None:
            return
        try:
            with open(f"/proc/{self.process.pid}/statm") as file:
                pages = int(file.read().split()[1])
        except OSError:
            return  # no such file on macOS
        if pages * os.sysconf("SC_PAGE_SIZE") > MOST_BYTES:
            self.stop()

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


def read(stream, lines):
    for line in stream:
        lines.put(ANSI.sub("", line))
    lines.put(None)


def indented(text):
    return "\n".join(f"  {line}" for line in text.splitlines() if line.strip())
