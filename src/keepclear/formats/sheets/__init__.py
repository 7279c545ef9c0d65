"""Tables that people send -> declarations: one door for CSV and for the sheets of a workbook."""
