{
  hosts.macbook.platform = "aarch64-darwin";
}
