"""A terminal, as far as the tool uses one: what is on the screen after everything was written."""

import re
from dataclasses import dataclass, field, replace

# A control sequence with its parameters and its letter; a link or a title, which show nothing here.
SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()=>]\w?")


@dataclass(frozen=True)
class Style:
    color: int | None = None
    bold: bool = False
    dim: bool = False
    underline: bool = False


PLAIN = Style()


@dataclass
class Terminal:
    columns: int
    lines: list = field(default_factory=lambda: [[]])
    row: int = 0
    column: int = 0
    style: Style = PLAIN

    def write(self, text):
        at = 0
        for sequence in SEQUENCE.finditer(text):
            self._print(text[at : sequence.start()])
            at = sequence.end()
            if sequence[2]:
                self._control(sequence[2], [int(it) for it in sequence[1].strip("?").split(";") if it])
        self._print(text[at:])

    def screen(self):
        """The lines that are not empty at the end, each a list of cells: a character and its style."""
        lines = list(self.lines)
        while lines and all(character == " " for character, _ in lines[-1]):
            lines.pop()
        return lines

    def _print(self, text):
        for character in text:
            if character == "\n":
                self._down()
            elif character == "\r":
                self.column = 0
            elif character == "\t":
                self._print(" " * (8 - self.column % 8))
            elif character >= " ":
                if self.column == self.columns:
                    self._down()
                    self.column = 0
                line = self.lines[self.row]
                line.extend([(" ", PLAIN)] * (self.column + 1 - len(line)))
                line[self.column] = (character, self.style)
                self.column += 1

    def _down(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append([])

    def _control(self, letter, numbers):
        count = numbers[0] if numbers and numbers[0] else 1
        if letter == "m":
            self._restyle(numbers or [0])
        elif letter == "A":
            self.row = max(0, self.row - count)
        elif letter == "B":
            for _ in range(count):
                self._down()
        elif letter == "C":
            self.column = min(self.columns, self.column + count)
        elif letter == "D":
            self.column = max(0, self.column - count)
        elif letter == "G":
            self.column = count - 1
        elif letter == "K":
            line = self.lines[self.row]
            line[slice(None) if numbers[:1] == [2] else slice(self.column, None)] = []
        elif letter == "J":
            self.lines[self.row][self.column :] = []
            self.lines[self.row + 1 :] = []
        elif letter not in "hl":
            raise ValueError(f"the terminal does not know the control sequence `{letter}`")

    def _restyle(self, numbers):
        numbers = iter(numbers)
        for it in numbers:
            if it == 0:
                self.style = PLAIN
            elif it == 1:
                self.style = replace(self.style, bold=True)
            elif it == 2:
                self.style = replace(self.style, dim=True)
            elif it == 4:
                self.style = replace(self.style, underline=True)
            elif it == 22:
                self.style = replace(self.style, bold=False, dim=False)
            elif it == 24:
                self.style = replace(self.style, underline=False)
            elif 30 <= it <= 37 or 90 <= it <= 97:
                self.style = replace(self.style, color=it % 10)
            elif it == 38 and next(numbers, None) == 5:
                self.style = replace(self.style, color=next(numbers) % 8)
            elif it == 39:
                self.style = replace(self.style, color=None)
            else:
                raise ValueError(f"the terminal does not know the style {it}")
