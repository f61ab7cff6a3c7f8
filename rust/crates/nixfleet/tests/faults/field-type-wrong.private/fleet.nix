{
  hosts.web-01 = "-----BEGIN OPENSSH PRIVATE KEY-----\nnot a real one\n";
}
