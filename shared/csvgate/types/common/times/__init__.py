"""What fields of dates and times read beyond ISO 8601: patterns of strptime, named formats such as
Excel's day numbers, time zones, and the names of months in other languages."""
