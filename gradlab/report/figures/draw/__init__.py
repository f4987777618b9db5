"""Drawing, with seaborn and matplotlib: imported only where a figure is drawn."""
