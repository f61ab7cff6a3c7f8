# What each release of it changes.
1
