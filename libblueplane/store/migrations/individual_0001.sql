-- What single people did who agreed to be seen by their team's lead, of weeks that are published. Beside
-- what is published, which never changes for it.
CREATE TABLE individual (
  window INTEGER NOT NULL,                   -- days since 1970 of the week's Monday
  team TEXT NOT NULL CHECK (length(team) BETWEEN 1 AND 64),
  member TEXT NOT NULL CHECK (length(member) BETWEEN 1 AND 64),
  measure INTEGER NOT NULL CHECK (measure BETWEEN 0 AND 65535),
  value INTEGER NOT NULL CHECK (value >= 0),
  until INTEGER NOT NULL,                    -- the day from which it is not shown any more
  PRIMARY KEY (window, team, measure, member)
) STRICT, WITHOUT ROWID;
