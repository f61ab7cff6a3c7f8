{ device }:
{
  fileSystems."/".device = device;
}
