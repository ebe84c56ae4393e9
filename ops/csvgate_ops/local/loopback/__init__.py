"""Serves web pages on loopback, for the mailbox and the console, and restricts access to them."""
