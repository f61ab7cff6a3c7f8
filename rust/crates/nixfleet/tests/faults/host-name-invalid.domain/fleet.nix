{
  hosts."web-01.example.org".platform = "x86_64-linux";
}
