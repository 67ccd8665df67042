"""What was played, measured and told: metrics, stage KPIs, the offline exam, reports, sound.

Place in the flow: the last room before the doors. It takes `list[Note]` and session logs, whoever
made them (a person, a file, the model, a session, a benchmark), and gives the figures that the
design names, always by this one implementation. Imported by `jambot.control` and the command only.
"""
