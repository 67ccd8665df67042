"""How help pages are laid out: commands by what they are for, options by what they are about."""

from typing import Any

from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "Play": (
        "jam", "demo", "generate", "ports", "doctor", "takes", "report", "keep",
        "gestures", "plugin", "fl", "mcp",
    ),
    "Your style and training": (
        "style", "stage-a", "prepare", "train", "compare", "export", "evaluate",
    ),
    "For makers": ("bench", "replay", "chords"),
}  # fmt: skip
"""Every command, in the order in which people meet them."""
FIRST = "Options"
COLUMN = 30
"""The formatter starts a new line after a longer first column."""


class CommandPage(TyperCommand):
    """A command whose options stand under the panels that they name.

    Those without a panel come first: they are the ones that people use first.
    """

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments, and then options panel by panel."""
        panels: dict[str, list[tuple[str, str]]] = {"Arguments": [], FIRST: []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is None:
                continue
            own = "Arguments" if param.param_type_name == "argument" else FIRST
            panel = getattr(param, "rich_help_panel", None) or own
            panels.setdefault(panel, []).append(record)
        write_panels(formatter, panels)


class FrontPage(TyperGroup):
    """The command `jambot` itself: its commands stand under the panels of `COMMANDS`."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands panel by panel, each with the first sentence of its help."""
        room = formatter.width - 6 - max(map(len, self.commands))
        panels = {
            panel: [(name, self.commands[name].get_short_help_str(room)) for name in names]
            for panel, names in COMMANDS.items()
        }
        write_panels(formatter, panels)


def write_panels(formatter: Any, panels: dict[str, list[tuple[str, str]]]) -> None:
    """One table a panel, their second columns below each other; empty panels are left out."""
    widest = min(COLUMN, max(len(left) for rows in panels.values() for left, _ in rows))
    for panel, rows in panels.items():
        if rows:
            with formatter.section(panel):
                formatter.write_dl([(left.ljust(widest), said) for left, said in rows])
