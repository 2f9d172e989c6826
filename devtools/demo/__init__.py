"""`make demo`: every part of the product, started on one machine, with two organizations to look at."""
