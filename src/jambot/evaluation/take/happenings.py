"""What happened in a take besides the notes: hosts, calls, trades, orders, and what was lost."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from jambot.music.take import Take


def happenings(take: Take) -> dict[str, Any]:
    """Counts by name; what the log tells only at its end is None where it was cut off.

    `own_notes_heard`: the bot's notes, come back and left out. `lost_ticks`: of a host's clock,
    made up for. `gaps`: sleeps of the machine, `{count, seconds}`. `transport`: what the host did,
    by name. `tempo_changes`: taps and orders that set a tempo. `calls`: phrases of the right hand,
    `{heard, answered}`. `trades`: turns the bot took. `ports_lost`: by side. `to_nobody`: notes
    sent while nothing was connected, or not sent by a lost port. `player_restarts`.
    `faults`: how often the stage was silenced by a fault of its own. `unheard`: messages of floods.
    `orders`: `{obeyed, refused}`. `kept`: the files of bars that were kept, `not_kept`: those
    that were asked for and failed. `log_lost`: events that are missing in the log.
    """
    reasons = Counter(str(event.get("reason")) for event in take.of("trigger"))
    ends = take.of("end")
    end: Mapping[str, Any] = ends[-1] if ends else {}
    gaps = [float(event["seconds_lost"]) for event in take.of("gap")]
    lost = [event["which"] for event in take.of("port") if event["state"] == "lost"]
    players = [event.get("state") for event in take.of("player")]
    return {
        "own_notes_heard": end.get("own_notes_heard"),
        "lost_ticks": end.get("lost_ticks"),
        "faults": end.get("faults", len(take.of("fault"))),
        "unheard": end.get("unheard"),
        "gaps": {"count": len(gaps), "seconds": round(sum(gaps), 3)},
        "transport": dict(Counter(str(event["state"]) for event in take.of("transport"))),
        "tempo_changes": len(take.of("tempo")),
        "calls": {"heard": len(take.of("call")), "answered": reasons["call"]},
        "trades": reasons["trade"],
        "ports_lost": dict(Counter(map(str, lost))),
        "to_nobody": end.get("to_nobody"),
        "player_restarts": players.count("restarted"),
        "orders": {"obeyed": len(take.of("order")), "refused": len(take.of("refused"))},
        "kept": _kept(take, "kept"),
        "not_kept": _kept(take, "failed"),
        "log_lost": sum(int(event["count"]) for event in take.of("lost")),
    }


def told(happened: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(what, how often) for people; what did not happen is left out."""
    gaps, calls, orders = (happened.get(name) or {} for name in ("gaps", "calls", "orders"))
    rows = [
        ("phrases of yours", _of(calls, "heard", "answered", "{} heard, {} answered")),
        ("turns the bot took", happened.get("trades")),
        ("tempi set by taps and orders", happened.get("tempo_changes")),
        ("the host", _named(happened.get("transport"))),
        ("ticks of its clock made up for", happened.get("lost_ticks")),
        ("orders", _of(orders, "obeyed", "refused", "{} obeyed, {} refused")),
        ("own notes come back, not heard", happened.get("own_notes_heard")),
        ("notes sent while nothing was connected", happened.get("to_nobody")),
        ("ports lost", _named(happened.get("ports_lost"))),
        ("player started again", happened.get("player_restarts")),
        ("faults of the stage, silenced", happened.get("faults")),
        ("messages of floods, not heard", happened.get("unheard")),
        ("sleeps of the machine", _of(gaps, "count", "seconds", "{}, {:g} s in all")),
        ("bars kept", ", ".join(happened.get("kept") or ())),
        ("bars that could not be kept", ", ".join(happened.get("not_kept") or ())),
        ("events missing in the log", happened.get("log_lost")),
    ]
    return [(what, str(value)) for what, value in rows if value]


def _kept(take: Take, state: str) -> list[str]:
    """Files of kept bars that came to this; a log of an earlier version tells of the asking."""
    return [str(e["file"]) for e in take.of("keep") if e.get("state", "kept") == state]


def _of(counts: Mapping[str, Any], first: str, second: str, sentence: str) -> str:
    values = counts.get(first, 0), counts.get(second, 0)
    return sentence.format(*values) if any(values) else ""


def _named(counts: Mapping[str, int] | None) -> str:
    return ", ".join(f"{name} {count}" for name, count in (counts or {}).items())
