"""The systems under test: one file per framework; the harness reads them and never imports them."""
