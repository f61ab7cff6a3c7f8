{
  users.motd = builtins.readFile /srv/motd;
}
