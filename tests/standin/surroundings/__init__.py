"""What surrounds the project: its organization, billing, quotas, networks, and SendGrid. Tests set
these up; no request changes them."""
