CREATE TABLE ai_code_hashes (hash TEXT PRIMARY KEY, source TEXT NOT NULL, fileExtension TEXT, fileName TEXT, requestId TEXT,
  conversationId TEXT, timestamp INTEGER, model TEXT, createdAt INTEGER NOT NULL);
CREATE TABLE conversation_summaries (conversationId TEXT PRIMARY KEY, title TEXT, tldr TEXT, overview TEXT, summaryBullets TEXT,
  model TEXT, mode TEXT, updatedAt INTEGER);
CREATE TABLE tracked_file_content (gitPath TEXT, content TEXT, conversationId TEXT, model TEXT, fileExtension TEXT, createdAt INTEGER);
CREATE TABLE ai_deleted_files (gitPath TEXT NOT NULL, composerId TEXT, conversationId TEXT, model TEXT, deletedAt INTEGER NOT NULL,
  PRIMARY KEY (gitPath, deletedAt));
CREATE TABLE tracking_state (key TEXT PRIMARY KEY, value TEXT);
INSERT INTO ai_code_hashes VALUES ('h1', 'composer', '.rs', 'CANARY.rs', 'req-11', 'comp-y', 1772442060000, 'gpt-5.5', 1772442061000);
INSERT INTO conversation_summaries VALUES ('comp-y', 'CANARY', 'CANARY', 'CANARY', 'CANARY', 'gpt-5.5', 'agent', 1772442061000);
INSERT INTO tracked_file_content VALUES ('CANARY', 'CANARY', 'comp-y', 'gpt-5.5', '.rs', 1772442061000);
INSERT INTO ai_deleted_files VALUES ('CANARY.rs', 'comp-y', 'comp-y', 'gpt-5.5', 1772442062000);
INSERT INTO tracking_state VALUES ('trackingStartTime', '{"timestamp":1772442000000}');
