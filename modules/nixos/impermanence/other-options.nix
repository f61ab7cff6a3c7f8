# Roots of options that no file or state of a service is looked for in: they name none, or others look at
# them.
[
  "_module"
  "assertions"
  "containers"
  "disko"
  "documentation"
  "fileSystems"
  "home-manager"
  "hostSpec"
  "image"
  "isoImage"
  "lib"
  "meta"
  "nixfleet"
  "nixpkgs"
  "specialisation"
  "system"
  "systemd"
  "users"
  "warnings"
]
