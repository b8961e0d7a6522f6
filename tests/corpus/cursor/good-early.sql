CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
INSERT INTO ItemTable VALUES
  ('composer.composerData', '{"allComposers":[
     {"composerId":"e1","createdAt":1731800000000,"lastUpdatedAt":1731800100000,"status":"completed","text":"CANARY",
      "conversation":[{"type":1,"bubbleId":"e1u","text":"CANARY"},{"type":2,"bubbleId":"e1a","text":"CANARY"}],
      "codeBlockData":{"file:///w/app.ts":[
         {"status":"accepted","version":0,"languageId":"typescript","content":"CANARY","uri":{"fsPath":"/w/app.ts"}},
         {"status":"outdated","version":1,"languageId":"typescript","uri":{"fsPath":"/w/app.ts"}},
         {"status":"rejected","version":2,"languageId":"typescriptreact","uri":{"fsPath":"/w/noending"}}]}},
     {"composerId":"e2","createdAt":1731800000000,"conversation":[],"status":"none"},
     {"createdAt":1731800000000}],
    "selectedComposerId":"e1","composerDataVersion":0}'),
  ('workbench.panel.aichat.view.aichat.chatdata', '{"tabs":[
     {"tabId":"tab-1","chatTitle":"CANARY","lastSendTime":1731818231743,"bubbles":[
       {"type":"user","messageType":2,"id":"q1","text":"CANARY?","initText":"CANARY","fileSelections":[{"uri":{"path":"/CANARY"}}]},
       {"type":"ai","messageType":3,"id":"q2","modelType":"claude-3.5-sonnet","requestId":"chat-req","rawText":"CANARY","text":"CANARY"}]}],
    "selectedTabId":"tab-1","chatDataVersion":0}'),
  ('aiService.prompts', '[{"text":"CANARY","commandType":4}]');
