"""What several chapters share, by the kind of experiment."""
