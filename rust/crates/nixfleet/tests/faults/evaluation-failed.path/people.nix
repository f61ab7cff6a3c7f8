{ ops.isNormalUser = true; }
