{
  hosts."10.0.0.3".platform = "x86_64-linux";
}
