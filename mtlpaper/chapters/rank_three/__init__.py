"""Figure A2: teachers of rank three."""
