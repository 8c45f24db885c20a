"""What is set outside the program, and what WeChat fixed.

Whatever of ours is loaded first loads this, so it says how often Python looks for rubbish as well: loading makes a million
objects that stay, a message thousands that do not, and by default all the young ones are looked through every 700.
"""

import gc

gc.set_threshold(20_000, 20, 20)
