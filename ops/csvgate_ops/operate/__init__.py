"""Tools for operators: dead letters, console, reconcile, runbook, breakers, uploads."""
