-- Values of individual people who agreed to be shown to their team's lead, for published weeks. Kept apart from the
-- published cells, which they never change.
CREATE TABLE individual (
  window INTEGER NOT NULL,                   -- days since 1970 of the week's Monday
  team TEXT NOT NULL CHECK (length(team) BETWEEN 1 AND 64),
  member TEXT NOT NULL CHECK (length(member) BETWEEN 1 AND 64),
  measure INTEGER NOT NULL CHECK (measure BETWEEN 0 AND 65535),
  value INTEGER NOT NULL CHECK (value >= 0),
  until INTEGER NOT NULL,                    -- the first day it is no longer shown
  PRIMARY KEY (window, team, measure, member)
) STRICT, WITHOUT ROWID;
