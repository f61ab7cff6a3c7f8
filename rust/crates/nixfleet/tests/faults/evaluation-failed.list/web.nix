{
  nixfleet.health.http = [
    {
      url = "http://localhost/";
      statu = 204;
    }
  ];
}
