"""The accounts with which GitHub plans, deploys and checks: what they may do, and the script with
which an owner of the project sets them up."""
