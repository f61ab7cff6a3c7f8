"""A terminal's screen as an SVG that stands alone: no font, script or picture from elsewhere, light and
dark as the reader has it, and its text as a description for those who listen."""

from html import escape
from itertools import groupby

CELL_WIDTH, LINE_HEIGHT, MARGIN = 8.4, 20, 18

# Colours 0 to 7 as on a terminal, each with 4.5:1 at least on the background.
STYLE = """
    svg { --back: #f6f8fa; --edge: #d0d7de; --fore: #1f2328; --dim: #59636e; --red: #b3141f; --green: #116329;
          --yellow: #7d4e00; --blue: #0550ae; --magenta: #8250df; --cyan: #0b6770; }
    @media (prefers-color-scheme: dark) {
      svg { --back: #151b23; --edge: #3d444d; --fore: #e6edf3; --dim: #9198a1; --red: #ff8182; --green: #56d364;
            --yellow: #e3b341; --blue: #79c0ff; --magenta: #d2a8ff; --cyan: #56d4dd; }
    }
    rect { fill: var(--back); stroke: var(--edge); }
    text { fill: var(--fore); white-space: pre;
           font: 14px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    .c1 { fill: var(--red); } .c2 { fill: var(--green); } .c3 { fill: var(--yellow); } .c4 { fill: var(--blue); }
    .c5 { fill: var(--magenta); } .c6 { fill: var(--cyan); } .dim { fill: var(--dim); }
    .bold { font-weight: 600; } .underline { text-decoration: underline; }
"""


def svg(lines, title):
    # No wider than what is on it: the narrower, the larger a phone shows it.
    columns = max(len("".join(character for character, _ in line).rstrip()) for line in lines)
    width = round(columns * CELL_WIDTH + 2 * MARGIN)
    height = len(lines) * LINE_HEIGHT + 2 * MARGIN - 4
    text = "\n".join("".join(character for character, _ in line).rstrip() for line in lines)
    rows = "\n".join(f for row, line in enumerate(lines) if (f := _row(row, line)))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title text">
  <title id="title">{escape(title)}</title>
  <desc id="text">{escape(text)}</desc>
  <style>{STYLE}  </style>
  <rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>
{rows}
</svg>
"""


def _row(row, line):
    """A run of cells of one style is a text of its own, as wide as its cells whatever the font."""
    column, runs = 0, []
    for style, cells in groupby(line, key=lambda cell: cell[1]):
        text = "".join(character for character, _ in cells)
        lead = len(text) - len(text.lstrip())
        if shown := text.strip():
            runs.append(
                f'<tspan x="{MARGIN + (column + lead) * CELL_WIDTH:.1f}" textLength="{len(shown) * CELL_WIDTH:.1f}"'
                f'{_classes(style)}>{escape(shown, quote=False)}</tspan>'
            )
        column += len(text)
    return f'  <text y="{MARGIN + 12 + row * LINE_HEIGHT}">{"".join(runs)}</text>' if runs else ""


def _classes(style):
    names = [
        *([f"c{style.color}"] if style.color not in (None, 0, 7) else []),
        *(name for name in ("bold", "dim", "underline") if getattr(style, name)),
    ]
    return f' class="{" ".join(names)}"' if names else ""
