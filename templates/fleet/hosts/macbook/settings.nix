# Settings of this Mac beside those that every Mac gets.
{
  system.defaults.dock.autohide = true;
}
