"""How commands get options: from groups of them, and from the lists of knobs and dials."""

import inspect
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, get_args, get_type_hints

import typer

from jambot.dials import KNOBS, SAMPLING

if TYPE_CHECKING:
    from jambot.generation import SamplingSettings
    from jambot.tokens import Controls

Command = Callable[..., None]


@dataclass(frozen=True)
class Options:
    """A group of options: each field is one, with its default; `PANEL` is their heading."""

    PANEL: ClassVar[str]


def sampled(command: Command) -> Command:
    """Give a command the dials of `SAMPLING` as options; it takes what they make as `sampling`."""
    options = {
        name: (
            Annotated[
                float | None if dial.usual is None else type(dial.usual),
                typer.Option(
                    min=dial.least, max=dial.most, help=dial.said, rich_help_panel="How it plays"
                ),
            ],
            dial.usual,
        )
        for name, dial in SAMPLING.items()
    }
    return _with_options(command, options, "sampling", _sampling)


def steered(command: Command) -> Command:
    """Give a command the options of `KNOBS`; it takes what they make as `knobs`."""
    options = {
        name: (
            Annotated[float | None, typer.Option(min=0, max=1, help=said, rich_help_panel="Knobs")],
            None,
        )
        for name, said in KNOBS.items()
    }
    return _with_options(command, options, "knobs", _knobs)


def grouped(command: Command) -> Command:
    """Give a command the options of each group (`Options`) that it takes as a parameter.

    A group that the parameter has as its default says other defaults than the class does.
    """
    for parameter in inspect.signature(command).parameters.values():
        kind = parameter.annotation
        if isinstance(kind, type) and issubclass(kind, Options):
            options = _options_of(kind, parameter.default)
            command = _with_options(command, options, parameter.name, kind)
    return command


def _options_of(kind: type[Options], usual: object) -> dict[str, tuple[Any, Any]]:
    """Annotation and default of each field, under the group's heading where it has none."""
    hints = get_type_hints(kind, include_extras=True)
    options = {}
    for field in fields(kind):
        annotation, option = get_args(hints[field.name])
        option = copy(option)
        option.rich_help_panel = option.rich_help_panel or kind.PANEL
        default = getattr(usual, field.name, field.default)
        options[field.name] = (Annotated[annotation, option], default)
    return options


def _sampling(**given: Any) -> "SamplingSettings":
    from jambot.generation import SamplingSettings

    return SamplingSettings(**given)


def _knobs(**given: Any) -> "Controls":
    from jambot.tokens import Controls

    return Controls(**given)


def _with_options(
    command: Command, options: Mapping[str, tuple[Any, Any]], name: str, make: Callable[..., Any]
) -> Command:
    """The command with its parameter `name` replaced by `options` (annotation and default each)."""

    def asked(**given: Any) -> None:
        made = make(**{option: given.pop(option) for option in options})
        command(**given, **{name: made})

    own = [p for p in inspect.signature(command).parameters.values() if p.name != name]
    kind = inspect.Parameter.KEYWORD_ONLY
    added = [
        inspect.Parameter(option, kind, default=default, annotation=annotation)
        for option, (annotation, default) in options.items()
    ]
    parameters = [*(p.replace(kind=kind) for p in own), *added]
    asked.__name__, asked.__doc__ = command.__name__, command.__doc__
    asked.__annotations__ = {p.name: p.annotation for p in parameters}
    asked.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return asked
