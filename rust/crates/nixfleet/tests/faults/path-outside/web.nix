{
  users.motd = builtins.readFile ~/motd;
}
