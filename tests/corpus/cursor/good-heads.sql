CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
CREATE TABLE composerHeaders (composerId TEXT PRIMARY KEY, workspaceId TEXT, createdAt INTEGER, lastUpdatedAt INTEGER,
  isArchived INTEGER, isSubagent INTEGER, recency INTEGER, checkpointAt INTEGER, value TEXT);

-- Heads with the folder, in a list; one of a folder on another system, and a draft.
INSERT INTO ItemTable VALUES ('composer.composerHeaders', '{"allComposers": [
  {"type":"head","composerId":"comp-h","name":"CANARY","createdAt":1772442000000,"lastUpdatedAt":1772442600000,"unifiedMode":"agent",
   "workspaceIdentifier":{"id":"CANARY","uri":{"$mid":1,"fsPath":"/home/ada/work/engine","path":"/home/ada/work/engine","scheme":"file"}}},
  {"type":"head","composerId":"comp-f","createdAt":1772442001000,"lastUpdatedAt":1772442600000,
   "workspaceIdentifier":{"id":"CANARY","configPath":{"fsPath":"c:\\work\\all.code-workspace","path":"/c:/work/all.code-workspace"}}},
  {"type":"head","composerId":"comp-d","createdAt":1772442002000,"name":"CANARY"}]}');

-- And as rows of their own: times beside them; a subagent, and one that it started.
INSERT INTO composerHeaders VALUES
  ('comp-h', 'CANARY', 1772442000000, 1772442600000, 0, 0, 1, NULL, '{"name":"CANARY","unifiedMode":"agent"}'),
  ('comp-s', 'CANARY', 1772442100000, 1772442600000, 0, 1, 1, NULL,
   '{"createdAt":1772442100000,"subagentInfo":{"subagentType":1,"subagentTypeName":"CANARY","parentComposerId":"comp-h"}}'),
  ('comp-t', 'CANARY', 1772442200000, 1772442600000, 0, 1, 1, NULL,
   '{"composerId":"comp-t","createdAt":1772442200000,
     "subagentInfo":{"rootParentConversationId":"comp-h","parentComposerId":"comp-s"}}'),
  ('comp-e', 'CANARY', 1772442000000, NULL, 0, 0, 1, NULL, '{"name":"CANARY"}'),
  ('comp-n', 'CANARY', 1772442000000, 1772442600000, 0, 0, 1, NULL, NULL);

INSERT INTO cursorDiskKV VALUES
  ('composerData:comp-h', '{"_v":18,"composerId":"comp-h","createdAt":1772442000000,"lastUpdatedAt":1772442600000,"unifiedMode":"agent",
    "modelConfig":{"modelName":"gpt-5.4"},"totalLinesAdded":4,"fullConversationHeadersOnly":[{"bubbleId":"h1","type":1}]}'),
  ('composerData:comp-s', '{"_v":18,"composerId":"comp-s","createdAt":1772442100000,"modelConfig":{"modelName":"composer-2.5"},
    "totalLinesAdded":4,"fullConversationHeadersOnly":[{"bubbleId":"s1","type":1}],
    "subagentInfo":{"parentComposerId":"comp-h"}}'),
  ('bubbleId:comp-h:h1', '{"type":1,"text":"CANARY","createdAt":"2026-03-02T09:00:10Z","requestId":"req-h"}'),
  ('bubbleId:comp-h:h2', '{"type":2,"text":"CANARY","createdAt":"2026-03-02T09:00:11Z","requestId":"req-h",
    "tokenCount":{"inputTokens":7,"outputTokens":9}}'),
  ('bubbleId:comp-s:s1', '{"type":1,"text":"CANARY","createdAt":"2026-03-02T09:01:50Z","requestId":"req-s"}'),
  ('bubbleId:comp-s:s2', '{"type":2,"text":"CANARY","createdAt":"2026-03-02T09:01:51Z","requestId":"req-s",
    "tokenCount":{"inputTokens":70,"outputTokens":90}}'),
  ('bubbleId:comp-t:t1', '{"type":2,"createdAt":"2026-03-02T09:03:30Z","toolFormerData":{"name":"grep","toolCallId":"call-t","status":"completed"}}');
