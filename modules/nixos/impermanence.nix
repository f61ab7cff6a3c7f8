# A root file system that is empty after each boot, and the paths that stay. It builds on
# github:nix-community/impermanence, whose `environment.persistence` stays usable beside it.
#
#   impermanence/options.nix          what a user sets
#   impermanence/storage.nix          where it lies
#   impermanence/persist.nix          what stays by itself, and early mounts for it
#   impermanence/kept.nix             what other modules of ours keep
#   impermanence/host-keys.nix        SSH host keys that are there at the first boot
#   impermanence/wipe.nix             the service that sets the btrfs root aside, and the one that tells when it did not
#   impermanence/old-roots.nix        what was set aside is deleted when its time is over
#   impermanence/users.nix            programs that make users too late
#   impermanence/password-files.nix   password files that would not be there when they are read
#   impermanence/audit.nix            names what would be lost at each boot
#   impermanence/found.nix            that is, state and files that no persisted path covers
#   impermanence/state.nix            where services keep state: what says so, and what is likely
#   impermanence/packaged.nix         and where nothing does
#   impermanence/named-files.nix      files that options name
#   impermanence/report.nix           what becomes of what the audit and the password files show
#   impermanence/build-vm.nix         a VM of NixOS's own, which has another disk
#   impermanence/btrfs-root.nix       where the root lies, for the two
#   impermanence/option-values.nix    the values of options, as the audit reads them
#   impermanence/paths.nix            what these say of paths
{
  _class = "nixos";

  imports = [
    ./impermanence/options.nix
    ./impermanence/storage.nix
    ./impermanence/persist.nix
    ./impermanence/host-keys.nix
    ./impermanence/wipe.nix
    ./impermanence/old-roots.nix
    ./impermanence/users.nix
    ./impermanence/password-files.nix
    ./impermanence/audit.nix
    ./impermanence/build-vm.nix
  ];
}
