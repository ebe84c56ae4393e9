"""Environment files: where the topology is deployed, and which settings differ there."""
