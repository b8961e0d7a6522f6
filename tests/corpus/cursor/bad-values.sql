CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
INSERT INTO cursorDiskKV VALUES
  ('bubbleId:c:syntax', '{"type":1,"bubbleId":"b","text":"CANARY"'),
  ('bubbleId:c:tail', '{"type":1,"bubbleId":"b"} CANARY'),
  ('bubbleId:c:utf8', CAST(x'7b2274797065223a312c2278223a22ff227d' AS TEXT)),
  ('bubbleId:c:nul', x'7b2274797065223a317d00'),
  ('bubbleId:c:empty', ''),
  ('bubbleId:c:list', '[{"type":1}]'),
  ('bubbleId:c:text', '"CANARY"'),
  ('bubbleId:c:number', 17),
  ('bubbleId:c:twice', '{"type":1,"bubbleId":"b","type":2}'),
  ('bubbleId:c:negative', '{"type":2,"bubbleId":"b","tokenCount":{"inputTokens":-1}}'),
  ('bubbleId:c:fraction', '{"type":2,"bubbleId":"b","tokenCount":{"inputTokens":1.5}}'),
  ('bubbleId:c:huge', '{"type":2,"bubbleId":"b","tokenCount":{"outputTokens":1e300}}'),
  ('bubbleId:c:word', '{"type":2,"bubbleId":"b","tokenCount":{"outputTokens":"12"}}'),
  ('bubbleId:c:type', '{"type":3,"bubbleId":"b"}'),
  ('bubbleId:c:none', '{"bubbleId":"b"}'),
  ('bubbleId:nothing', '{"type":1}'),
  ('bubbleId::b', '{"type":1}'),
  ('composerData:', '{"createdAt":1}'),
  ('bubbleId:c:good', '{"type":1,"bubbleId":"good","text":"x"}');
INSERT INTO cursorDiskKV SELECT 'bubbleId:c:deep', '{"type":1,"bubbleId":"b","x":' || replace(hex(zeroblob(100)), '00', '[') || replace(hex(zeroblob(100)), '00', ']') || '}';
INSERT INTO ItemTable VALUES
  ('aiCodeTracking.dailyStats.v1.5.bad', '{"date":"2026-13-40","tabSuggestedLines":1}'),
  ('aiService.generations', '{"unixMs":1}'),
  ('composer.composerData', '{"allComposers":{"x":1}}');
