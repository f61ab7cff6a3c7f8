//! The platforms of guests: what QEMU calls them, and what they need.

use std::fmt;

/// A Linux platform that a VM can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// `x86_64-linux`
    X86_64,
    /// `aarch64-linux`
    Aarch64,
}

impl Platform {
    /// The platform that Nix calls `system`; `None` for what is no Linux that we know.
    #[must_use]
    pub fn parse(system: &str) -> Option<Self> {
        match system {
            "x86_64-linux" => Some(Self::X86_64),
            "aarch64-linux" => Some(Self::Aarch64),
            _ => None,
        }
    }

    /// What Nix calls it.
    #[must_use]
    pub fn system(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-linux",
            Self::Aarch64 => "aarch64-linux",
        }
    }

    /// The QEMU program that runs it.
    #[must_use]
    pub fn program(self) -> &'static str {
        match self {
            Self::X86_64 => "qemu-system-x86_64",
            Self::Aarch64 => "qemu-system-aarch64",
        }
    }

    /// The machine type: QEMU has no default for aarch64.
    #[must_use]
    pub fn machine(self) -> &'static str {
        match self {
            Self::X86_64 => "q35",
            Self::Aarch64 => "virt",
        }
    }

    /// Whether this machine's processor is of the platform, so that it can be accelerated.
    #[must_use]
    pub fn is_native(self) -> bool {
        match self {
            Self::X86_64 => cfg!(target_arch = "x86_64"),
            Self::Aarch64 => cfg!(target_arch = "aarch64"),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.system())
    }
}
