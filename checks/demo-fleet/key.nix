# The public half of `key`, as a user would paste it.
"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4 demo fleet: public on purpose"
