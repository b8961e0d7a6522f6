CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
INSERT INTO cursorDiskKV VALUES
  ('composerData:v3', '{"_v":3,"composerId":"v3","fullConversationHeadersOnly":[{"bubbleId":"u"},{"bubbleId":"t"},{"bubbleId":"w"}],
     "createdAt":1741600000000,"unifiedMode":"agent","tokenCount":1234}'),
  ('bubbleId:v3:u', '{"_v":2,"type":1,"bubbleId":"u","text":"CANARY12"}'),
  -- Tools without names; the second is of a number nobody knows.
  ('bubbleId:v3:t', '{"_v":2,"type":2,"bubbleId":"t","capabilityType":15,"toolFormerData":{"tool":15,"status":"completed","rawArgs":"{\"command\":\"npm install CANARY\"}"}}'),
  ('bubbleId:v3:n', '{"_v":2,"type":2,"bubbleId":"n","capabilityType":15,"toolFormerData":{"tool":999,"status":"completed"}}'),
  ('bubbleId:v3:w', '{"_v":2,"type":2,"bubbleId":"w","text":"CANARY","tokenCount":{"inputTokens":100,"outputTokens":20}}');
