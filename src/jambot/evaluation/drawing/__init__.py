"""What every report is drawn with: the sheet, tables, charts, piano rolls, boxes of latencies."""
