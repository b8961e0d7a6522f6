CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
INSERT INTO ItemTable VALUES
  ('cursorAuth/workspaceOpenedDate', 'CANARY-date'),
  ('aiService.generations', '[
     {"unixMs":1772442010500,"generationUUID":"req-1","type":"composer","textDescription":"CANARY"},
     {"unixMs":1772442300000,"generationUUID":"cmdk-1","type":"cmdk","textDescription":"CANARY"},
     {"unixMs":"soon","generationUUID":"apply-1","type":"apply"}, {"unixMs":1}, 7]'),
  ('aiService.prompts', '[{"text":"CANARY","commandType":1}]'),
  ('composer.composerData', '{"allComposers":[
     {"type":"head","composerId":"comp-a","name":"CANARY","createdAt":1772442000000,"lastUpdatedAt":1772442600000,"unifiedMode":"agent"},
     {"type":"head","composerId":"draft","createdAt":1772442000000,"unifiedMode":"agent"}],"selectedComposerIds":["comp-a"]}');
