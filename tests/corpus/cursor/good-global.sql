CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);

INSERT INTO ItemTable VALUES
  ('cursorAuth/accessToken', 'CANARY-access-token'),
  ('cursorAuth/refreshToken', 'CANARY-refresh-token'),
  ('cursorAuth/cachedEmail', 'CANARY@example.com'),
  ('storage.serviceMachineId', 'machine-one'),
  ('aiCodeTracking.dailyStats.v1.5.2026-03-02',
   '{"date":"2026-03-02","tabSuggestedLines":40,"tabAcceptedLines":10,"composerSuggestedLines":200,"composerAcceptedLines":150}'),
  ('aiCodeTracking.dailyStats.v1.5.2026-03-03',
   '{"date":"2026-03-03","tabSuggestedLines":5,"tabAcceptedLines":0}'),
  ('aiCodeTrackingScoredCommits', '["0123456789abcdef0123456789abcdef01234567"]'),
  ('aiCodeTrackingLines', '[{"hash":"CANARY","metadata":{"source":"composer","composerId":"comp-a","fileExtension":"rs","fileName":"CANARY.rs"}}]'),
  ('workbench.view.state', 'CANARY-not-json');

-- A composer of version 10. Its edit tells lines, so its totals do not count.
INSERT INTO cursorDiskKV VALUES ('composerData:comp-a', '{
  "_v": 10, "composerId": "comp-a", "name": "CANARY-name", "richText": "CANARY-rich", "text": "",
  "fullConversationHeadersOnly": [
    {"bubbleId":"a1","type":1}, {"bubbleId":"a2","type":2,"serverBubbleId":"s2"}, {"bubbleId":"a3","type":2}],
  "createdAt": 1772442000000, "lastUpdatedAt": 1772442600000, "status": "completed",
  "unifiedMode": "agent", "forceMode": "edit", "isAgentic": true,
  "modelConfig": {"modelName":"gpt-5","maxMode":false}, "usageData": {},
  "contextTokensUsed": 59459, "totalLinesAdded": 90, "totalLinesRemoved": 12, "addedFiles": 1,
  "originalFileStates": {"file:///home/ada/work/engine/src/main.rs": {"content":"CANARY-file"}},
  "codeBlockData": {
    "file:///home/ada/work/engine/src/main.rs": {
      "block-1": {"_v":3,"bubbleId":"a5","codeblockId":"block-1","status":"accepted","languageId":"rust",
                  "uri":{"scheme":"file","path":"/home/ada/work/engine/src/main.rs"},
                  "createdAt":1772442060000,"lastAppliedAt":1772442070000,"content":"CANARY-code"},
      "block-2": {"codeblockId":"block-2","status":"completed","languageId":"rust"}},
    "file:///home/ada/work/engine/notes": {
      "block-3": {"codeblockId":"block-3","status":"rejected","languageId":"cpp","createdAt":1772442080000}}}}');
INSERT INTO cursorDiskKV VALUES
  -- The request: image and file by attachment, 22 characters.
  ('bubbleId:comp-a:a1', '{"_v":3,"type":1,"bubbleId":"a1","createdAt":"2026-03-02T09:00:10.000Z","requestId":"req-1",
     "text":"CANARY fix the parser!","richText":"CANARY-rich","images":[{"path":"CANARY.png"}],"modelInfo":{"modelName":"gpt-5-high"},
     "context":{"fileSelections":[{"uri":{"path":"/CANARY"}}],"selectedImages":[]},
     "tokenCount":{"inputTokens":0,"outputTokens":0},"unifiedMode":2}'),
  -- Thinking, dated by the times of the request; the first of them is no time of day.
  ('bubbleId:comp-a:a2', '{"_v":3,"type":2,"bubbleId":"a2","capabilityType":30,"usageUuid":"req-1","requestId":"",
     "timingInfo":{"clientStartTime":43416880.6,"clientRpcSendTime":1772442011000,"clientSettleTime":1772442030000,"clientEndTime":1772442030000},
     "thinking":{"text":"CANARY-thinking"},"tokenCount":{"inputTokens":0,"outputTokens":0}}'),
  -- The answer, with the tokens of the whole request.
  ('bubbleId:comp-a:a3', '{"_v":3,"type":2,"bubbleId":"a3","usageUuid":"req-1","createdAt":"2026-03-02T09:05:00.000Z",
     "text":"CANARY-answer","tokenCount":{"inputTokens":23050,"outputTokens":5947}}'),
  -- An edit in two chunks, one of which does not count its lines.
  ('bubbleId:comp-a:a5', '{"type":2,"bubbleId":"a5","capabilityType":15,"createdAt":"2026-03-02T09:01:00.000Z","toolFormerData":{
     "tool":38,"name":"apply_patch","toolCallId":"call_1\nfc_1","status":"completed","userDecision":"accepted",
     "additionalData":{"codeblockId":"block-1","status":"cancelled"},
     "rawArgs":"{\"file_path\":\"src/main.rs\",\"patch\":\"CANARY-patch\"}","params":"{\"relativeWorkspacePath\":\"src/main.rs\"}",
     "result":"{\"diff\":{\"chunks\":[{\"diffString\":\"CANARY\",\"linesAdded\":7,\"linesRemoved\":2},{\"diffString\":\"+CANARY one\\n+two\\n-three\\n four\"}],\"editor\":\"CANARY\"},\"isApplied\":true,\"resultForModel\":\"CANARY\"}"}}'),
  -- A command whose status says it was completed, but it was rejected.
  ('bubbleId:comp-a:a6', '{"type":2,"bubbleId":"a6","capabilityType":15,"createdAt":1772442100000,"toolFormerData":{
     "tool":15,"toolCallId":"call_2","status":"completed","additionalData":{"status":"cancelled"},
     "params":"{\"command\":\"cargo test CANARY\"}","result":"{\"output\":\"CANARY\",\"rejected\":true}"}}'),
  -- Rejected by the person; a diff that was never applied.
  ('bubbleId:comp-a:a7', '{"type":2,"bubbleId":"a7","capabilityType":15,"toolFormerData":{"tool":7,"name":"edit_file","toolCallId":"call_3",
     "status":"completed","userDecision":"rejected","result":"{\"diff\":{\"chunks\":[{\"linesAdded\":50,\"linesRemoved\":5}]}}"}}'),
  -- A command that failed, one that timed out, one that is running.
  ('bubbleId:comp-a:a8', '{"type":2,"bubbleId":"a8","capabilityType":15,"toolFormerData":{"tool":15,"name":"run_terminal_cmd","toolCallId":"call_4",
     "status":"completed","rawArgs":"{\"command\":\"git status CANARY\"}","result":"{\"exitCodeV2\":128,\"output\":\"CANARY\"}"}}'),
  ('bubbleId:comp-a:a9', '{"type":2,"bubbleId":"a9","capabilityType":15,"toolFormerData":{"tool":15,"name":"run_terminal_cmd","toolCallId":"call_5",
     "status":"completed","additionalData":{"status":"success"},"result":"{\"exitCodeV2\":124}"}}'),
  ('bubbleId:comp-a:a10', '{"type":2,"bubbleId":"a10","capabilityType":15,"toolFormerData":{"tool":15,"name":"run_terminal_cmd","toolCallId":"call_6","status":"loading"}}'),
  -- An error of a tool, a cancelled one, an edit that was not applied, a server's tool.
  ('bubbleId:comp-a:a11', '{"type":2,"bubbleId":"a11","capabilityType":15,"toolFormerData":{"tool":40,"name":"read_file","toolCallId":"call_7",
     "status":"error","error":"CANARY","params":"{\"targetFile\":\"lib/util.py\"}"}}'),
  ('bubbleId:comp-a:a12', '{"type":2,"bubbleId":"a12","capabilityType":15,"toolFormerData":{"tool":41,"name":"grep","toolCallId":"call_8","status":"cancelled"}}'),
  ('bubbleId:comp-a:a13', '{"type":2,"bubbleId":"a13","capabilityType":15,"toolFormerData":{"tool":7,"name":"edit_file","toolCallId":"call_9","status":"completed",
     "result":"{\"diff\":{\"chunks\":[{\"linesAdded\":3,\"linesRemoved\":3}]},\"isApplied\":false}"}}'),
  ('bubbleId:comp-a:a14', '{"type":2,"bubbleId":"a14","capabilityType":15,"toolFormerData":{"tool":19,"name":"mcp_docs_search","toolCallId":"call_10","status":"completed"}}'),
  -- A second request, answered without tokens by a model the client chose.
  ('bubbleId:comp-a:b1', '{"type":1,"bubbleId":"b1","requestId":"req-2","text":"see @src/main.rs and ```x```","createdAt":"2026-03-02T10:00:00.000Z"}'),
  ('bubbleId:comp-a:b2', '{"type":2,"bubbleId":"b2","usageUuid":"req-2","text":"CANARY","modelInfo":{"modelName":"default"}}'),
  -- A third, not answered.
  ('bubbleId:comp-a:c1', '{"type":1,"bubbleId":"c1","requestId":"req-3","text":"go","createdAt":"2026-03-02T11:00:00.000Z"}');

-- A composer whose edits tell no lines: its totals count. Its rows are still of version 9.
INSERT INTO cursorDiskKV VALUES
  ('composerData:comp-b', '{"_v":9,"composerId":"comp-b","fullConversationHeadersOnly":[{"bubbleId":"d1","type":1}],
     "createdAt":1772528400000,"unifiedMode":"chat","modelConfig":{"modelName":"default"},"totalLinesAdded":33,"totalLinesRemoved":4}'),
  ('bubbleId:comp-b:d1', '{"type":1,"bubbleId":"d1","requestId":"req-4","text":"hi","createdAt":"2026-03-03T09:00:00.000Z"}');

-- A draft, deleted things, a row without a key, families that are not read.
INSERT INTO cursorDiskKV VALUES
  ('composerData:draft', '{"_v":10,"composerId":"draft","createdAt":1772442000000,"status":"none","fullConversationHeadersOnly":[],"totalLinesAdded":0,"text":"CANARY-draft"}'),
  ('composerData:gone', NULL), ('bubbleId:gone:x', NULL), (NULL, '{"type":1,"bubbleId":"CANARY","text":"CANARY"}'),
  ('messageRequestContext:comp-a:a1', '{"gitStatusRaw":"CANARY"}'), ('checkpointId:comp-a:k', '{"files":["CANARY"]}'),
  ('codeBlockDiff:comp-a:diff', '{"newModelDiffWrtV0":[{"original":{"startLineNumber":1,"endLineNumberExclusive":2},"modified":["CANARY"]}]}'),
  ('inlineDiffs-1', '[]'), ('agentKv:blob:1', 'CANARY');
