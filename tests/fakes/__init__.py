"""In-memory stand-ins for the ports: small classes over dicts, held to the real ones' contract."""
