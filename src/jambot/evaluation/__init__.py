"""What was played, measured and told: figures of music and of the stage, exams, reports.

Place in the flow: the last room before the doors. It takes `list[Note]` and session logs, whoever
made them (a person, a file, the model, a session, a benchmark), and gives the figures that the
design names, always by this one implementation. Imported by the doors only.

::

    metrics  gates  people  spread     figures of notes, and what they are held against
    drawing                            what every report is drawn with
    take       exam                    one recorded jam          solos over held-out tunes
    bench      sweep      style        the program from outside  a grid   one's own style
    kpi_report                         all of it on one page
"""
