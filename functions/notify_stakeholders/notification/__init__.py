"""One email for each end of an upload."""
