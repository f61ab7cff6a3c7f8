{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.sshAuthorizedKeys = [
      "QyNTUxOQAAACDgT0iGvC/DaUV4LowftofoB4Kw4DQpOEW3kEQEzsAJoQAAAJC2AfRbtgH0"
    ];
  };
}
