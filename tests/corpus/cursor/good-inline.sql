CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
INSERT INTO cursorDiskKV VALUES
  ('composerData:inline', '{"conversation":[
     {"type":1,"bubbleId":"i1","text":"CANARY hello"},
     {"type":2,"bubbleId":"i2","text":"CANARY","tokenCount":{"inputTokens":7,"outputTokens":9}},
     {"type":2,"bubbleId":"i3","text":"","toolFormerData":{"tool":5,"status":"completed","params":"{\"targetFile\":\"a/b.ts\"}"}},
     {"type":9,"bubbleId":"i4"}, "CANARY"],
     "createdAt":1738000000000,"modelConfig":{"modelName":"claude-3.5-sonnet"},"composerId":"inline","unifiedMode":"edit"}');
