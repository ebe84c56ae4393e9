"""Who deploys, and what that account may do in the project."""
