{
  users.users = {
    deploy.isNormalUser = true;
  }
  // ./people.nix;
}
