"""Fills a throw-away database with many organizations, quickly, by SQL."""

from devtools.crowd.copies import copy_organization, remove_organization
from devtools.crowd.trade import Trade, write_trade

__all__ = ["Trade", "copy_organization", "remove_organization", "write_trade"]
