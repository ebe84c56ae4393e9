"""The HTTP proxy in front of emulators and functions, which refuses requests by other websites."""
