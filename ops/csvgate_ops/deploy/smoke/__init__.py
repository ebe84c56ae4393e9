"""Test a deployment with one small upload."""
