"""Kinds of auxiliary tasks, and the five reasons why they should work."""
