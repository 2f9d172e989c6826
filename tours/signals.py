"""What departures tell the apps above in the same transaction."""

from django.dispatch import Signal

# Sent when places were taken, given back or blocked, and guests find other departures with room than before. Only statements that
# send no signals of rows send it.
availability_changed = Signal()
