# Services and the directories where each keeps state, as its NixOS module has it: in the module's
# text, not as the audit finds it. What a name stands for:
#
#   <name> = [ … ];                    services.<name>.enable = true;
#   <name> = { config; state; };       a service that wants more than that, or another option
#
# A directory without a `/` before it lies in /var/lib; one of a dynamic user is there below `private`.
# Caches are no state: hier(7). A service that turns a database on keeps that one's state as well.
let
  enabled = module: state: {
    config = module;
    inherit state;
  };
  # Its packages are not free, or known to be insecure, which NixOS has to be told to allow.
  restricted = service: service // { restricted = true; };
  service =
    name: settings: state:
    enabled {
      services.${name} = settings // {
        enable = true;
      };
    } state;
  postgresql = "postgresql";
  mysql = "mysql";
in
{
  accounts-daemon = [ "AccountsService" ];
  activemq = [ "/var/activemq" ];
  actual = [ "private/actual" ];
  adguardhome = [ "private/AdGuardHome" ];
  apcupsd = [ ];
  apache-kafka = service "apache-kafka" {
    settings."log.dirs" = [ "/var/lib/apache-kafka" ];
    clusterId = "MkU3OEVBNTcwNTJENDM2Qk";
    formatLogDirs = true;
  } [ "apache-kafka" ];
  archisteamfarm = [ "archisteamfarm" ];
  aria2 = service "aria2" { rpcSecretFile = "/run/secrets/aria2"; } [ "aria2" ];
  atd = [
    "/var/spool/atjobs"
    "/var/spool/atspool"
  ];
  atticd = service "atticd" { environmentFile = "/run/secrets/atticd"; } [ "private/atticd" ];
  atuin = [ postgresql ];
  audiobookshelf = [ "audiobookshelf" ];
  autobrr = service "autobrr" { secretFile = "/run/secrets/autobrr"; } [ "private/autobrr" ];
  avahi = [ ];
  bacula-fd = [ "bacula" ];
  baikal = [ "baikal" ];
  bazarr = [ "bazarr" ];
  bind = [ ];
  bitlbee = [ "private/bitlbee" ];
  blocky = [ "private/blocky" ];
  buildbot-master = [ "/home/buildbot" ];
  caddy = [ "caddy" ];
  calibre-server = [ "calibre-server" ];
  calibre-web = [ "calibre-web" ];
  chrony = [ "chrony" ];
  clamav = enabled {
    services.clamav.daemon.enable = true;
    services.clamav.updater.enable = true;
  } [ "clamav" ];
  clickhouse = [ "clickhouse" ];
  cockroachdb = restricted (service "cockroachdb" { insecure = true; } [ "cockroachdb" ]);
  colord = [ "colord" ];
  commafeed = [ "private/commafeed" ];
  consul = restricted (service "consul" { } [ "consul" ]);
  coturn = [ ];
  couchdb = service "couchdb" { adminPass = "x"; } [ "couchdb" ];
  cron = [ "/var/cron" ];
  cross-seed = [ "cross-seed" ];
  crowdsec = service "crowdsec" { localConfig.acquisitions = [ ]; } [ "crowdsec" ];
  cryptpad = [ "private/cryptpad" ];
  davis = service "davis" {
    hostname = "dav.example.org";
    adminLogin = "admin";
    adminPasswordFile = "/run/secrets/davis";
    appSecretFile = "/run/secrets/davis-app";
    nginx = { };
  } [ "davis" ];
  deluge = [ "deluge" ];
  dendrite = service "dendrite" {
    settings.global = {
      server_name = "example.org";
      private_key = "/run/secrets/dendrite";
    };
  } [ "private/dendrite" ];
  dnsmasq = [ "dnsmasq" ];
  docker = enabled { virtualisation.docker.enable = true; } [ "docker" ];
  domoticz = restricted (service "domoticz" { } [ "private/domoticz" ]);
  dovecot2 = [ "dovecot" ];
  dsnet = [ "/etc/dsnetconfig.json" ];
  duplicati = [ "duplicati" ];
  ejabberd = [ "ejabberd" ];
  elasticsearch = restricted (service "elasticsearch" { } [ "elasticsearch" ]);
  ergo = [ "ergo" ];
  esphome = [ "esphome" ];
  etcd = [ "etcd" ];
  etebase-server = service "etebase-server" {
    settings.global.secret_file = "/run/secrets/etebase";
  } [ "etebase-server" ];
  evcc = [ "private/evcc" ];
  exim = [ "/var/spool/exim" ];
  factorio = restricted (service "factorio" { } [ "private/factorio" ]);
  fail2ban = [ "fail2ban" ];
  fcron = [ "/var/spool/fcron" ];
  filebrowser = [ "filebrowser" ];
  firefly-iii = service "firefly-iii" { settings.APP_KEY_FILE = "/run/secrets/firefly"; } [
    "firefly-iii"
  ];
  flatpak = enabled {
    services.flatpak.enable = true;
    xdg.portal.enable = true;
  } [ "flatpak" ];
  flood = [ "private/flood" ];
  forgejo = [ "forgejo" ];
  fprintd = [ "fprint" ];
  freshrss = service "freshrss" {
    baseUrl = "https://rss.example.org";
    passwordFile = "/run/secrets/freshrss";
  } [ "freshrss" ];
  frigate = service "frigate" { hostname = "cam.example.org"; } [ "frigate" ];
  fwupd = [
    "fwupd"
    "udisks2"
  ];
  garage = enabled ({ pkgs, ... }: {
    services.garage = {
      enable = true;
      package = pkgs.garage;
    };
  }) [ "private/garage" ];
  gatus = [ "private/gatus" ];
  gerrit = service "gerrit" { serverId = "4f1c1c1e-0a4b-4ec9-b3c3-3f1f4a2a2a11"; } [
    "private/gerrit"
  ];
  gitea = [ "gitea" ];
  gitlab =
    service "gitlab"
      {
        databasePasswordFile = "/run/secrets/db";
        initialRootPasswordFile = "/run/secrets/root";
        secrets = {
          secretFile = "/run/secrets/a";
          dbFile = "/run/secrets/b";
          otpFile = "/run/secrets/c";
          jwsFile = "/run/secrets/d";
          activeRecordPrimaryKeyFile = "/run/secrets/e";
          activeRecordDeterministicKeyFile = "/run/secrets/f";
          activeRecordSaltFile = "/run/secrets/g";
        };
      }
      [
        "/var/gitlab"
        postgresql
        "redis-gitlab"
      ];
  gitlab-runner = [ "private/gitlab-runner" ];
  gitolite = service "gitolite" {
    adminPubkey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a";
  } [ "gitolite" ];
  glusterfs = [ "glusterd" ];
  go2rtc = [ "private/go2rtc" ];
  gotify = [ "private/gotify-server" ];
  gotosocial = [ "gotosocial" ];
  grafana = [ "grafana" ];
  grocy = service "grocy" { hostName = "grocy.example.org"; } [
    "grocy"
    "acme"
  ];
  haproxy = service "haproxy" { config = "global"; } [ ];
  headscale = [ "headscale" ];
  healthchecks = service "healthchecks" { settings.SECRET_KEY_FILE = "/run/secrets/hc"; } [
    "healthchecks"
  ];
  hedgedoc = [ "hedgedoc" ];
  home-assistant = service "home-assistant" { config = { }; } [ "hass" ];
  homebox = [ "homebox" ];
  homebridge = [ "homebridge" ];
  hound = service "hound" {
    settings = { };
  } [ "hound" ];
  httpd = service "httpd" { adminAddr = "a@example.org"; } [ ];
  hydra =
    service "hydra"
      {
        hydraURL = "https://hydra.example.org";
        notificationSender = "hydra@example.org";
      }
      [
        "hydra"
        postgresql
      ];
  i2p = [ "i2p" ];
  i2pd = [ "i2pd" ];
  immich = [
    "immich"
    postgresql
    "redis-immich"
  ];
  incus =
    enabled
      {
        virtualisation.incus.enable = true;
        networking.nftables.enable = true;
      }
      [
        "incus"
        "lxc"
        "lxcfs"
        "nftables"
      ];
  influxdb = [ "/var/db/influxdb" ];
  influxdb2 = [ "influxdb2" ];
  invidious = [
    "private/invidious"
    postgresql
  ];
  jackett = [ "jackett/.config/Jackett" ];
  jellyfin = [ "jellyfin" ];
  jenkins = [ "jenkins" ];
  jitsi-meet = restricted (
    service "jitsi-meet" { hostName = "meet.example.org"; } [
      "jitsi-meet"
      "prosody"
      "acme"
    ]
  );
  jupyterhub = [ "jupyterhub" ];
  k3s = service "k3s" { tokenFile = "/run/secrets/k3s"; } [
    "rancher"
    "kubelet"
  ];
  kanboard = [ "kanboard" ];
  karakeep = restricted (
    service "karakeep" { } [
      "karakeep"
      "private/karakeep-browser"
      "private/meilisearch"
    ]
  );
  kavita = service "kavita" { tokenKeyFile = "/run/secrets/kavita"; } [ "kavita" ];
  kea = enabled { services.kea.dhcp4.enable = true; } [ "private/kea" ];
  keycloak = service "keycloak" {
    database.passwordFile = "/run/secrets/keycloak";
    settings.hostname = "id.example.org";
  } [ postgresql ];
  knot = [ "knot" ];
  komga = [ "komga" ];
  kubo = [ "ipfs" ];
  libvirtd = enabled { virtualisation.libvirtd.enable = true; } [ "libvirt" ];
  lidarr = [ "lidarr" ];
  lldap = service "lldap" { settings.ldap_base_dn = "dc=example,dc=org"; } [ "private/lldap" ];
  loki = service "loki" { configuration = { }; } [ "loki" ];
  maddy = [ "maddy" ];
  mastodon =
    service "mastodon"
      {
        localDomain = "example.org";
        smtp.fromAddress = "m@example.org";
        streamingProcesses = 1;
      }
      [
        "mastodon"
        postgresql
        "redis-mastodon"
        "postfix"
        "/var/spool/mail"
      ];
  matomo = service "matomo" {
    hostname = "m.example.org";
    nginx = { };
  } [ "matomo" ];
  matrix-conduit = service "matrix-conduit" { settings.global.server_name = "example.org"; } [
    "private/matrix-conduit"
  ];
  matrix-hookshot = service "matrix-hookshot" {
    registrationFile = "/run/secrets/hookshot";
    settings = { };
  } [ "matrix-hookshot" ];
  matrix-synapse = service "matrix-synapse" { settings.server_name = "example.org"; } [
    "matrix-synapse"
  ];
  mautrix-telegram = restricted (
    service "mautrix-telegram" { settings.homeserver.domain = "example.org"; } [ "mautrix-telegram" ]
  );
  mealie = [ "private/mealie" ];
  mediawiki =
    service "mediawiki"
      {
        passwordFile = "/run/secrets/mw";
        passwordSender = "wiki@example.org";
        url = "https://wiki.example.org";
      }
      [
        "mediawiki"
        mysql
      ];
  meilisearch = [ "private/meilisearch" ];
  memcached = [ ];
  microbin = [ "private/microbin" ];
  minecraft-server = restricted (service "minecraft-server" { eula = true; } [ "minecraft" ]);
  miniflux = service "miniflux" { adminCredentialsFile = "/run/secrets/mf"; } [ postgresql ];
  minio = restricted (service "minio" { } [ "minio" ]);
  monero = [ "monero" ];
  mongodb = restricted (service "mongodb" { } [ "/var/db/mongodb" ]);
  mosquitto = [ "mosquitto" ];
  mpd = [ "mpd" ];
  murmur = [ "murmur" ];
  mysql = enabled ({ pkgs, ... }: {
    services.mysql = {
      enable = true;
      package = pkgs.mariadb;
    };
  }) [ "mysql" ];
  n8n = restricted (service "n8n" { } [ "private/n8n" ]);
  navidrome = [ "navidrome" ];
  neo4j = restricted (service "neo4j" { } [ "neo4j" ]);
  netbird = [ "netbird" ];
  netdata = [ "netdata" ];
  networkmanager = enabled { networking.networkmanager.enable = true; } [ ];
  nextcloud =
    service "nextcloud"
      {
        hostName = "cloud.example.org";
        config = {
          adminpassFile = "/run/secrets/nc";
          dbtype = "pgsql";
        };
        database.createLocally = true;
      }
      [
        "nextcloud"
        postgresql
        "redis-nextcloud"
      ];
  nginx = [ ];
  nix-serve = [ ];
  node-red = [ "node-red" ];
  nomad = restricted (
    service "nomad" { } [
      "private/nomad"
      "docker"
    ]
  );
  nsd = service "nsd" {
    zones."example.org" = {
      data = "x";
    };
  } [ "nsd" ];
  ntfy-sh = service "ntfy-sh" { settings.base-url = "https://n.example.org"; } [ "private/ntfy-sh" ];
  nzbget = restricted (service "nzbget" { } [ "nzbget" ]);
  nzbhydra2 = [ "nzbhydra2" ];
  octoprint = [ "octoprint" ];
  ollama = [ "private/ollama" ];
  ombi = [ "ombi" ];
  open-webui = restricted (service "open-webui" { } [ "private/open-webui" ]);
  opendkim = service "opendkim" { selector = "mail"; } [ "opendkim" ];
  openldap = service "openldap" { settings = { }; } [ "openldap" ];
  opensmtpd = service "opensmtpd" { serverConfiguration = "listen on lo"; } [ "/var/spool/smtpd" ];
  owncast = [ "owncast" ];
  paperless = [
    "paperless"
    "redis-paperless"
  ];
  pgadmin =
    enabled
      {
        services.postgresql.enable = true;
        services.pgadmin = {
          enable = true;
          initialEmail = "a@example.org";
          initialPasswordFile = "/run/secrets/pg";
        };
      }
      [
        "private/pgadmin"
        postgresql
      ];
  photoprism = service "photoprism" { originalsPath = "/persist/photos"; } [ "private/photoprism" ];
  plex = restricted (service "plex" { } [ "plex" ]);
  podman = enabled { virtualisation.podman.enable = true; } [ "containers" ];
  postfix = [
    "postfix"
    "/var/spool/mail"
  ];
  postgresql = [ postgresql ];
  postgresqlBackup = [ "/var/backup/postgresql" ];
  printing = [
    "cups"
    "/var/spool/cups"
  ];
  privatebin = [ "privatebin" ];
  prometheus = [ "prometheus2" ];
  prosody = service "prosody" { xmppComplianceSuite = false; } [ "prosody" ];
  prowlarr = [ "private/prowlarr" ];
  qbittorrent = [ "qBittorrent" ];
  qdrant = [ "private/qdrant" ];
  rabbitmq = [ "rabbitmq" ];
  radarr = [ "radarr/.config/Radarr" ];
  radicale = service "radicale" { settings = { }; } [ "radicale" ];
  readarr = [ "readarr" ];
  redis = enabled { services.redis.servers."".enable = true; } [ "redis" ];
  redmine = [
    "redmine"
    mysql
  ];
  roundcube = service "roundcube" { hostName = "mail.example.org"; } [
    "roundcube"
    postgresql
    "acme"
  ];
  rspamd = [ "rspamd" ];
  rsyslogd = [ "/var/spool/rsyslog" ];
  rtorrent = [ "rtorrent" ];
  sabnzbd = restricted (service "sabnzbd" { } [ "sabnzbd" ]);
  samba = [ "samba" ];
  scrutiny = [
    "private/scrutiny"
    "influxdb2"
  ];
  searx = [ ];
  seerr = [ "private/seerr" ];
  shiori = [ "private/shiori" ];
  silverbullet = [ "silverbullet" ];
  smartd = [ ];
  snapserver = service "snapserver" { settings.stream.source = "pipe:///run/snapserver/pipe"; } [
    "private/snapserver"
  ];
  soju = service "soju" {
    tlsCertificate = "/run/secrets/c";
    tlsCertificateKey = "/run/secrets/k";
  } [ "private/soju" ];
  sonarr = [ "sonarr" ];
  step-ca = service "step-ca" {
    address = "0.0.0.0";
    port = 443;
    intermediatePasswordFile = "/run/secrets/ca";
    settings = { };
  } [ "private/step-ca" ];
  syncthing = [ "syncthing" ];
  syslog-ng = [ "/var/syslog-ng" ];
  tailscale = [ "tailscale" ];
  tautulli = [ "plexpy" ];
  teamspeak3 = restricted (service "teamspeak3" { } [ "teamspeak3-server" ]);
  telegraf = [ ];
  terraria = restricted (service "terraria" { } [ "terraria" ]);
  thelounge = [ "thelounge" ];
  tinc = enabled { services.tinc.networks.mesh = { }; } [ "/etc/tinc" ];
  tor = [ "tor" ];
  traefik = [ "traefik" ];
  transmission = [ "transmission" ];
  trilium-server = [ "trilium" ];
  tt-rss = service "tt-rss" { selfUrlPath = "https://rss.example.org"; } [
    "tt-rss"
    postgresql
  ];
  udisks2 = [ "udisks2" ];
  unbound = [ "unbound" ];
  unifi = restricted (service "unifi" { } [ "unifi" ]);
  upower = [ "upower" ];
  uptime-kuma = [ "private/uptime-kuma" ];
  vault = restricted (service "vault" { } [ "vault" ]);
  vaultwarden = [ "vaultwarden" ];
  victoriametrics = [ "private/victoriametrics" ];
  vikunja = service "vikunja" {
    frontendScheme = "https";
    frontendHostname = "v.example.org";
  } [ "private/vikunja" ];
  wiki-js = service "wiki-js" { settings.db.host = "localhost"; } [ "private/wiki-js" ];
  writefreely = service "writefreely" { host = "w.example.org"; } [ "writefreely" ];
  xl2tpd = [ "/etc/xl2tpd" ];
  zerotierone = restricted (service "zerotierone" { } [ "zerotier-one" ]);
  zigbee2mqtt = [ "zigbee2mqtt" ];
  znc = service "znc" { confOptions.passBlock = "x"; } [ "znc" ];
  zookeeper = [ "zookeeper" ];
}
