"""`make bench`: csvgate beside what people use today, in one run, into bench/RESULTS.md."""
