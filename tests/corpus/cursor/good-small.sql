CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
INSERT INTO cursorDiskKV VALUES
  ('composerData:small', '{"createdAt":1772442000000,"lastUpdatedAt":1772442000000,"name":"CANARY",
     "fullConversationHeadersOnly":[{"bubbleId":"s1"}],"workspaceIdentifier":{"uri":{"fsPath":"/home/ada/work/engine"}}}'),
  ('bubbleId:small:s1', '{"type":1,"createdAt":"2026-03-02T09:00:00Z"}');
