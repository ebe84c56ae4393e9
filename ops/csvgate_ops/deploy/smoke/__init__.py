"""One small upload through all of a deployment, to see that it works."""
