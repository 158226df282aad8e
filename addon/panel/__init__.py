"""The panel process: jobs and takes, the window in front of them, the engine behind them."""
