"""What the deployed console adds to `csvgate_ops.operate.console`: settings, context, JSON."""
