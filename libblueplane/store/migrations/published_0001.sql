-- What every store of published cells holds: the team's own, an organisation's, a release in memory.
-- Nobody's numbers are in here: cells are sums of at least three people, published once.

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
