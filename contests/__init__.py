"""Reading contests: the call, works and how they are handed in, screened, judged, shown, awarded and kept."""
