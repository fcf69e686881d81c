"""Campaigns: many cases under a budget."""
