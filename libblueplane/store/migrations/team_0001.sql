-- A steward's store: the chain of rosters, and contributions until their week is published.

-- Every roster so far, as its canonical signed document.
CREATE TABLE roster (
  chain INTEGER NOT NULL CHECK (chain = 0),  -- a member's store has several chains
  version INTEGER NOT NULL CHECK (version >= 1),
  document TEXT NOT NULL,
  PRIMARY KEY (chain, version)
) STRICT;

-- The latest bundle of a device for a week. A payload of NULL: two different bundles had this revision, and neither
-- counts.
CREATE TABLE contribution (
  window INTEGER NOT NULL,                   -- days since 1970 of the week's Monday
  member TEXT NOT NULL CHECK (length(member) BETWEEN 1 AND 64),
  device BLOB NOT NULL CHECK (length(device) = 32),
  revision INTEGER NOT NULL CHECK (revision >= 1),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  payload BLOB,
  PRIMARY KEY (window, member, device)
) STRICT, WITHOUT ROWID;

-- The latest consent statements of a device: their count and the resulting consent, as in a bundle. NULL: two different
-- bundles had this count, so no consent is in force.
CREATE TABLE heard (
  member TEXT NOT NULL CHECK (length(member) BETWEEN 1 AND 64),
  device BLOB NOT NULL CHECK (length(device) = 32),
  said INTEGER NOT NULL CHECK (said >= 0),
  agreed BLOB,
  PRIMARY KEY (member, device)
) STRICT, WITHOUT ROWID;

-- Marks of what was erased about a person and must not be accepted again. hi and lo are a keyed hash of the device's key
-- and the week. Holds nothing else about the person.
CREATE TABLE forgotten (
  hi INTEGER NOT NULL,
  lo INTEGER NOT NULL,
  window INTEGER NOT NULL,                   -- a week, deleted when it is published; -1: consent statements
  number INTEGER NOT NULL CHECK (number >= 0),  -- the last revision, or count of statements, received
  PRIMARY KEY (hi, lo)
) STRICT, WITHOUT ROWID;
