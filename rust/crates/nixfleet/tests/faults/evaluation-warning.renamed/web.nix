{ lib, ... }:
{
  my.greeting = "hello";

  imports = [
    (lib.mkRenamedOptionModule
      [
        "my"
        "greeting"
      ]
      [
        "users"
        "motd"
      ]
    )
  ];
}
