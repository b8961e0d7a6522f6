-- Team stores whose releases an organisation accepts, by their public keys.
CREATE TABLE trusted (
  store BLOB NOT NULL PRIMARY KEY CHECK (length(store) = 32)
) STRICT, WITHOUT ROWID;
