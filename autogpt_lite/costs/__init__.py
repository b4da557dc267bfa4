"""What agents have cost: sums by day, agent, block and model that stay when the runs behind them leave."""
