{
  hosts."web_02.example.org".platform = "x86_64-linux";
}
