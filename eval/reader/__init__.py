"""Training of the reader: rows from public data, training, calibration, export."""
