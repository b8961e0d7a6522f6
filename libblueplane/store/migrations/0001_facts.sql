-- Migration 1: facts, their names, the quarter-hour rollup and reading positions.
-- Times are microseconds UTC. NULL means: this source does not know. No column holds content.

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Names that are shown to the owner; text is NULL if it is not stored. kind: label_kind of record.h.
CREATE TABLE label (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 9),
  hi INTEGER NOT NULL,
  lo INTEGER NOT NULL,
  text TEXT CHECK (length(text) <= 128)
) STRICT;
CREATE INDEX label_key ON label (hi & 2147483647);   -- four bytes suffice for a lookup: nearly all are files
CREATE UNIQUE INDEX label_name ON label (kind, hi, lo) WHERE kind <> 8;

-- One row per tier (record_tier of record.h) that reported a session.
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  hi INTEGER NOT NULL,
  lo INTEGER NOT NULL,
  tier INTEGER NOT NULL CHECK (tier BETWEEN 0 AND 3),
  sources INTEGER NOT NULL,                 -- bit per source that reported it
  platform INTEGER, platform_us INTEGER,    -- each attribute with the time of the row it came from
  workspace INTEGER, workspace_us INTEGER,
  branch INTEGER, branch_us INTEGER,
  entrypoint INTEGER, entrypoint_us INTEGER,
  version INTEGER, version_rank INTEGER,
  first_us INTEGER, last_us INTEGER,
  UNIQUE (hi, lo, tier)
) STRICT;
CREATE INDEX session_tier ON session (hi, lo) WHERE tier > 0; -- most sessions have no such row

-- Facts. id is the number the key asks for, or the next free one after it; k2 is the rest of the key. Times are
-- twice the milliseconds, or twice the microseconds plus one; a result's time is relative to its call's, if that
-- is known. `bits` packs the attributes with few values; form.c has the layout. Generated columns for them would be
-- computed at every INSERT.
CREATE TABLE prompt (
  id INTEGER PRIMARY KEY, k2 INTEGER NOT NULL,
  time INTEGER, session INTEGER NOT NULL,
  bits INTEGER NOT NULL CHECK (bits BETWEEN 0 AND 524287),
  characters INTEGER CHECK (characters >= 0)
) STRICT;

-- One row per response and request id; see bpi_response_resolve.
CREATE TABLE response (
  id INTEGER PRIMARY KEY, k2 INTEGER NOT NULL,
  time INTEGER, session INTEGER NOT NULL,
  bits INTEGER NOT NULL CHECK (bits BETWEEN 0 AND 8388607),
  owner_after_us INTEGER CHECK (owner_after_us >= 0),
  request INTEGER NOT NULL,
  model INTEGER NOT NULL,
  input INTEGER CHECK (input >= 0),
  output INTEGER CHECK (output >= 0),
  cache_read INTEGER CHECK (cache_read >= 0),
  cache_write_5m INTEGER CHECK (cache_write_5m >= 0),
  cache_write_1h INTEGER CHECK (cache_write_1h >= 0),
  reasoning INTEGER CHECK (reasoning >= 0),
  web_searches INTEGER CHECK (web_searches >= 0),
  cost_nano INTEGER CHECK (cost_nano >= 0)
) STRICT;

CREATE TABLE tool_call (
  id INTEGER PRIMARY KEY, k2 INTEGER NOT NULL,
  time INTEGER, session INTEGER NOT NULL,
  bits INTEGER NOT NULL CHECK (bits BETWEEN 0 AND 8796093022207),
  tool INTEGER NOT NULL,
  file INTEGER NOT NULL,
  result INTEGER,
  duration_us INTEGER CHECK (duration_us >= 0),
  input_added INTEGER CHECK (input_added >= 0),
  input_removed INTEGER CHECK (input_removed >= 0),
  added INTEGER CHECK (added >= 0),
  removed INTEGER CHECK (removed >= 0),
  result_file INTEGER NOT NULL
) STRICT;

CREATE TABLE decision (
  id INTEGER PRIMARY KEY, k2 INTEGER NOT NULL,
  time INTEGER, session INTEGER NOT NULL,
  bits INTEGER NOT NULL CHECK (bits BETWEEN 0 AND 67108863),
  lines INTEGER CHECK (lines >= 0)
) STRICT;

CREATE TABLE span (
  id INTEGER PRIMARY KEY, k2 INTEGER NOT NULL,
  time INTEGER, session INTEGER NOT NULL, flags INTEGER NOT NULL,
  added INTEGER CHECK (added >= 0),
  removed INTEGER CHECK (removed >= 0),
  files INTEGER CHECK (files >= 0)
) STRICT;

CREATE TABLE event (
  id INTEGER PRIMARY KEY, k2 INTEGER NOT NULL,
  time INTEGER, session INTEGER NOT NULL,
  bits INTEGER NOT NULL CHECK (bits BETWEEN 0 AND 2097151),
  command INTEGER NOT NULL,
  value INTEGER CHECK (value >= 0)
) STRICT;

CREATE TABLE change (
  id INTEGER PRIMARY KEY, k2 INTEGER NOT NULL,
  time INTEGER, session INTEGER NOT NULL,
  bits INTEGER NOT NULL CHECK (bits BETWEEN 0 AND 65535),
  assisted INTEGER CHECK (assisted BETWEEN 0 AND 1),
  added INTEGER CHECK (added >= 0),
  removed INTEGER CHECK (removed >= 0),
  files INTEGER CHECK (files >= 0),
  rounds INTEGER CHECK (rounds >= 0),
  open_us INTEGER CHECK (open_us >= 0)
) STRICT;

-- Runs of activity of a session: moments at most five minutes apart.
CREATE TABLE run (
  session INTEGER NOT NULL,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us >= start_us),
  PRIMARY KEY (session, start_us)
) STRICT, WITHOUT ROWID;

-- Sums of facts by quarter of an hour, all of a kind and a day (UTC) packed in one row; packed_cell.c has the encoding,
-- facts.h the layout of a cell. id: the kind, then 32 bits: days since 1970 plus one, or 0 for undated cells.
CREATE TABLE rollup (
  id INTEGER PRIMARY KEY CHECK (id >> 32 BETWEEN 1 AND 11),
  first INTEGER NOT NULL CHECK (first >= -1),          -- first and last quarter with a cell
  last INTEGER NOT NULL CHECK (last >= first),
  count INTEGER NOT NULL CHECK (count > 0),
  cells BLOB NOT NULL
) STRICT;

-- The number of facts of a session, by kind of cell.
CREATE TABLE told (
  session INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 9),
  n INTEGER NOT NULL CHECK (n >= 0),
  PRIMARY KEY (session, kind)
) STRICT, WITHOUT ROWID;

-- Cells of a kind and a day (UTC), packed for reading by days.c. Always agrees with rollup and task: a change to
-- those drops the day. id: the grain (read.h), 8 bits of the kind, 32 bits of days since 1970.
CREATE TABLE day (
  id INTEGER PRIMARY KEY,
  cells BLOB NOT NULL
) STRICT;

-- Sessions whose facts have changed since their tasks were computed.
CREATE TABLE stale (
  session INTEGER PRIMARY KEY
) STRICT;

-- The tasks of sessions; task.h has the rules. path: the categories of the calls, a byte each.
CREATE TABLE task (
  quarter INTEGER NOT NULL,
  session INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 0),
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us >= start_us),
  active_us INTEGER NOT NULL CHECK (active_us >= 0),
  type INTEGER NOT NULL CHECK (type BETWEEN 0 AND 7),
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 3),
  size INTEGER NOT NULL CHECK (size BETWEEN 0 AND 7),
  features INTEGER NOT NULL CHECK (features BETWEEN 0 AND 31),
  model INTEGER NOT NULL,
  category INTEGER NOT NULL CHECK (category BETWEEN 0 AND 15),
  uses INTEGER NOT NULL CHECK (uses BETWEEN 0 AND 255),
  prompts INTEGER NOT NULL CHECK (prompts >= 0),
  prompt_retries INTEGER NOT NULL CHECK (prompt_retries >= 0),
  calls INTEGER NOT NULL CHECK (calls >= 0),
  lines_kept INTEGER NOT NULL CHECK (lines_kept >= 0),
  commits INTEGER NOT NULL CHECK (commits >= 0),
  path BLOB NOT NULL,
  PRIMARY KEY (quarter, session, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_session ON task (session);

-- How far each file was read, and how it is recognised.
CREATE TABLE file (
  id INTEGER PRIMARY KEY,
  hi INTEGER NOT NULL,
  lo INTEGER NOT NULL,
  source INTEGER NOT NULL,
  device INTEGER NOT NULL, inode INTEGER NOT NULL,
  size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
  position INTEGER NOT NULL, line INTEGER NOT NULL,
  tail INTEGER NOT NULL,
  records INTEGER NOT NULL,
  memory BLOB,                               -- the reader's state: which of its words are not 0, then those words
  read_us INTEGER NOT NULL,
  UNIQUE (hi, lo)
) STRICT;

-- Marks of what was erased and must not be read again; see privacy/erased.h. hi and lo are a keyed hash of the
-- session's keyed hash, 0 for any; source -1 is any.
CREATE TABLE erased (
  hi INTEGER NOT NULL,
  lo INTEGER NOT NULL,
  source INTEGER NOT NULL CHECK (source >= -1),
  from_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL,
  PRIMARY KEY (hi, lo, source, from_us, until_us)
) STRICT, WITHOUT ROWID;

-- Consent the person gave and withdrew. Rows are only added.
CREATE TABLE consent (
  id INTEGER PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (length(purpose) BETWEEN 1 AND 32),   -- a family of metrics
  audience TEXT NOT NULL CHECK (length(audience) BETWEEN 1 AND 64),
  granted INTEGER NOT NULL CHECK (granted IN (0, 1)),
  at_us INTEGER NOT NULL,
  expires_us INTEGER,
  -- at most 180 days
  CHECK (iif(granted, expires_us > at_us AND expires_us - at_us <= 15552000000000, expires_us IS NULL))
) STRICT;
CREATE TRIGGER consent_stays BEFORE UPDATE ON consent
BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;

-- Who queried what: a row per day and query, with the function, the metrics or topic, and the time range; never the
-- result.
CREATE TABLE audit (
  day INTEGER NOT NULL,                      -- days since 1970, UTC
  access INTEGER NOT NULL CHECK (access BETWEEN 0 AND 6),
  function TEXT NOT NULL CHECK (length(function) BETWEEN 1 AND 32),
  asked TEXT NOT NULL CHECK (length(asked) <= 256),
  from_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL,
  at_us INTEGER NOT NULL,                    -- the first time on that day
  PRIMARY KEY (day, access, function, asked, from_us, until_us)
) STRICT, WITHOUT ROWID;

CREATE TABLE reject (
  file INTEGER NOT NULL,
  byte INTEGER NOT NULL,
  reason INTEGER NOT NULL CHECK (reason BETWEEN 1 AND 10),
  line INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  PRIMARY KEY (file, byte, reason)
) STRICT, WITHOUT ROWID;

-- Operational figures, see operations.h: nothing about a session, a name or a time of day.
CREATE TABLE operation (
  kind INTEGER NOT NULL,
  key INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- Sharing. The team stores this person ever joined, by their public keys; at most one is the current one.
CREATE TABLE joined (
  id INTEGER PRIMARY KEY,
  store BLOB NOT NULL UNIQUE CHECK (length(store) = 32),
  box BLOB NOT NULL CHECK (length(box) = 32),
  minimum INTEGER NOT NULL CHECK (minimum >= 3),  -- active people this person requires in the team
  agreed INTEGER NOT NULL CHECK (agreed >= 0),    -- version of the roster whose terms this person accepted
  present INTEGER NOT NULL CHECK (present IN (0, 1))
) STRICT;

-- The teams' rosters as received, a chain per team. Kept after leaving, so that a team joined again cannot present another
-- chain.
CREATE TABLE roster (
  chain INTEGER NOT NULL,                         -- id in joined
  version INTEGER NOT NULL CHECK (version >= 1),
  document TEXT NOT NULL,
  PRIMARY KEY (chain, version)
) STRICT;

-- Weeks sent in bundles: a week is only ever sent to one store.
CREATE TABLE shared (
  window INTEGER NOT NULL PRIMARY KEY,            -- days since 1970 of the week's Monday
  store BLOB NOT NULL CHECK (length(store) = 32),
  revision INTEGER NOT NULL CHECK (revision >= 1),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  cells INTEGER NOT NULL CHECK (cells >= 0),
  shared_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
