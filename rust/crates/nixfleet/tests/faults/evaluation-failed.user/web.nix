{
  home-manager.users.other = {
    home.stateVersion = "26.05";
    programs.git.enable = true;
  };
}
