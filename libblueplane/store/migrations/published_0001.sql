-- Tables of every store of published cells: the team's own, an organisation's, a release in memory.
-- No individual's values are in here: cells are sums over at least three people, published once.

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One per team store and week; a later edition only withdraws cells.
CREATE TABLE release (
  id INTEGER PRIMARY KEY,
  store BLOB NOT NULL CHECK (length(store) = 32),      -- public key of the team store
  window INTEGER NOT NULL,                             -- days since 1970 of the week's Monday
  edition INTEGER NOT NULL CHECK (edition >= 1),
  organisation TEXT NOT NULL CHECK (length(organisation) BETWEEN 1 AND 64),
  minimum INTEGER NOT NULL CHECK (minimum >= 3),       -- people behind each number
  digest BLOB NOT NULL CHECK (length(digest) = 32),    -- of the file, without its signature
  UNIQUE (store, window)
) STRICT;

-- Cells that are not here are withheld. Teams are stored by name, because rosters change; the numbers of dimensions and
-- measures are those of privacy/vector.def.
CREATE TABLE published (
  release INTEGER NOT NULL,
  scope TEXT NOT NULL CHECK (length(scope) <= 64),     -- team; '': small teams pooled; '*': stated by the roster
  dimension INTEGER NOT NULL CHECK (dimension BETWEEN 0 AND 255),
  slice TEXT NOT NULL CHECK (length(slice) <= 64),     -- '': the total
  measure INTEGER NOT NULL CHECK (measure BETWEEN 0 AND 65535),
  value INTEGER NOT NULL CHECK (value >= 0),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 255),     -- PUBLISHED_
  headcount INTEGER NOT NULL CHECK (headcount BETWEEN 0 AND 5),
  PRIMARY KEY (release, scope, dimension, slice, measure)
) STRICT, WITHOUT ROWID;
