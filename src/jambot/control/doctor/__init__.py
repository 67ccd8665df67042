"""What stands between a musician and the first bar, looked at part by part, with a cure for each.

`examine` asks every check in turn: of the `machine`, of the `ports` (with `cable` measuring one
that leads back here), of FL `studio` and of the `player`. Nothing is changed but by `panic`.
Imported by the command line and by the MCP server.
"""

from jambot.control.doctor.check import Check, DoctorWishes, State
from jambot.control.doctor.examination import as_dict, examine, may_jam
from jambot.control.doctor.panic import panic

__all__ = ["Check", "DoctorWishes", "State", "as_dict", "examine", "may_jam", "panic"]
