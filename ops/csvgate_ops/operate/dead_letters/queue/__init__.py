"""Review subscriptions: pulling, leasing and routing dead letters."""
