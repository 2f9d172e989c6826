"""A small, strict stand-in for Stripe on this machine, for the demo and the tests (see docs/stripe-emulator.md)."""
