BEGIN;
-- The newest release, one row.
CREATE TABLE release (
  sequence INTEGER PRIMARY KEY,
  trusted TEXT NOT NULL,
  signed_by TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
-- Its files.
CREATE TABLE file (
  name TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;
-- What its rollout began with: what was known of hosts.
CREATE TABLE known (
  event TEXT NOT NULL
) STRICT;
-- What each host said last.
CREATE TABLE host (
  name TEXT PRIMARY KEY,
  said TEXT NOT NULL
) STRICT;
-- What happened, in its order.
CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  release INTEGER NOT NULL,
  host TEXT,
  at INTEGER NOT NULL,
  event TEXT NOT NULL
) STRICT;
CREATE INDEX event_of_host ON event (host, id);
CREATE INDEX event_of_release ON event (release, id);
COMMIT;
