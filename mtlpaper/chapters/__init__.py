"""The chapters, one folder an experiment: parameters, experiment, figures, tables, claims.

``common`` holds what several chapters share.
"""
