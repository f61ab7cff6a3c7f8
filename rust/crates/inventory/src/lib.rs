//! The fleet as data: the inventory, read through Nix and typed, without nixpkgs.
