"""Environment files: where the topology is deployed, and what differs there."""
