"""The text and the HTML of an email. Pure: no service and no clock."""
