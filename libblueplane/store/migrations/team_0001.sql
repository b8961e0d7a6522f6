-- A steward's store: the chain of rosters, and contributions as long as their week is open.

-- Every roster there ever was, as its canonical signed document.
CREATE TABLE roster (
  chain INTEGER NOT NULL CHECK (chain = 0),  -- a member's store has those of several teams
  version INTEGER NOT NULL CHECK (version >= 1),
  document TEXT NOT NULL,
  PRIMARY KEY (chain, version)
) STRICT;

-- The latest bundle of a device for a week. A payload that is NULL: two bundles said different things
-- under one revision, and neither counts.
CREATE TABLE contribution (
  window INTEGER NOT NULL,                   -- days since 1970 of the week's Monday
  member TEXT NOT NULL CHECK (length(member) BETWEEN 1 AND 64),
  device BLOB NOT NULL CHECK (length(device) = 32),
  revision INTEGER NOT NULL CHECK (revision >= 1),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  payload BLOB,
  PRIMARY KEY (window, member, device)
) STRICT, WITHOUT ROWID;

-- What a device last said of consent: its how manieth word, and what all come to, as in a bundle. NULL: it
-- said two things at once, so nothing is agreed to.
CREATE TABLE heard (
  member TEXT NOT NULL CHECK (length(member) BETWEEN 1 AND 64),
  device BLOB NOT NULL CHECK (length(device) = 32),
  said INTEGER NOT NULL CHECK (said >= 0),
  agreed BLOB,
  PRIMARY KEY (member, device)
) STRICT, WITHOUT ROWID;

-- What was erased of a person and must not be taken again. hi and lo are a keyed hash of the device's key and
-- the week. Nothing else of the person is here.
CREATE TABLE forgotten (
  hi INTEGER NOT NULL,
  lo INTEGER NOT NULL,
  window INTEGER NOT NULL,                   -- a week, and goes with it; -1: words on consent
  number INTEGER NOT NULL CHECK (number >= 0),  -- the revision, or the count of words, that was reached
  PRIMARY KEY (hi, lo)
) STRICT, WITHOUT ROWID;
