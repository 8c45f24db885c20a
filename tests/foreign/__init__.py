"""Other people's WeChat libraries of other languages, run against the simulator."""
