-- In a schema of its own, so that it can share a database, and be set aside as a whole.
CREATE SCHEMA nixfleet;
SET LOCAL search_path TO nixfleet;
-- Of what version these tables are, one row.
CREATE TABLE version (version BIGINT NOT NULL);
-- The newest release, one row.
CREATE TABLE release (
  sequence BIGINT PRIMARY KEY,
  trusted TEXT NOT NULL,
  signed_by TEXT NOT NULL,
  at BIGINT NOT NULL
);
-- Its files.
CREATE TABLE file (
  name TEXT PRIMARY KEY,
  bytes BYTEA NOT NULL
);
-- What its rollout began with: what was known of hosts.
CREATE TABLE known (
  id BIGSERIAL PRIMARY KEY,
  event TEXT NOT NULL
);
-- What each host said last.
CREATE TABLE host (
  name TEXT PRIMARY KEY,
  said TEXT NOT NULL
);
-- When any control plane last heard of a host, to a minute.
CREATE TABLE seen (
  name TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);
-- What happened, in its order: whoever writes holds the lock, so the order of numbers is that of turns.
CREATE TABLE event (
  id BIGSERIAL PRIMARY KEY,
  release BIGINT NOT NULL,
  host TEXT,
  at BIGINT NOT NULL,
  event TEXT NOT NULL
);
CREATE INDEX event_of_host ON event (host, id);
CREATE INDEX event_of_release ON event (release, id);
