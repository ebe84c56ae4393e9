"""Delivery: what each subscription has outstanding, leases, retries and dead-letter forwarding."""
