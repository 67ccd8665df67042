"""What was played, measured and told: figures of music and of the stage, exams, reports.

Place in the flow: the last room before the doors. It takes `list[Note]` and session logs, whoever
made them (a person, a file, the model, a session, a benchmark), and gives the figures that the
design names, always by this one implementation. Imported by the doors only.

::

    figures    metrics  right_hand     the table of figures      figures of notes
    gates      spread                  what a report must reach  how figures spread over tunes
    drawing                            what every report is drawn with
    take       exam      dataset       one recorded jam          solos over held-out tunes, samples
    bench      style                   the program from outside  one's own style
"""
