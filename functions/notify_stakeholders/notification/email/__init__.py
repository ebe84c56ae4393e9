"""Renders emails as HTML and plain text. Pure: no service, no clock."""
